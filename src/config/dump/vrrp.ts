/** VRRP instances and sync groups as canonical text. */
import type { InstanceConfig, SyncGroupConfig } from '../model/index.js';
import { virtualAddressBlock } from './addresses.js';
import { garpLines } from './global.js';
import { routeBlock } from './routes.js';
import { ruleBlock } from './rules.js';
import { block, flag, type Line, line, optional, quote, seconds } from './text.js';

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
    ...virtualAddressBlock('virtual_ipaddress', instance.virtualAddresses),
    ...virtualAddressBlock('virtual_ipaddress_excluded', instance.excludedAddresses),
    ...routeBlock('virtual_routes', instance.virtualRoutes),
    ...ruleBlock('virtual_rules', instance.virtualRules),
  ]);
}
