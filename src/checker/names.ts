/**
 * How virtual and real servers are written in the log: keepalived's way, `[192.0.2.1]:tcp:80`,
 * which is what operators and their log filters look for.
 */
import type { Ip } from '../base/ip.js';
import type { VirtualServerId } from './settings.js';

/** A virtual server: `[192.0.2.1]:tcp:80`, `FWM 5` for a firewall mark, `[web]:0` for a group. */
export function serviceName(id: VirtualServerId): string {
  // keepalived's port of a group is always 0.
  if (id.kind === 'group') return `[${id.group}]:0`;
  if (id.kind === 'fwmark') return `FWM ${id.fwmark}`;
  return `[${id.address}]:${id.protocol.toLowerCase()}:${id.port}`;
}

/** A real server (or sorry server) of a virtual server: `[192.0.2.10]:tcp:80`. */
export function serverName(
  id: VirtualServerId,
  server: { readonly address: Ip; readonly port: number },
): string {
  // A firewall mark has no protocol of its own; keepalived prints the same word.
  const protocol = (id.kind === 'fwmark' ? undefined : id.protocol)?.toLowerCase() ?? 'none';
  return `[${server.address}]:${protocol}:${server.port}`;
}
