/**
 * How virtual and real servers are written in the log: keepalived's way, `[192.0.2.1]:tcp:80`,
 * which is what operators and their log filters look for.
 */
import type { Ip } from '../base/ip.js';
import type { ServiceId } from '../ipvs/model.js';

/** A virtual server: `[192.0.2.1]:tcp:80`, or `FWM 5` for a firewall mark. */
export function serviceName(id: ServiceId): string {
  if (id.kind === 'fwmark') return `FWM ${id.fwmark}`;
  return `[${id.address}]:${id.protocol.toLowerCase()}:${id.port}`;
}

/** A real server (or sorry server) of a virtual server: `[192.0.2.10]:tcp:80`. */
export function serverName(id: ServiceId, server: { readonly address: Ip; readonly port: number }) {
  // A firewall mark has no protocol of its own; keepalived prints the same word.
  const protocol = id.kind === 'fwmark' ? 'none' : id.protocol.toLowerCase();
  return `[${server.address}]:${protocol}:${server.port}`;
}
