/**
 * The nftables rules that instances need, as keepalived makes them. Pure.
 *
 * 1. `no_accept`: nothing comes in for, or goes out from, addresses that are only routed to (RFC 9568
 *    6.4.3). Neighbour discovery for them is answered. The addresses are listed whether this node holds
 *    them or not: a fail-over need not wait, and no packet can slip in between.
 * 2. What a macvlan sends of its own accord would teach switches its MAC address on a node that is not
 *    MASTER: IGMP and MLD reports leave by the interface below, router solicitations do not leave.
 */
import { familyOf, ipToBytes } from '../base/ip.js';
import {
  accept,
  counter,
  drop,
  duplicate,
  equals,
  goTo,
  hostNumber,
  lookup,
  mask,
  meta,
  payload,
} from '../netlink/nf-expressions.js';
import { type NftChain, type NftSet, type NftTable, TYPES } from '../netlink/nf-tables.js';
import type { FirewallSettings, VirtualInterface } from '../vrrp/settings.js';

export interface FirewallWishes {
  readonly settings: FirewallSettings;
  readonly interfaces: readonly VirtualInterface[];
  /** The index of an interface; undefined: it is not there. */
  indexOf(name: string): number | undefined;
  /** Whether the kernel can send copies to another interface (nft_dup_ipv4, nft_dup_ipv6). */
  readonly canDuplicate: boolean;
}

const IPPROTO_IGMP = 2;
const IPPROTO_ICMPV6 = 58;
const MLD2_REPORT = 143;
const ROUTER_SOLICIT = 133;
const NEIGHBOUR_SOLICIT = 135;
const NEIGHBOUR_ADVERT = 136;
/** Where the headers of IPv4 and IPv6 hold these (RFC 791 3.1, RFC 8200 3). */
const IPV4 = { protocol: 9, source: 12, destination: 16, length: 4 } as const;
const IPV6 = { source: 8, destination: 24, length: 16 } as const;
/** IFNAMSIZ: what a kind's name is compared in. */
const KIND_BYTES = 16;
const REGISTERS = { first: 1, second: 2 } as const;

type Expressions = readonly Uint8Array[];

/** The tables with everything in them; those without a rule are left out. */
export function desiredTables(wishes: FirewallWishes): NftTable[] {
  return [ipTable(wishes), ip6Table(wishes)].filter(({ chains }) => chains.length > 0);
}

function ipTable(wishes: FirewallWishes): NftTable {
  const { settings, canDuplicate } = wishes;
  const macvlans = wishes.interfaces.filter(
    ({ kind, family }) => kind === 'macvlan' && family === 4,
  );
  const sets: NftSet[] = [];
  const out: Expressions[] = [];
  const into: Expressions[] = [];
  const end = ending(settings);
  if (macvlans.length > 0) {
    sets.push(canDuplicate ? vmacMap(macvlans, wishes) : vmacSet(macvlans, wishes));
    const isIgmp = [
      payload('network', IPV4.protocol, 1, 1),
      equals(1, Uint8Array.of(IPPROTO_IGMP)),
    ];
    out.push([...isIgmp, ...toBelow(IPV4, canDuplicate), ...end(drop())]);
  }
  const closed = settings.closed.filter(({ address }) => familyOf(address) === 4);
  if (closed.length > 0) {
    sets.push({
      name: 'vips',
      key: [TYPES.ipv4],
      keyLength: 4,
      elements: unique(closed.map(({ address }) => ipToBytes(address))),
    });
    out.push(closedTo(IPV4.source, IPV4.length, end));
    into.push(closedTo(IPV4.destination, IPV4.length, end));
  }
  return { family: 'ip', name: settings.table, sets, chains: baseChains(settings, out, into) };
}

function ip6Table(wishes: FirewallWishes): NftTable {
  const { settings, canDuplicate } = wishes;
  const macvlans = wishes.interfaces.filter(({ kind, ipv6 }) => kind === 'macvlan' && ipv6);
  const sets: NftSet[] = [];
  const jumps: NftChain[] = [];
  const out: Expressions[] = [];
  const into: Expressions[] = [];
  const end = ending(settings);
  if (macvlans.length > 0) {
    if (canDuplicate) sets.push(vmacMap(macvlans, wishes));
    sets.push(vmacSet(macvlans, wishes));
    out.push([...icmpv6(MLD2_REPORT), ...toBelow(IPV6, canDuplicate), ...end(drop())]);
    out.push([
      ...icmpv6(ROUTER_SOLICIT),
      ...isMacvlan(),
      meta('outputIndex', 1),
      lookup('vmac_set', 1),
      ...end(drop()),
    ]);
  }
  const closed = settings.closed.filter(({ address }) => familyOf(address) === 6);
  if (closed.length > 0) {
    const local = closed.filter(({ address }) => isLinkLocal(ipToBytes(address)));
    sets.push(
      {
        name: 'vips',
        key: [TYPES.ipv6],
        keyLength: IPV6.length,
        elements: unique(
          closed.map(({ address }) => ipToBytes(address)).filter((bytes) => !isLinkLocal(bytes)),
        ),
      },
      {
        name: 'neighbor-discovery',
        key: [TYPES.icmpv6Type],
        keyLength: 1,
        constant: true,
        elements: [NEIGHBOUR_SOLICIT, NEIGHBOUR_ADVERT].map((type) => ({
          key: Uint8Array.of(type),
        })),
      },
    );
    const discovery = [...icmpv6Type(), lookup('neighbor-discovery', 1), ...end(accept())];
    out.push(discovery);
    into.push(discovery);
    if (local.length > 0) {
      sets.push({
        name: 'vips_link_local',
        key: [TYPES.ipv6, TYPES.interfaceIndex],
        keyLength: IPV6.length + 4,
        elements: unique(
          local.flatMap(({ address, interface: name }) => {
            const index = wishes.indexOf(name);
            return index === undefined ? [] : [withIndex(ipToBytes(address), index)];
          }),
        ),
      });
      jumps.push(localChain('in_link_local', IPV6.destination, 'inputIndex', end));
      jumps.push(localChain('out_link_local', IPV6.source, 'outputIndex', end));
      out.push(toLocal(IPV6.source, 'out_link_local', end));
      into.push(toLocal(IPV6.destination, 'in_link_local', end));
    }
    out.push(closedTo(IPV6.source, IPV6.length, end));
    into.push(closedTo(IPV6.destination, IPV6.length, end));
  }
  const chains = [...baseChains(settings, out, into), ...jumps];
  return { family: 'ip6', name: settings.table, sets, chains };
}

