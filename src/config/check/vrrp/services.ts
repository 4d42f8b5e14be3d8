/** Services on virtual addresses that accept no packets. */
import type { Ip } from '../../../base/ip.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config, InstanceConfig } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';

const OWNER_PRIORITY = 255;

/** A MASTER that is not the owner drops what is sent to an address without accept mode. */
export function checkStrictServices(config: Config, sink: Sink): void {
  const dropping = new Map<string, InstanceConfig>();
  for (const instance of config.instances) {
    if (instance.accept || instance.priority === OWNER_PRIORITY) continue;
    for (const addresses of [instance.virtualAddresses, instance.excludedAddresses]) {
      for (const { address } of addresses) dropping.set(address, instance);
    }
  }
  if (dropping.size === 0) return;
  for (const { address, at } of servedAddresses(config)) {
    const instance = dropping.get(address);
    if (!instance) continue;
    const keyword = ['no_accept', 'strict_mode'].find((word) => instance.origins[word]);
    const given = keyword === undefined ? undefined : instance.origins[keyword];
    sink.report('CONFIG_STRICT_SERVICE', at, {
      message: `virtual_server ${address}: vrrp_instance ${instance.name} drops every packet to this address (${keyword ?? 'strict_mode'}${given ? `, ${renderPosition(given)}` : ''}): no client would reach the service`,
      expected: "'accept', and no 'vrrp_strict' or 'strict_mode'",
    });
  }
}

/** The addresses of services, those of groups by the ends of their ranges. */
function servedAddresses(
  config: Config,
): readonly { readonly address: Ip; readonly at: Position }[] {
  const single = config.virtualServers.flatMap(({ id, at }) =>
    id.kind === 'address' ? [{ address: id.address, at }] : [],
  );
  const ofGroups = config.virtualServerGroups
    .flatMap(({ entries }) => entries)
    .flatMap((entry) =>
      entry.kind === 'addresses'
        ? [...new Set([entry.first, entry.last])].map((address) => ({ address, at: entry.at }))
        : [],
    );
  return [...single, ...ofGroups];
}
