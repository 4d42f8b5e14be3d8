/** `bfd_instance` to the model. */
import { familyOf } from '../../base/ip.js';
import { MICROS_PER_MILLI } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { grammar } from '../grammar/index.js';
import type { BfdInstanceConfig } from '../model/index.js';
import type { Word } from '../text/source.js';
import type { Setting } from './interpret.js';
import { given, Picker } from './pick.js';

const INTERVAL = 10 * MICROS_PER_MILLI;
const IDLE_INTERVAL = 1000 * MICROS_PER_MILLI;
const MULTIPLIER = 5;
const TTL = 255;
const HOP_LIMIT = 64;

/** Builds one; `undefined` after a report. */
export function buildBfdInstance(
  { section, at, value }: Setting<(typeof grammar)['bfd_instance']>,
  sink: Sink,
): BfdInstanceConfig | undefined {
  const pick = new Picker();
  const name = (value as Word | undefined)?.text;
  if (!section.mentions('neighbor_ip')) {
    sink.report('CONFIG_MISSING_SETTING', at, {
      message: `bfd_instance ${name ?? ''} has no neighbor_ip: there is nobody to watch`,
      expected: "'neighbor_ip <IPADDR>'",
    });
  }
  const neighbor = pick.optional('neighbor_ip', section.get('neighbor_ip'));
  if (name === undefined || neighbor === undefined) {
    if (name !== undefined) sink.noteDropped(name);
    return undefined;
  }
  const [ttl, hoplimit] = [section.get('ttl'), section.get('hoplimit')];
  const lastTtl =
    ttl && hoplimit ? (hoplimit.order > ttl.order ? hoplimit : ttl) : (ttl ?? hoplimit);
  const hops = familyOf(neighbor) === 4 ? TTL : HOP_LIMIT;
  const sent = pick.value('ttl', hops, lastTtl);
  let maxHops = pick.value('max_hops', 0, section.get('max_hops'));
  if (maxHops > sent) {
    sink.report('CONFIG_DEFAULTED', pick.origins['max_hops'] ?? at, {
      message: `bfd_instance ${name}: max_hops ${maxHops} is more than the TTL or hop limit ${sent}: ${sent} is used`,
    });
    maxHops = sent;
  }
  const weight = pick.optional('weight', section.get('weight'));
  const vrrp = pick.optional('vrrp', section.get('vrrp')) ?? false;
  const checker = pick.optional('checker', section.get('checker')) ?? false;
  return {
    at,
    name,
    neighbor,
    ...given({ source: pick.optional('source_ip', section.get('source_ip')) }),
    minRx: pick.value('min_rx', INTERVAL, section.get('min_rx')),
    minTx: pick.value('min_tx', INTERVAL, section.get('min_tx')),
    idleTx: pick.value('idle_tx', IDLE_INTERVAL, section.get('idle_tx')),
    multiplier: pick.value('multiplier', MULTIPLIER, section.get('multiplier')),
    passive: pick.value<boolean>('passive', false, section.get('passive')),
    ttl: sent,
    maxHops,
    multihop: pick.value<boolean>('multihop', false, section.get('multihop')),
    weight: weight?.weight ?? 0,
    reverse: weight?.reverse ?? false,
    vrrp: vrrp || !checker,
    checker: checker || !vrrp,
    origins: pick.origins,
  };
}