function baseChains(
  { priority }: FirewallSettings,
  out: readonly Expressions[],
  into: readonly Expressions[],
): NftChain[] {
  return [
    ...(out.length > 0 ? [{ name: 'out', hook: 'output', priority, rules: out } as const] : []),
    ...(into.length > 0 ? [{ name: 'in', hook: 'input', priority, rules: into } as const] : []),
  ];
}

/** The end of a rule, counted if it is to be. */
function ending({ counters }: FirewallSettings): (verdict: Uint8Array) => Expressions {
  return (verdict) => (counters ? [counter(), verdict] : [verdict]);
}

/** Of a packet that leaves by a macvlan of ours, sends a copy by the interface below. */
function toBelow(
  { destination, length }: { readonly destination: number; readonly length: number },
  canDuplicate: boolean,
): Expressions {
  if (!canDuplicate) return [...isMacvlan(), meta('outputIndex', 1), lookup('vmac_set', 1)];
  return [
    ...isMacvlan(),
    payload('network', destination, length, REGISTERS.first),
    meta('outputIndex', REGISTERS.second),
    lookup('vmac_map', REGISTERS.second, REGISTERS.second),
    duplicate(REGISTERS.first, REGISTERS.second),
  ];
}

function isMacvlan(): Expressions {
  const kind = new Uint8Array(KIND_BYTES);
  kind.set(Buffer.from('macvlan'));
  return [meta('outputKind', 1), equals(1, kind)];
}

function icmpv6Type(): Expressions {
  return [
    meta('protocol', 1),
    equals(1, Uint8Array.of(IPPROTO_ICMPV6)),
    payload('transport', 0, 1, 1),
  ];
}

function icmpv6(type: number): Expressions {
  return [...icmpv6Type(), equals(1, Uint8Array.of(type))];
}

function closedTo(
  offset: number,
  length: number,
  end: (verdict: Uint8Array) => Expressions,
): Expressions {
  return [payload('network', offset, length, 1), lookup('vips', 1), ...end(drop())];
}

/** Link-local addresses go to a chain that looks at the interface, too. */
function toLocal(
  offset: number,
  chain: string,
  end: (verdict: Uint8Array) => Expressions,
): Expressions {
  const bits = new Uint8Array(IPV6.length);
  bits.set([0xff, 0xc0]);
  const network = new Uint8Array(IPV6.length);
  network.set([0xfe, 0x80]);
  return [
    payload('network', offset, IPV6.length, 1),
    mask(1, bits),
    equals(1, network),
    ...end(goTo(chain)),
  ];
}

function localChain(
  name: string,
  offset: number,
  index: 'inputIndex' | 'outputIndex',
  end: (verdict: Uint8Array) => Expressions,
): NftChain {
  // The parts of a key stand in registers that follow one another.
  const rule = [
    payload('network', offset, IPV6.length, REGISTERS.first),
    meta(index, REGISTERS.second),
    lookup('vips_link_local', REGISTERS.first),
    ...end(drop()),
  ];
  return { name, rules: [rule] };
}

function vmacMap(macvlans: readonly VirtualInterface[], wishes: FirewallWishes): NftSet {
  return {
    name: 'vmac_map',
    key: [TYPES.interfaceIndex],
    keyLength: 4,
    valueType: TYPES.interfaceIndex,
    elements: macvlans.flatMap(({ name, parent }) => {
      const [own, below] = [wishes.indexOf(name), wishes.indexOf(parent)];
      if (own === undefined || below === undefined) return [];
      return [{ key: hostNumber(own), value: hostNumber(below) }];
    }),
  };
}

function vmacSet(macvlans: readonly VirtualInterface[], wishes: FirewallWishes): NftSet {
  return {
    name: 'vmac_set',
    key: [TYPES.interfaceIndex],
    keyLength: 4,
    elements: macvlans.flatMap(({ name }) => {
      const index = wishes.indexOf(name);
      return index === undefined ? [] : [{ key: hostNumber(index) }];
    }),
  };
}

function unique(keys: readonly Uint8Array[]): { key: Uint8Array }[] {
  const byText = new Map(keys.map((key) => [key.join(), key]));
  return [...byText.values()].map((key) => ({ key }));
}

function withIndex(address: Uint8Array, index: number): Uint8Array {
  const key = new Uint8Array(address.length + 4);
  key.set(address);
  key.set(hostNumber(index), address.length);
  return key;
}

function isLinkLocal([first = 0, second = 0]: Uint8Array): boolean {
  return first === 0xfe && (second & 0xc0) === 0x80;
}
