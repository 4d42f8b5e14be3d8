/**
 * Marks of virtual server groups in nftables (`nftables_ipvs`), as keepalived makes them: a group of a
 * thousand addresses is one service of the kernel, that of the mark that its packets are given before
 * IPVS sees them. Pure.
 */
import { type Family, familyOf, type Ip, ipToBytes } from '../base/ip.js';
import {
  counter,
  equals,
  hostNumber,
  leave,
  lookup,
  meta,
  payload,
  setMark,
} from '../netlink/nf-expressions.js';
import { type NftElement, type NftSet, type NftTable, TYPES } from '../netlink/nf-tables.js';

/** Packets to an address from the first to the last get a mark. */
export interface MarkRule {
  readonly mark: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly first: Ip;
  readonly last: Ip;
  /** 0: every port. */
  readonly port: number;
}

export interface MarkWishes {
  /** The table, of both families; nothing else may use it. */
  readonly table: string;
  readonly priority: number;
  readonly rules: readonly MarkRule[];
}

const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132 } as const;
/** Where the headers hold the destination (RFC 791 3.1, RFC 8200 3). */
const LAYOUTS = {
  4: { family: 'ip', destination: 16, length: 4, type: TYPES.ipv4 },
  6: { family: 'ip6', destination: 24, length: 16, type: TYPES.ipv6 },
} as const;
const PORT = { destination: 2, length: 2, last: 65_535 } as const;
/** Registers of four bytes each, the first of register 1. */
const FIRST = 8;
const PIECE = 4;

/** The tables with everything in them; those without a rule are left out. */
export function markTables(wishes: MarkWishes): NftTable[] {
  return ([4, 6] as const)
    .map((family) => tableOf(family, wishes))
    .filter(({ sets }) => sets.length > 0);
}

function tableOf(family: Family, { table, priority, rules }: MarkWishes): NftTable {
  const { destination, length, type } = LAYOUTS[family];
  const own = rules.filter(({ first }) => familyOf(first) === family);
  const protocols = (Object.keys(PROTOCOLS) as (keyof typeof PROTOCOLS)[]).filter((protocol) =>
    own.some((rule) => rule.protocol === protocol),
  );
  const nameOf = (protocol: string): string => `${protocol.toLowerCase()}_map`;
  const sets = protocols.map(
    (protocol): NftSet => ({
      name: nameOf(protocol),
      key: [type, TYPES.port],
      keyLength: length + PIECE,
      ranges: [length, PORT.length],
      valueType: TYPES.mark,
      elements: elementsOf(own.filter((rule) => rule.protocol === protocol)),
    }),
  );
  const chain = protocols.map((protocol) => [
    meta('protocol', FIRST),
    equals(FIRST, Uint8Array.of(PROTOCOLS[protocol])),
    payload('network', destination, length, FIRST),
    payload('transport', PORT.destination, PORT.length, FIRST + length / PIECE),
    lookup(nameOf(protocol), FIRST, FIRST),
    setMark(FIRST),
    counter(),
    leave(),
  ]);
  return {
    family: LAYOUTS[family].family,
    name: table,
    sets,
    chains: [{ name: 'in', hook: 'input', priority, rules: chain }],
  };
}

/** One element a rule; what an earlier one covers is left out: ranges of a map must not overlap. */
function elementsOf(rules: readonly MarkRule[]): NftElement[] {
  const kept: { readonly from: Buffer; readonly to: Buffer; readonly port: number }[] = [];
  const elements: NftElement[] = [];
  for (const { first, last, port, mark } of rules) {
    const [from, to] = [Buffer.from(ipToBytes(first)), Buffer.from(ipToBytes(last))];
    const isCovered = kept.some(
      (each) =>
        (each.port === port || each.port === 0) &&
        each.from.compare(from) <= 0 &&
        each.to.compare(to) >= 0,
    );
    if (isCovered) continue;
    kept.push({ from, to, port });
    elements.push({
      key: Buffer.concat([from, portBytes(port)]),
      end: Buffer.concat([to, portBytes(port === 0 ? PORT.last : port)]),
      value: hostNumber(mark),
    });
  }
  return elements;
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff, 0, 0);
}
