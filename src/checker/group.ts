/**
 * Virtual server groups: addresses and firewall marks that are balanced as one. They share real
 * servers, checks and quorum; in the kernel each of them is a service of its own.
 */
import { familyOf, type Ip, ipFromBytes, ipToBytes, maxPrefixLength } from '../base/ip.js';
import { type IpvsService, type ServiceId, serviceKey } from '../ipvs/model.js';
import type { GroupMember, VirtualServerId, VirtualServerSettings } from './settings.js';

/**
 * A map key of a virtual server: of one service its own (`TCP 192.0.2.1:80`), of a group
 * `group web TCP`, or `group web IPv6` if it has marks only.
 */
export function virtualServerKey(id: VirtualServerId): string {
  if (id.kind !== 'group') return serviceKey(id);
  return `group ${id.group} ${id.protocol ?? `IPv${id.family}`}`;
}

/** Most settings are asked again with every pass, and live as long as their configuration. */
const expanded = new WeakMap<readonly GroupMember[], readonly ServiceId[]>();

/**
 * The kernel's services of a virtual server: one, or those of a group in the order of its members,
 * each once.
 */
export function servicesOf({ id, members = [] }: VirtualServerSettings): readonly ServiceId[] {
  if (id.kind !== 'group') return [id];
  let services = expanded.get(members);
  if (!services) {
    const byKey = new Map<string, ServiceId>();
    for (const member of members) {
      for (const service of servicesOfMember(member)) {
        const key = serviceKey(service);
        if (!byKey.has(key)) byKey.set(key, service);
      }
    }
    services = [...byKey.values()];
    expanded.set(members, services);
  }
  return services;
}

/** Every address from the first to the last, each with the member's protocol and port; or the mark. */
export function servicesOfMember(member: GroupMember): ServiceId[] {
  if (member.kind === 'fwmark') return [member];
  const { protocol, first, last, port } = member;
  const services: ServiceId[] = [];
  for (let address = first; ; address = addressAfter(address)) {
    services.push({ kind: 'address', protocol, address, port });
    if (address === last) return services;
  }
}

/** The address that follows; after the last of a family the first. */
function addressAfter(address: Ip): Ip {
  const bytes = Uint8Array.from(ipToBytes(address));
  for (let i = bytes.length - 1; i >= 0; i--) {
    const next = ((bytes[i] as number) + 1) & 0xff;
    bytes[i] = next;
    if (next !== 0) break;
  }
  return ipFromBytes(bytes);
}

/**
 * The port of a server in one of the services that have it. Only NAT can change a port: with the
 * other methods it is the service's, and with a firewall mark each packet keeps its own (0).
 */
export function portInService(
  id: VirtualServerId,
  service: ServiceId,
  server: { readonly port: number; readonly method: string },
): number {
  const keepsPort = server.method === 'DR' || server.method === 'TUN';
  if (id.kind !== 'group' || !keepsPort) return server.port;
  return service.kind === 'address' ? service.port : 0;
}

/**
 * What persistence goes by in one service: its prefix length, and a mask with holes that counts
 * instead. Networks are of one family: in a group each client of the other is by itself.
 */
export function maskInService(
  { id, persistencePrefix, persistenceMask }: VirtualServerSettings,
  service: ServiceId,
): Pick<IpvsService, 'persistencePrefix' | 'persistenceMask'> {
  const family = service.kind === 'address' ? familyOf(service.address) : service.family;
  if (id.kind === 'group' && family !== id.family) {
    return { persistencePrefix: maxPrefixLength(family) };
  }
  return { persistencePrefix, ...(persistenceMask === undefined ? {} : { persistenceMask }) };
}
