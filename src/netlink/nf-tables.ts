/**
 * nf_tables' messages (linux/netfilter/nf_tables.h, nfnetlink.h): tables with their chains, sets and
 * rules. Pure.
 *
 * ```
 *   struct nfgenmsg: u8 nfgen_family | u8 version (0) | be16 res_id
 *   rule = { expression }, expression = NFTA_LIST_ELEM { NFTA_EXPR_NAME, NFTA_EXPR_DATA { ... } }
 * ```
 *
 * An expression reads into, compares or writes one of the registers, of 16 bytes each; the rule ends
 * at the first that does not match. Numbers are in network order, what comes from the packet's
 * interface is in that of the machine.
 */
import { viewOf } from '../base/bytes.js';
import { attribute, be32, concat, LITTLE_ENDIAN, nested, text } from './attributes.js';
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
const NFTA_EXPR = { name: 1, data: 2 } as const;
const NFTA_SET = {
  table: 1,
  name: 2,
  flags: 3,
  keyType: 4,
  keyLength: 5,
  dataType: 6,
  dataLength: 7,
  id: 10,
  userData: 13,
} as const;
const NFTA_SET_ELEM_LIST = { table: 1, set: 2, elements: 3 } as const;
const NFTA_SET_ELEM = { key: 1, data: 2 } as const;
const NFTA_DATA = { value: 1, verdict: 2 } as const;
const NFTA_VERDICT = { code: 1, chain: 2 } as const;
const NFT_SET_CONSTANT = 2;
const NFT_SET_MAP = 8;

/** nft(8)'s own numbers of types, by which it shows what is in a set, and of orders of bytes. */
export const TYPES = { ipv4: 7, ipv6: 8, interfaceIndex: 20, icmpv6Type: 29 } as const;
const TYPE_BITS = 6;
const UDATA_KEY_ORDER = 0;
const UDATA_DATA_ORDER = 1;
const HOST_ORDER = 1;

export const HOOKS = { input: 1, output: 3 } as const;
const NF_DROP = 0;
const NF_ACCEPT = 1;
const NFT_GOTO = -4;
const NFT_REG_VERDICT = 0;

/** AF_* as nfnetlink counts families. */
export type TableFamily = 'ip' | 'ip6';
const FAMILIES: Readonly<Record<TableFamily, number>> = { ip: 2, ip6: 10 };

export interface NftSet {
  readonly name: string;
  /** nft's types of the parts of a key, for {@link TYPES}. */
  readonly key: readonly number[];
  /** Bytes of a key, each part padded to four. */
  readonly keyLength: number;
  /** A map: nft's type of its values, of four bytes. */
  readonly valueType?: number;
  readonly constant?: true;
  readonly elements: readonly { readonly key: Uint8Array; readonly value?: Uint8Array }[];
}

export interface NftChain {
  readonly name: string;
  /** A base chain; without it, it is gone to from another. */
  readonly hook?: keyof typeof HOOKS;
  readonly priority?: number;
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

/** A whole table that is not there yet: itself, its sets, its chains, then their rules. */
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
    ...table.sets.flatMap((set, i) => encodeSet(table, set, i + 1)),
    ...table.chains.map((chain) => encodeChain(table, chain)),
    ...rules,
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

// --- expressions -----------------------------------------------------------------------------

/** Registers of 16 bytes. */
export type Register = 1 | 2 | 3 | 4;
/** NFT_META_*: what is known of a packet besides its bytes. */
const META = { inputIndex: 4, outputIndex: 5, protocol: 16, outputKind: 27 } as const;
/** NFT_PAYLOAD_*: where a packet's bytes are counted from. */
const BASE = { network: 1, transport: 2 } as const;

export function meta(what: keyof typeof META, into: Register): Uint8Array {
  return expression('meta', [be32(1, into), be32(2, META[what])]);
}

/** Bytes of the packet. */
export function payload(
  base: keyof typeof BASE,
  offset: number,
  length: number,
  into: Register,
): Uint8Array {
  return expression('payload', [
    be32(1, into),
    be32(2, BASE[base]),
    be32(3, offset),
    be32(4, length),
  ]);
}

/** Goes on if the register holds the value. */
export function equals(register: Register, value: Uint8Array): Uint8Array {
  return expression('cmp', [be32(1, register), be32(2, 0), nested(3, [data(value)])]);
}

/** Keeps the bits of the mask. */
export function mask(register: Register, bits: Uint8Array): Uint8Array {
  return expression('bitwise', [
    be32(1, register),
    be32(2, register),
    be32(3, bits.length),
    nested(4, [data(bits)]),
    nested(5, [data(new Uint8Array(bits.length))]),
  ]);
}

/** Goes on if the register is in the set; of a map, the value goes `into` a register. */
export function lookup(set: string, register: Register, into?: Register): Uint8Array {
  const value = into === undefined ? [] : [be32(3, into)];
  return expression('lookup', [text(1, set), be32(2, register), ...value]);
}

/** Sends a copy to the address, out of the interface, that the registers hold. */
export function duplicate(address: Register, interfaceIndex: Register): Uint8Array {
  return expression('dup', [be32(1, address), be32(2, interfaceIndex)]);
}

export function counter(): Uint8Array {
  return expression('counter', []);
}

export function drop(): Uint8Array {
  return verdict(NF_DROP);
}

export function accept(): Uint8Array {
  return verdict(NF_ACCEPT);
}

export function goTo(chain: string): Uint8Array {
  return verdict(NFT_GOTO, chain);
}

/** A number of 32 bits in the machine's order, as interfaces have. */
export function hostNumber(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, LITTLE_ENDIAN);
  return bytes;
}

