/** Services on virtual addresses that accept no packets. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config, InstanceConfig } from '../../model/index.js';
import { renderPosition } from '../../text/source.js';

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
  for (const { id, at } of config.virtualServers) {
    const instance = id.kind === 'address' ? dropping.get(id.address) : undefined;
    if (!instance || id.kind !== 'address') continue;
    const keyword = ['no_accept', 'strict_mode'].find((word) => instance.origins[word]);
    const given = keyword === undefined ? undefined : instance.origins[keyword];
    sink.report('CONFIG_STRICT_SERVICE', at, {
      message: `virtual_server ${id.address}: vrrp_instance ${instance.name} drops every packet to this address (${keyword ?? 'strict_mode'}${given ? `, ${renderPosition(given)}` : ''}): no client would reach the service`,
      expected: "'accept', and no 'vrrp_strict' or 'strict_mode'",
    });
  }
}
