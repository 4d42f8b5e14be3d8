/**
 * FULLNAT's rules in nftables, one table of each family. Pure.
 *
 * A connection that IPVS sends to a server has two destinations: its first packet's, the virtual
 * service's, which connection tracking keeps (`net.ipv4.vs.conntrack`), and the packet's own, the
 * server's. A set holds the pairs, so that a packet that was sent to the server itself is not taken for
 * one of the service, and ten thousand servers cost no more than one. Of a firewall mark there is the
 * mark instead of the service's address.
 *
 * ```
 *   tcp dport, ct original daddr/dport, daddr  in @tcp_0   -> masquerade
 *                                              in @tcp_1   -> snat to the first pool ...
 * ```
 *
 * A second chain drops what servers send to a pool's address in connections that are not known here.
 * After a fail-over, the kernel would answer the server with a reset before the client has said
 * anything, and with that its connection would be lost. The chain stands after IPVS, which takes what
 * is for services of its own.
 */
import { ipToBytes } from '../base/ip.js';
import {
  atLeast,
  atMost,
  CONNECTION_STATES,
  connectionState,
  differs,
  drop,
  equals,
  hostNumber,
  load,
  lookup,
  mask,
  masquerade,
  meta,
  originally,
  payload,
  sourceNat,
} from '../netlink/nf-expressions.js';
import {
  FAMILY_NUMBERS,
  type NftChain,
  type NftSet,
  type NftTable,
  type TableFamily,
  TYPES,
} from '../netlink/nf-tables.js';
import { type AddressPool, poolKey, type TranslatedService } from './source-nat.js';

/** The table's name; nothing else may use it. */
export const SOURCE_NAT_TABLE = 'tandem_fullnat';
export const TABLE_FAMILIES: readonly TableFamily[] = ['ip', 'ip6'];

/** Before rules of others that give all that goes out another source (NF_IP_PRI_NAT_SRC is 100). */
const SOURCE_PRIORITY = 99;
/** After IPVS (NF_IP_PRI_NAT_SRC - 2 and - 1), before the connection is confirmed. */
const STRAY_PRIORITY = 110;
const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
type Protocol = keyof typeof PROTOCOLS;
/** Where ports stand in the headers of all three. */
const PORT = { source: 0, destination: 2, length: 2 } as const;
/** Byte 13 of TCP's header (RFC 9293 3.1). */
const TCP_FLAGS = { offset: 13, fin: 1, syn: 2, rst: 4, ack: 16 } as const;
/** A key's part is padded to whole registers of four bytes, numbered from this on. */
const FIRST = 8;
const PIECE = 4;
/** Of a pool's ends: whole ones. */
const REGISTERS = { first: 1, last: 2 } as const;

/** Where a family's header holds the addresses (RFC 791 3.1, RFC 8200 3). */
interface Layout {
  readonly family: TableFamily;
  readonly length: number;
  readonly source: number;
  readonly destination: number;
  readonly original: 'destination4' | 'destination6';
  readonly type: number;
}
const LAYOUTS: readonly Layout[] = [
  {
    family: 'ip',
    length: 4,
    source: 12,
    destination: 16,
    original: 'destination4',
    type: TYPES.ipv4,
  },
  {
    family: 'ip6',
    length: 16,
    source: 8,
    destination: 24,
    original: 'destination6',
    type: TYPES.ipv6,
  },
];

type Expressions = readonly Uint8Array[];
/** One set with the rule that looks into it, before the verdict. */
interface Lookup {
  readonly name: string;
  readonly key: readonly number[];
  readonly match: Expressions;
  readonly elements: Map<string, Uint8Array>;
}

/** The tables with everything in them; those without a server are left out. */
export function sourceNatTables(services: readonly TranslatedService[]): NftTable[] {
  return LAYOUTS.map((layout) => tableOf(layout, services)).filter(({ sets }) => sets.length > 0);
}

function tableOf(layout: Layout, all: readonly TranslatedService[]): NftTable {
  const services = all.filter(({ family }) => family === (layout.family === 'ip' ? 4 : 6));
  const sets: NftSet[] = [];
  const translate: Expressions[] = [];
  const stray: Expressions[] = [];
  for (const [i, { pool, members }] of [...byPool(services).values()].entries()) {
    const found = lookups(layout, members);
    for (const each of found) {
      sets.push(setOf(each, i));
      translate.push([...each.match, lookup(nameOf(each, i), FIRST), ...source(layout, pool)]);
    }
    if (!pool) continue;
    for (const each of strays(layout, members)) {
      sets.push(setOf(each, i));
      const toPool = isIn(layout, pool);
      stray.push([
        ...toPool,
        ...isUnknown(),
        ...each.match,
        lookup(nameOf(each, i), FIRST),
        drop(),
      ]);
    }
  }
  const chains: NftChain[] = [
    {
      name: 'postrouting',
      hook: 'postrouting',
      type: 'nat',
      priority: SOURCE_PRIORITY,
      rules: translate,
    },
  ];
  if (stray.length > 0) {
    chains.push({ name: 'in', hook: 'input', priority: STRAY_PRIORITY, rules: stray });
  }
  return { family: layout.family, name: SOURCE_NAT_TABLE, sets, chains };
}

/** A server of a service, and that service. */
interface Member {
  readonly service: TranslatedService;
  readonly server: TranslatedService['servers'][number];
}

function byPool(
  services: readonly TranslatedService[],
): Map<string, { readonly pool?: AddressPool; readonly members: Member[] }> {
  const pools = new Map<string, { readonly pool?: AddressPool; readonly members: Member[] }>();
  for (const service of services) {
    for (const server of service.servers) {
      const { pool } = server;
      const key = poolKey(pool);
      const found = pools.get(key) ?? { ...(pool ? { pool } : {}), members: [] };
      found.members.push({ service, server });
      pools.set(key, found);
    }
  }
  return pools;
}

