/** Which connections get another source (FULLNAT), from what the checker process is told. */
import { familyOf } from '../base/ip.js';
import { portInService, servicesOf } from '../checker/group.js';
import { differentServers } from '../checker/server-columns.js';
import type {
  RealServerSettings,
  SorryServerSettings,
  VirtualServerSettings,
} from '../checker/settings.js';
import type { ServiceId } from '../ipvs/model.js';
import { poolKey, type TranslatedServer, type TranslatedService } from '../kernel/source-nat.js';

/** The services with FULLNAT, those of groups too, in the configuration's order. */
export function translatedServices(servers: readonly VirtualServerSettings[]): TranslatedService[] {
  return servers.flatMap((virtual) => {
    const sorry = virtual.sorryServer ? [virtual.sorryServer] : [];
    const kinds = [...differentServers(virtual.realServers), ...sorry];
    if (!kinds.some(({ sourceNat }) => sourceNat)) return [];
    const all = [...virtual.realServers, ...sorry];
    return servicesOf(virtual).flatMap((id) => {
      const service = translatedService(virtual, id, all);
      return service.servers.length > 0 ? [service] : [];
    });
  });
}

function translatedService(
  virtual: VirtualServerSettings,
  id: ServiceId,
  all: readonly (RealServerSettings | SorryServerSettings)[],
): TranslatedService {
  const family = id.kind === 'address' ? familyOf(id.address) : id.family;
  const servers = new Map<string, TranslatedServer>();
  let others = 0;
  for (const server of all) {
    const { address, sourceNat } = server;
    if (!sourceNat || familyOf(address) !== family) {
      others++;
      continue;
    }
    const port = portInService(virtual.id, id, server);
    const key = `${address} ${port}`;
    const { pool } = sourceNat;
    if (!servers.has(key)) servers.set(key, { address, port, ...(pool ? { pool } : {}) });
  }
  const pools = new Set([...servers.values()].map(({ pool }) => poolKey(pool)));
  const uniform = others === 0 && pools.size === 1;
  return { id, family, servers: [...servers.values()], uniform };
}
