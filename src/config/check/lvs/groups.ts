/** Rules about virtual server groups. */
import { ipToBytes } from '../../../base/ip.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { AddressRangeConfig, Config, VirtualServerGroupConfig } from '../../model/index.js';
import { renderPosition } from '../../text/source.js';

/** Each address of a range is a service of the kernel, which is not meant to have more. */
const MOST_SERVICES = 65_536n;

export function checkGroups(config: Config, sink: Sink): void {
  checkNames(config, sink);
  for (const group of config.virtualServerGroups) {
    // Rules of `nftables_ipvs` give one mark to all of its addresses.
    if (!config.global.firewall.ipvs) checkSizes(group, sink);
  }
}

function checkNames({ virtualServerGroups }: Config, sink: Sink): void {
  const first = new Map<string, VirtualServerGroupConfig>();
  for (const group of virtualServerGroups) {
    const earlier = first.get(group.name);
    if (!earlier) {
      first.set(group.name, group);
      continue;
    }
    sink.report('CONFIG_DUPLICATE_NAME', group.at, {
      message: `virtual_server_group ${group.name} is there already (${renderPosition(earlier.at)}): a service could mean either`,
    });
  }
}

function checkSizes({ name, entries }: VirtualServerGroupConfig, sink: Sink): void {
  let total = 0n;
  for (const entry of entries) {
    if (entry.kind !== 'addresses') continue;
    const size = sizeOf(entry);
    total += size;
    if (total <= MOST_SERVICES) continue;
    const what =
      size === total
        ? `these are ${size} addresses`
        : `with these virtual_server_group ${name} has ${total} addresses`;
    sink.report('CONFIG_GROUP_ENTRIES', entry.at, {
      message: `${what}, and each of them would be a service of the kernel`,
      expected: `at most ${MOST_SERVICES} addresses, 'nftables_ipvs' in global_defs, or packets marked by the firewall and 'fwmark'`,
    });
    return;
  }
}

/** How many addresses are in a range. */
function sizeOf({ first, last }: AddressRangeConfig): bigint {
  return first === last ? 1n : asNumber(last) - asNumber(first) + 1n;
}

function asNumber(ip: string): bigint {
  return ipToBytes(ip).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
