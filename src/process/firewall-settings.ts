/** Which nftables rules a configuration needs. */
import type { Config, InstanceConfig } from '../config/model/index.js';
import type { FirewallSettings, InstanceSettings, VirtualInterface } from '../vrrp/settings.js';

/** keepalived's name, so that what one of the two has left is replaced by the other. */
const DEFAULT_TABLE = 'keepalived';
/** The owner of the addresses accepts what is sent to them (RFC 9568 6.4.3). */
const OWNER_PRIORITY = 255;

/**
 * The rules of instances that are run.
 *
 * @param settings what was made of each, in the same order: its addresses are on their interfaces.
 */
export function firewallSettings(
  { global }: Pick<Config, 'global'>,
  instances: readonly InstanceConfig[],
  settings: readonly InstanceSettings[],
  interfaces: readonly VirtualInterface[],
): FirewallSettings | undefined {
  const closed = instances.flatMap(({ accept, priority }, i) => {
    const made = settings[i];
    if (accept || priority === OWNER_PRIORITY || !made) return [];
    return [...made.virtualAddresses, ...made.excludedAddresses].map((entry) => ({
      address: entry.address,
      interface: entry.interface,
    }));
  });
  if (closed.length === 0 && !interfaces.some(({ kind }) => kind === 'macvlan')) return undefined;
  const { nftables, priority, counters } = global.firewall;
  return { table: nftables?.table ?? DEFAULT_TABLE, priority, counters, closed };
}