function verdict(code: number, chain?: string): Uint8Array {
  const parts = [be32(NFTA_VERDICT.code, code)];
  if (chain !== undefined) parts.push(text(NFTA_VERDICT.chain, chain));
  return expression('immediate', [
    be32(1, NFT_REG_VERDICT),
    nested(2, [nested(NFTA_DATA.verdict, parts)]),
  ]);
}

function data(value: Uint8Array): Uint8Array {
  return attribute(NFTA_DATA.value, value);
}

function expression(name: string, parts: readonly Uint8Array[]): Uint8Array {
  return nested(NFTA_LIST_ELEM, [text(NFTA_EXPR.name, name), nested(NFTA_EXPR.data, parts)]);
}

function encodeChain({ family, name }: NftTable, chain: NftChain): NetlinkRequest {
  const parts = [text(NFTA_CHAIN.table, name), text(NFTA_CHAIN.name, chain.name)];
  if (chain.hook !== undefined) {
    parts.push(
      nested(NFTA_CHAIN.hook, [
        be32(NFTA_HOOK.number, HOOKS[chain.hook]),
        be32(NFTA_HOOK.priority, chain.priority ?? 0),
      ]),
      be32(NFTA_CHAIN.policy, NF_ACCEPT),
      text(NFTA_CHAIN.type, 'filter'),
    );
  }
  return request(NFT_MSG_NEWCHAIN, family, parts, NLM_F_CREATE, `${name} ${chain.name}`);
}

/** So many elements go into one message: an attribute has at most 64 KiB. */
const ELEMENTS_A_MESSAGE = 512;

function encodeSet({ family, name }: NftTable, set: NftSet, id: number): NetlinkRequest[] {
  const flags = (set.constant ? NFT_SET_CONSTANT : 0) | (set.valueType ? NFT_SET_MAP : 0);
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
  if (isHostOrder) {
    const orders = [userData(UDATA_KEY_ORDER, HOST_ORDER)];
    if (set.valueType !== undefined) orders.push(userData(UDATA_DATA_ORDER, HOST_ORDER));
    parts.push(attribute(NFTA_SET.userData, concat(orders)));
  }
  const requests = [request(NFT_MSG_NEWSET, family, parts, NLM_F_CREATE, `${name} ${set.name}`)];
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
            elements.map(({ key, value }) =>
              nested(NFTA_LIST_ELEM, [
                nested(NFTA_SET_ELEM.key, [data(key)]),
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
    body: concat([header(FAMILIES[family], 0), ...parts]),
    operation: `NFT_MSG_${name} ${family} ${what}`,
  };
}

function batchEdge(type: number, operation: string): NetlinkRequest {
  return { type, body: header(0, NFNL_SUBSYS_NFTABLES), operation };
}

function header(family: number, resource: number): Uint8Array {
  return Uint8Array.of(family, 0, resource >> 8, resource & 0xff);
}
