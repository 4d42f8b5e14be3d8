/** Names for addresses and ports: what the parser asks for, and /etc/services. Pure. */
import type { Ip } from '../../base/ip.js';

export type Transport = 'tcp' | 'udp' | 'sctp';

/** Names into numbers, as far as they are known. */
export interface Names {
  /** The IPv4 address of a name; null: it has none; undefined: nobody has asked yet. */
  host(name: string): Ip | null | undefined;
  /** getservbyname(3) */
  port(name: string, transport: Transport): number | undefined;
}

/** Numbers into names, for lists; what has no name stays a number. */
export interface Naming {
  host(address: Ip): string;
  /** @param transport undefined: a firewall mark's service has none. */
  port(port: number, transport: Transport | undefined): string;
}

/** Without `-n` no name is asked for. */
export const NUMERIC: Naming = { host: (address) => address, port: String };

/** services(5) */
export interface Services {
  port(name: string, transport: string): number | undefined;
  name(port: number, transport: string): string | undefined;
}

/** Reads services(5): of a name, or a port, that comes twice the first line counts. */
export function parseServices(text: string): Services {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, where, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const found = /^(\d+)[/,](\S+)$/.exec(where ?? '');
    if (!name || !found) continue;
    const [, port, transport] = found;
    for (const each of [name, ...aliases]) {
      const key = `${each}/${transport}`;
      if (!ports.has(key)) ports.set(key, Number(port));
    }
    const key = `${Number(port)}/${transport}`;
    if (!names.has(key)) names.set(key, name);
  }
  return {
    port: (name, transport) => ports.get(`${name}/${transport}`),
    name: (port, transport) => names.get(`${port}/${transport}`),
  };
}
