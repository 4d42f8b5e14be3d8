/**
 * nf_tables' messages (linux/netfilter/nf_tables.h, nfnetlink.h): tables with their chains, sets and
 * rules. Pure.
 *
 * ```
 *   struct nfgenmsg: u8 nfgen_family | u8 version (0) | be16 res_id
 *   rule = { expression }, expression = NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA { ... } }
 * ```
 *
 * An expression (nf-expressions.ts) reads into, compares or writes one of the registers;
 * the rule ends at the first that does not match.
 */
import { attribute, be32, concat, nested, text } from './attributes.js';
import { hostNumber } from './nf-expressions.js';
import type { NetlinkRequest } from './socket.js';

export const NETLINK_NETFILTER = 12;
const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NLM_F_CREATE = 0x400;
const NLM_F_APPEND = 0x800;

const message = (number: number): number => (NFNL_SUBSYS_NFTABLES << 8) | number;
const NFT_MSG_NEWTABLE = message(0);
const NFT_MSG_DELTABLE = message(2);
const NFT_MSG_NEWCHAIN = message(3);
const NFT_MSG_NEWRULE = message(6);
const NFT_MSG_GETRULE = message(7);
const NFT_MSG_NEWSET = message(9);
const NFT_MSG_NEWSETELEM = message(12);
const NFT_MSG_GETSETELEM = message(13);
const NFT_MSG_GETGEN = message(16);

const NFTA_LIST_ELEM = 1;
const NFTA_TABLE_NAME = 1;
const NFTA_CHAIN = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
const NFTA_HOOK = { number: 1, priority: 2 } as const;
const NFTA_RULE = { table: 1, chain: 2, expressions: 4 } as const;
const NFTA_SET = {
  table: 1,
  name: 2,
  flags: 3,
  keyType: 4,
  keyLength: 5,
  dataType: 6,
  dataLength: 7,
  description: 9,
  id: 10,
  userData: 13,
} as const;
const NFTA_SET_ELEM_LIST = { table: 1, set: 2, elements: 3 } as const;
const NFTA_SET_DESC_CONCAT = 2;
const NFTA_SET_FIELD_LEN = 1;
const NFTA_SET_ELEM = { key: 1, data: 2, keyEnd: 10 } as const;
const NFTA_DATA_VALUE = 1;
const NFT_SET_CONSTANT = 0x02;
const NFT_SET_INTERVAL = 0x04;
const NFT_SET_MAP = 0x08;
const NFT_SET_CONCAT = 0x80;

/** nft(8)'s own numbers of types, by which it shows what is in a set, and of orders of bytes. */
export const TYPES = {
  ipv4: 7,
  ipv6: 8,
  port: 13,
  mark: 19,
  interfaceIndex: 20,
  icmpv6Type: 29,
} as const;
const TYPE_BITS = 6;
const UDATA_KEY_ORDER = 0;
const UDATA_DATA_ORDER = 1;
const HOST_ORDER = 1;

export const HOOKS = { input: 1, output: 3, postrouting: 4 } as const;
const NF_ACCEPT = 1;

/** AF_* as nfnetlink counts families. */
export type TableFamily = 'ip' | 'ip6';
export const FAMILY_NUMBERS: Readonly<Record<TableFamily, number>> = { ip: 2, ip6: 10 };

export interface NftSet {
  readonly name: string;
  /** nft's types of the parts of a key, for {@link TYPES}. */
  readonly key: readonly number[];
  /** Bytes of a key, each part padded to four. */
  readonly keyLength: number;
  /** A map: nft's type of its values, of four bytes. */
  readonly valueType?: number;
  readonly constant?: true;
  /**
   * Keys of several parts may be ranges, each part from that of `key` to that of `end`: the bytes of
   * each part, without padding.
   */
  readonly ranges?: readonly number[];
  readonly elements: readonly NftElement[];
}

export interface NftElement {
  readonly key: Uint8Array;
  readonly end?: Uint8Array;
  readonly value?: Uint8Array;
}

export interface NftChain {
  readonly name: string;
  /** A base chain; without it, it is gone to from another. */
  readonly hook?: keyof typeof HOOKS;
  readonly priority?: number;
  /** Of a base chain; `filter`. */
  readonly type?: 'filter' | 'nat';
  /** Each rule as expressions. */
  readonly rules: readonly (readonly Uint8Array[])[];
}

