/** IPv4 and IPv6 in one service. */
import { type Family, familyOf } from '../../../base/ip.js';
import { familyOfService } from '../../build/lvs/service.js';
import { labelOf } from '../../build/lvs/settle.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  Config,
  RealServerConfig,
  SorryServerConfig,
  VirtualServerConfig,
  VirtualServerGroupConfig,
} from '../../model/index.js';

type Destination = RealServerConfig | SorryServerConfig;

export function checkFamilies(
  config: Pick<Config, 'virtualServers' | 'virtualServerGroups'> & {
    readonly global: Pick<Config['global'], 'syncDaemon'>;
  },
  sink: Sink,
): void {
  const groups = new Map(config.virtualServerGroups.map((group) => [group.name, group]));
  for (const server of config.virtualServers) {
    if (sink.isUnsure(server.at)) continue;
    const families = familiesOf(server, groups);
    const { realServers, sorryServer } = server;
    for (const real of realServers) checkDestination(real, families, server, sink);
    if (sorryServer) checkDestination(sorryServer, families, server, sink);
    if (config.global.syncDaemon) checkSynced(server, families, sink);
  }
}

/** The families of what a service takes packets for: one, but of a group. */
function familiesOf(
  { id }: VirtualServerConfig,
  groups: ReadonlyMap<string, VirtualServerGroupConfig>,
): readonly Family[] {
  if (id.kind !== 'group') return [familyOfService(id)];
  const families = new Set<Family>();
  for (const entry of groups.get(id.group)?.entries ?? []) {
    families.add(entry.kind === 'addresses' ? familyOf(entry.first) : (entry.family ?? id.family));
  }
  return [...families];
}

/** Only a tunnel can carry one family in the other. */
function checkDestination(
  destination: Destination,
  families: readonly Family[],
  server: VirtualServerConfig,
  sink: Sink,
): void {
  const { address, method, snat } = destination;
  const own = familyOf(address);
  const other = method === 'TUN' ? undefined : families.find((family) => family !== own);
  if (other !== undefined) {
    sink.report('CONFIG_FAMILY_MISMATCH', destination.at, {
      message: `virtual_server ${labelOf(server)}: ${address} is not IPv${other}: ${method} cannot reach it`,
      expected: `an IPv${other} address, or 'lvs_method TUN'`,
    });
  }
  if (snat && familyOf(snat.first) !== own) {
    sink.report('CONFIG_FAMILY_MISMATCH', destination.at, {
      message: `virtual_server ${labelOf(server)}: connections to ${address} cannot come from ${snat.first}, which is of the other family`,
      expected: `'snat_address' with an IPv${own} address`,
    });
  }
}

/**
 * The kernel's connection sync knows no server of another family than its service (EINVAL of
 * ip_vs_new_dest and of start_sync_thread, net/netfilter/ipvs/ip_vs_ctl.c).
 */
function checkSynced(server: VirtualServerConfig, families: readonly Family[], sink: Sink): void {
  const { realServers, sorryServer } = server;
  const destinations: readonly Destination[] = sorryServer
    ? [...realServers, sorryServer]
    : realServers;
  const mixed = destinations.find(
    ({ address, method }) =>
      method === 'TUN' && families.some((family) => family !== familyOf(address)),
  );
  if (!mixed) return;
  sink.report('CONFIG_SYNC_FAMILIES', mixed.at, {
    message: `virtual_server ${labelOf(server)}: ${mixed.address} is of another family than its service, and lvs_sync_daemon is set: the kernel can have one of the two only and refuses the second, the server or the sync daemon`,
    expected: 'servers of the family of their service, or no lvs_sync_daemon',
  });
}