/** How the members' packets are known, by kinds of services. */
function lookups(layout: Layout, members: readonly Member[]): Lookup[] {
  const { length, type, destination, original } = layout;
  const kinds = new Map<string, Lookup>();
  const into = (name: string, make: () => Omit<Lookup, 'name' | 'elements'>): Lookup => {
    const found = kinds.get(name) ?? { name, ...make(), elements: new Map() };
    kinds.set(name, found);
    return found;
  };
  const pieces = length / PIECE;
  const server = (at: number): Uint8Array => payload('network', destination, length, at);
  for (const { service, server: to } of members) {
    const { id } = service;
    const address = ipToBytes(to.address);
    if (id.kind === 'fwmark') {
      const { elements } = into('mark', () => ({
        key: [TYPES.mark, type],
        match: [meta('mark', FIRST), server(FIRST + 1)],
      }));
      add(elements, [hostNumber(id.fwmark), address]);
      continue;
    }
    const { protocol } = id;
    if (id.port === 0) {
      const { elements } = into(`${protocol.toLowerCase()}_any`, () => ({
        key: [type, type],
        match: [...isProtocol(protocol), originally(original, FIRST), server(FIRST + pieces)],
      }));
      add(elements, [ipToBytes(id.address), address]);
      continue;
    }
    const { elements } = into(protocol.toLowerCase(), () => ({
      key: [type, TYPES.port, type, TYPES.port],
      match: [
        ...isProtocol(protocol),
        originally(original, FIRST),
        originally('destinationPort', FIRST + pieces),
        server(FIRST + pieces + 1),
        payload('transport', PORT.destination, PORT.length, FIRST + 2 * pieces + 1),
      ],
    }));
    add(elements, [ipToBytes(id.address), port(id.port), address, port(to.port)]);
  }
  return [...kinds.values()];
}

/**
 * How answers are known that nobody has asked for: TCP's by not being a connection's first packet, of
 * whatever port; the others' by their port.
 */
function strays(layout: Layout, members: readonly Member[]): Lookup[] {
  const { length, type, source } = layout;
  const tcp = new Map<string, Uint8Array>();
  const others = new Map<Protocol, Map<string, Uint8Array>>();
  for (const { service, server } of members) {
    const { id } = service;
    const address = ipToBytes(server.address);
    const protocol = id.kind === 'address' ? id.protocol : undefined;
    if (protocol === undefined || protocol === 'TCP') add(tcp, [address]);
    if (protocol === 'TCP' || server.port === 0) continue;
    for (const each of protocol ? [protocol] : (['UDP', 'SCTP'] as const)) {
      const elements = others.get(each) ?? new Map<string, Uint8Array>();
      add(elements, [address, port(server.port)]);
      others.set(each, elements);
    }
  }
  const from = payload('network', source, length, FIRST);
  const found: Lookup[] = [];
  if (tcp.size > 0) {
    const { offset, fin, syn, rst, ack } = TCP_FLAGS;
    const isNotFirst = [
      payload('transport', offset, 1, FIRST),
      mask(FIRST, Uint8Array.of(fin | syn | rst | ack)),
      differs(FIRST, Uint8Array.of(syn)),
    ];
    const match = [...isProtocol('TCP'), ...isNotFirst, from];
    found.push({ name: 'stray_tcp', key: [type], match, elements: tcp });
  }
  for (const [protocol, elements] of others) {
    const sourcePort = payload('transport', PORT.source, PORT.length, FIRST + length / PIECE);
    const match = [...isProtocol(protocol), from, sourcePort];
    const name = `stray_${protocol.toLowerCase()}`;
    found.push({ name, key: [type, TYPES.port], match, elements });
  }
  return found;
}

function setOf({ name, key, elements }: Lookup, pool: number): NftSet {
  return {
    name: `${name}_${pool}`,
    key,
    keyLength: key.reduce((sum, type) => sum + (type === TYPES.ipv6 ? 16 : PIECE), 0),
    elements: [...elements.values()].map((bytes) => ({ key: bytes })),
  };
}

function nameOf({ name }: Lookup, pool: number): string {
  return `${name}_${pool}`;
}

function source({ family }: Layout, pool: AddressPool | undefined): Expressions {
  if (!pool) return [masquerade()];
  const number = FAMILY_NUMBERS[family];
  const first = load(ipToBytes(pool.first), REGISTERS.first);
  if (pool.first === pool.last) return [first, sourceNat(number, REGISTERS.first)];
  const last = load(ipToBytes(pool.last), REGISTERS.last);
  return [first, last, sourceNat(number, REGISTERS.first, REGISTERS.last)];
}

function isIn({ destination, length }: Layout, { first, last }: AddressPool): Expressions {
  const address = payload('network', destination, length, FIRST);
  if (first === last) return [address, equals(FIRST, ipToBytes(first))];
  return [address, atLeast(FIRST, ipToBytes(first)), atMost(FIRST, ipToBytes(last))];
}

/** The packet begins a connection as far as is known here, or belongs to none. */
function isUnknown(): Expressions {
  const states = CONNECTION_STATES.new | CONNECTION_STATES.invalid;
  return [connectionState(FIRST), mask(FIRST, hostNumber(states)), differs(FIRST, hostNumber(0))];
}

function isProtocol(protocol: Protocol): Expressions {
  return [meta('protocol', FIRST), equals(FIRST, Uint8Array.of(PROTOCOLS[protocol]))];
}

function port(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff, 0, 0);
}

function add(elements: Map<string, Uint8Array>, parts: readonly Uint8Array[]): void {
  const key = Buffer.concat(parts);
  elements.set(key.toString('hex'), key);
}
