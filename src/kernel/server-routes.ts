/** Which ways to real servers are asked for, and what it means that there is none. Pure. */
import { familyOf, type Ip, ipToBytes } from '../base/ip.js';

/** One address that stands for one or more real servers. */
export interface Lookup {
  readonly address: Ip;
  /** In words: `real server 10.0.0.7`, also for others of its network. */
  readonly servers: string;
  /** The first virtual server that has it. */
  readonly service: string;
}

/** Servers of a virtual server. */
export interface Servers {
  readonly service: string;
  readonly addresses: Iterable<Ip>;
}

/** What the kernel said. */
export interface Refusal {
  readonly errnoName: string;
  readonly message: string;
}

/** So many servers are looked up one by one; of more, one of each network. */
const MOST_SERVERS = 1_024;
/** Of networks there are not more. */
const MOST_NETWORKS = 4_096;

/**
 * What to ask for: each address once. Where there are many, the first of each network of 256 IPv4
 * addresses or of each /64 stands for the others, since routes lead to networks.
 */
export function lookups(virtualServers: Iterable<Servers>): Lookup[] {
  const byAddress = new Map<Ip, Lookup>();
  const byNetwork = new Map<string, Lookup>();
  for (const { service, addresses } of virtualServers) {
    for (const address of addresses) {
      const isMany = byAddress.size > MOST_SERVERS;
      if (isMany && byNetwork.size === MOST_NETWORKS) break;
      // Without an interface a link-local address leads nowhere, and the table has none to say.
      if (byAddress.has(address) || LINK_LOCAL.test(address)) continue;
      // One more than there may be says that there are too many.
      if (!isMany) byAddress.set(address, { address, servers: `real server ${address}`, service });
      const network = networkOf(address);
      if (byNetwork.has(network) || byNetwork.size === MOST_NETWORKS) continue;
      const servers = `real server ${address} and others of its network`;
      byNetwork.set(network, { address, servers, service });
    }
  }
  return [...(byAddress.size <= MOST_SERVERS ? byAddress : byNetwork).values()];
}

const LINK_LOCAL = /^fe[89ab]/;

function networkOf(address: Ip): string {
  if (familyOf(address) === 4) return address.slice(0, address.lastIndexOf('.'));
  return ipToBytes(address).subarray(0, 8).join(':');
}

/** By the errno of RTM_GETROUTE; the last three are those of routes of these types. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENETUNREACH: 'no route leads there',
  EHOSTUNREACH: 'its route is of type unreachable',
  EACCES: 'its route is of type prohibit',
  EINVAL: 'its route is of type blackhole',
};

/**
 * `TCP 192.0.2.1:80: no interface reaches real server 203.0.113.7: no route leads there
 * (ENETUNREACH); what is sent to it is lost`
 */
export function describeUnreachable({ servers, service }: Lookup, refusal: Refusal): string {
  const { errnoName, message } = refusal;
  const meaning = MEANINGS[errnoName];
  const why = meaning === undefined ? message : `${meaning} (${errnoName})`;
  return `${service}: no interface reaches ${servers}: ${why}; what is sent to it is lost`;
}
