/** Names of hosts and services, as this machine knows them. */
import { readFileSync } from 'node:fs';
import type { Ip } from '../../base/ip.js';
import { type Names, type Naming, parseServices, type Services } from './names.js';

/** Names that are known, and a way to learn more. Bounded by what one command asks for. */
export interface NameService {
  /** Names into numbers. */
  readonly names: Names;
  /** Numbers into names. */
  readonly naming: Naming;
  /** Asks for the IPv4 address of a name. Never rejects. */
  learnHost(name: string): Promise<void>;
  /** Asks for the names of addresses. Never rejects. */
  learnAddresses(addresses: readonly Ip[]): Promise<void>;
}

/** libuv has four threads for this: more at once only wait. */
const AT_ONCE = 64;
/** lookupService wants a port; its name is not looked at (it would be TCP's). */
const ANY_PORT = 9;

/** The system's: /etc/hosts and DNS through the C library, and /etc/services. */
export function systemNames(): NameService {
  const addresses = new Map<string, Ip | null>();
  const hosts = new Map<Ip, string>();
  let services: Services | undefined;
  const known = (): Services => {
    services ??= parseServices(readServices());
    return services;
  };
  return {
    names: {
      host: (name) => addresses.get(name),
      port: (name, transport) => known().port(name, transport),
    },
    naming: {
      host: (address) => hosts.get(address) ?? address,
      port: (port, transport) => (transport && known().name(port, transport)) ?? String(port),
    },
    async learnHost(name) {
      const { lookup } = await import('node:dns/promises');
      try {
        addresses.set(name, (await lookup(name, { family: 4 })).address);
      } catch {
        addresses.set(name, null);
      }
    },
    async learnAddresses(asked) {
      const { lookupService } = await import('node:dns/promises');
      const fresh = [...new Set(asked)].filter((address) => !hosts.has(address));
      for (let at = 0; at < fresh.length; at += AT_ONCE) {
        await Promise.all(
          fresh.slice(at, at + AT_ONCE).map(async (address) => {
            try {
              hosts.set(address, (await lookupService(address, ANY_PORT)).hostname);
            } catch {
              hosts.set(address, address);
            }
          }),
        );
      }
    },
  };
}

function readServices(): string {
  try {
    return readFileSync('/etc/services', 'utf8');
  } catch {
    return '';
  }
}
