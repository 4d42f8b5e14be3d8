/** Blocks about interfaces, and BFD, as canonical text. */
import { MICROS_PER_MILLI } from '../../base/time.js';
import type {
  BfdInstanceConfig,
  Config,
  GarpGroupConfig,
  InterfaceDelayConfig,
  LinkbeatInterfaceConfig,
} from '../model/index.js';
import {
  block,
  blockUnlessEmpty,
  flag,
  type Line,
  line,
  optional,
  quote,
  seconds,
} from './text.js';

export function interfaceBlocks(config: Config): Line[] {
  const { linkbeatInterfaces: linkbeat, interfaceDelays: delays } = config;
  return [
    ...config.garpGroups.map(garpGroupBlock),
    ...blockUnlessEmpty('linkbeat_interfaces', linkbeat[0]?.at, linkbeat.map(linkbeatLine)),
    ...blockUnlessEmpty('interface_up_down_delays', delays[0]?.at, delays.map(delayLine)),
    ...config.bfdInstances.map(bfdBlock),
  ];
}

function garpGroupBlock(group: GarpGroupConfig): Line {
  const { garpInterval, gnaInterval, interfaces, shared } = group;
  const names = interfaces.map(({ name, at }) => ({ text: quote(name), from: at }));
  return block('garp_group', group.at, [
    ...(garpInterval === undefined ? [] : [line(group, 'garp_interval', seconds(garpInterval))]),
    ...(gnaInterval === undefined ? [] : [line(group, 'gna_interval', seconds(gnaInterval))]),
    ...(shared
      ? [block('interfaces', group.origins['interfaces'], names)]
      : names.map(({ text, from }) => ({ text: `interface ${text}`, from }))),
  ]);
}

function linkbeatLine({ name, type, at }: LinkbeatInterfaceConfig): Line {
  return { text: [quote(name), ...(type === undefined ? [] : [type])].join(' '), from: at };
}

function delayLine({ name, down, up, at }: InterfaceDelayConfig): Line {
  return { text: `${quote(name)} ${seconds(down)} ${seconds(up)}`, from: at };
}

function bfdBlock(bfd: BfdInstanceConfig): Line {
  const { weight, reverse, vrrp, checker } = bfd;
  return block(`bfd_instance ${quote(bfd.name)}`, bfd.at, [
    line(bfd, 'neighbor_ip', bfd.neighbor),
    ...optional(bfd, 'source_ip', bfd.source),
    line(bfd, 'min_rx', milliseconds(bfd.minRx)),
    line(bfd, 'min_tx', milliseconds(bfd.minTx)),
    line(bfd, 'idle_tx', milliseconds(bfd.idleTx)),
    line(bfd, 'multiplier', bfd.multiplier),
    ...flag(bfd.passive, bfd, 'passive'),
    line(bfd, 'ttl', bfd.ttl),
    line(bfd, 'max_hops', bfd.maxHops),
    ...flag(bfd.multihop, bfd, 'multihop', 'yes'),
    line(bfd, 'weight', weight, ...(reverse ? ['reverse'] : [])),
    ...flag(vrrp && !checker, bfd, 'vrrp'),
    ...flag(checker && !vrrp, bfd, 'checker'),
  ]);
}

/** Microseconds as decimal milliseconds. */
function milliseconds(micros: number): string {
  return (micros / MICROS_PER_MILLI).toFixed(3).replace(/\.?0+$/, '');
}