export interface NftTable {
  readonly family: TableFamily;
  readonly name: string;
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

/** What stands around requests that are carried out together. */
export const BATCH = {
  begin: batchEdge(NFNL_MSG_BATCH_BEGIN, 'NFNL_MSG_BATCH_BEGIN'),
  end: batchEdge(NFNL_MSG_BATCH_END, 'NFNL_MSG_BATCH_END'),
} as const;

/** Makes a table if it is not there. */
export function encodeNewTable(family: TableFamily, name: string): NetlinkRequest {
  return request(NFT_MSG_NEWTABLE, family, [text(NFTA_TABLE_NAME, name)], NLM_F_CREATE, name);
}

/** Removes a table with all that is in it; ENOENT if it is not there. */
export function encodeDeleteTable(family: TableFamily, name: string): NetlinkRequest {
  return request(NFT_MSG_DELTABLE, family, [text(NFTA_TABLE_NAME, name)], 0, name);
}

/**
 * A whole table that is not there yet: itself, its sets, its chains, their rules, and last what is in
 * sets that may be large.
 */
export function encodeTable(table: NftTable): NetlinkRequest[] {
  const { family, name } = table;
  const rules = table.chains.flatMap((chain) =>
    chain.rules.map((expressions) =>
      request(
        NFT_MSG_NEWRULE,
        family,
        [
          text(NFTA_RULE.table, name),
          text(NFTA_RULE.chain, chain.name),
          nested(
            NFTA_RULE.expressions,
            expressions.map((bytes) => bytes),
          ),
        ],
        NLM_F_CREATE | NLM_F_APPEND,
        `${name} ${chain.name}`,
      ),
    ),
  );
  return [
    encodeNewTable(family, name),
    ...table.sets.map((set, i) => encodeSet(table, set, i + 1)),
    // A constant set that a rule refers to takes nothing more.
    ...table.sets.flatMap((set) => (set.constant ? encodeElements(table, set) : [])),
    ...table.chains.map((chain) => encodeChain(table, chain)),
    ...rules,
    ...table.sets.flatMap((set) => (set.constant ? [] : encodeElements(table, set))),
  ];
}

/** The dump of a table's rules. */
export function encodeGetRules(family: TableFamily, table: string): NetlinkRequest {
  return request(NFT_MSG_GETRULE, family, [text(NFTA_RULE.table, table)], 0, table);
}

/** The dump of a set's elements. */
export function encodeGetElements(family: TableFamily, table: string, set: string): NetlinkRequest {
  const body = [text(NFTA_SET_ELEM_LIST.table, table), text(NFTA_SET_ELEM_LIST.set, set)];
  return request(NFT_MSG_GETSETELEM, family, body, 0, `${table} ${set}`);
}

/** The number of the rules in force, which grows with each change: NFTA_GEN_ID, a be32. */
export function encodeGetGeneration(): NetlinkRequest {
  return { type: NFT_MSG_GETGEN, body: header(0, 0), operation: 'NFT_MSG_GETGEN' };
}
/** Bytes before the attributes of an answer, and what has the number of {@link encodeGetGeneration}. */
export const NFGENMSG = 4;
export const NFTA_GEN_ID = 1;
export const NFTA_ELEMENTS = NFTA_SET_ELEM_LIST.elements;

function encodeChain({ family, name }: NftTable, chain: NftChain): NetlinkRequest {
  const parts = [text(NFTA_CHAIN.table, name), text(NFTA_CHAIN.name, chain.name)];
  if (chain.hook !== undefined) {
    parts.push(
      nested(NFTA_CHAIN.hook, [
        be32(NFTA_HOOK.number, HOOKS[chain.hook]),
        be32(NFTA_HOOK.priority, chain.priority ?? 0),
      ]),
      be32(NFTA_CHAIN.policy, NF_ACCEPT),
      text(NFTA_CHAIN.type, chain.type ?? 'filter'),
    );
  }
  return request(NFT_MSG_NEWCHAIN, family, parts, NLM_F_CREATE, `${name} ${chain.name}`);
}

/** So many elements go into one message: an attribute has at most 64 KiB. */
const ELEMENTS_A_MESSAGE = 512;

function encodeSet({ family, name }: NftTable, set: NftSet, id: number): NetlinkRequest {
  const flags =
    (set.constant ? NFT_SET_CONSTANT : 0) |
    (set.valueType ? NFT_SET_MAP : 0) |
    (set.ranges ? NFT_SET_INTERVAL | NFT_SET_CONCAT : 0);
  const isHostOrder = set.key.length === 1 && set.key[0] === TYPES.interfaceIndex;
  const parts = [
    text(NFTA_SET.table, name),
    text(NFTA_SET.name, set.name),
    be32(NFTA_SET.flags, flags),
    be32(
      NFTA_SET.keyType,
      set.key.reduce((sum, type) => sum * 2 ** TYPE_BITS + type, 0),
    ),
    be32(NFTA_SET.keyLength, set.keyLength),
    be32(NFTA_SET.id, id),
  ];
  if (set.valueType !== undefined) {
    parts.push(be32(NFTA_SET.dataType, set.valueType), be32(NFTA_SET.dataLength, 4));
  }
  if (set.ranges) {
    const fields = set.ranges.map((length) =>
      nested(NFTA_LIST_ELEM, [be32(NFTA_SET_FIELD_LEN, length)]),
    );
    parts.push(nested(NFTA_SET.description, [nested(NFTA_SET_DESC_CONCAT, fields)]));
  }
  const orders: Uint8Array[] = [];
  if (isHostOrder) orders.push(userData(UDATA_KEY_ORDER, HOST_ORDER));
  // Indices and marks are numbers of the machine.
  if (set.valueType !== undefined) orders.push(userData(UDATA_DATA_ORDER, HOST_ORDER));
  if (orders.length > 0) parts.push(attribute(NFTA_SET.userData, concat(orders)));
  return request(NFT_MSG_NEWSET, family, parts, NLM_F_CREATE, `${name} ${set.name}`);
}

function encodeElements({ family, name }: NftTable, set: NftSet): NetlinkRequest[] {
  const requests: NetlinkRequest[] = [];
  for (let from = 0; from < set.elements.length; from += ELEMENTS_A_MESSAGE) {
    const elements = set.elements.slice(from, from + ELEMENTS_A_MESSAGE);
    requests.push(
      request(
        NFT_MSG_NEWSETELEM,
        family,
        [
          text(NFTA_SET_ELEM_LIST.table, name),
          text(NFTA_SET_ELEM_LIST.set, set.name),
          nested(
            NFTA_SET_ELEM_LIST.elements,
            elements.map(({ key, end, value }) =>
              nested(NFTA_LIST_ELEM, [
                nested(NFTA_SET_ELEM.key, [data(key)]),
                ...(end ? [nested(NFTA_SET_ELEM.keyEnd, [data(end)])] : []),
                ...(value ? [nested(NFTA_SET_ELEM.data, [data(value)])] : []),
              ]),
            ),
          ),
        ],
        NLM_F_CREATE,
        `${name} ${set.name}`,
      ),
    );
  }
  return requests;
}

function data(value: Uint8Array): Uint8Array {
  return attribute(NFTA_DATA_VALUE, value);
}

/** What nft(8) keeps beside a set: u8 type, u8 length, a u32 in the machine's order. */
function userData(type: number, value: number): Uint8Array {
  return concat([Uint8Array.of(type, 4), hostNumber(value)]);
}

function request(
  type: number,
  family: TableFamily,
  parts: readonly Uint8Array[],
  flags: number,
  what: string,
): NetlinkRequest {
  const names = [
    'NEWTABLE',
    '',
    'DELTABLE',
    'NEWCHAIN',
    '',
    '',
    'NEWRULE',
    'GETRULE',
    '',
    'NEWSET',
  ];
  const name = names[type & 0xff] ?? 'SETELEM';
  return {
    type,
    flags,
    body: concat([header(FAMILY_NUMBERS[family], 0), ...parts]),
    operation: `NFT_MSG_${name} ${family} ${what}`,
  };
}

function batchEdge(type: number, operation: string): NetlinkRequest {
  return { type, body: header(0, NFNL_SUBSYS_NFTABLES), operation };
}

function header(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 0xff);
}
