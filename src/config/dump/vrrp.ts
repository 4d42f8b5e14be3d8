/** VRRP instances and sync groups as canonical text. */
import { SCOPES } from '../build/addresses.js';
import type { InstanceConfig, SyncGroupConfig, VirtualAddressConfig } from '../model/index.js';
import { garpLines } from './global.js';
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

/** How a secret is written: in clear text, or as stars. */
export type WriteSecret = (text: string) => string;

export function groupBlock(group: SyncGroupConfig): Line {
  return block(`vrrp_sync_group ${quote(group.name)}`, group.at, [
    block(
      'group',
      group.origins['group'],
      group.instances.map(({ name, at }) => ({ text: quote(name), from: at })),
    ),
  ]);
}

export function instanceBlock(instance: InstanceConfig, secret: WriteSecret): Line {
  const { authentication, origins } = instance;
  return block(`vrrp_instance ${quote(instance.name)}`, instance.at, [
    line(instance, 'state', instance.state),
    line(instance, 'interface', quote(instance.interface)),
    line(instance, 'virtual_router_id', instance.virtualRouterId),
    line(instance, 'version', instance.version),
    line(instance, 'priority', instance.priority),
    line(instance, 'advert_int', seconds(instance.advertInterval)),
    ...flag(!instance.preempt, instance, 'nopreempt'),
    ...flag(instance.preemptDelay > 0, instance, 'preempt_delay', seconds(instance.preemptDelay)),
    ...optional(instance, 'mcast_src_ip', instance.sourceAddress),
    ...flag(!instance.trackPrimary, instance, 'dont_track_primary'),
    ...(authentication
      ? [
          block('authentication', origins['auth_type'], [
            line(instance, 'auth_type', authentication.type),
            line(instance, 'auth_pass', secret(authentication.password)),
          ]),
        ]
      : []),
    ...garpLines(instance, 'garp_', instance.garp),
    ...addressBlock('virtual_ipaddress', instance.virtualAddresses),
    ...addressBlock('virtual_ipaddress_excluded', instance.excludedAddresses),
  ]);
}

function addressBlock(head: string, addresses: readonly VirtualAddressConfig[]): Line[] {
  return blockUnlessEmpty(head, addresses[0]?.at, addresses.map(addressLine));
}

function addressLine(address: VirtualAddressConfig): Line {
  const scope = Object.keys(SCOPES).find((name) => SCOPES[name] === address.scope) ?? address.scope;
  const words = [
    `${address.address}/${address.prefixLength}`,
    ...(address.broadcast === undefined ? [] : [`brd ${address.broadcast}`]),
    `dev ${quote(address.interface)}`,
    `scope ${scope}`,
    ...(address.label === undefined ? [] : [`label ${quote(address.label)}`]),
  ];
  return { text: words.join(' '), from: address.at };
}
