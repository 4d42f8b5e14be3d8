/**
 * Expressions of nf_tables' rules (linux/netfilter/nf_tables.h): what reads into, compares or writes a
 * register. Pure.
 *
 * Numbers are in network order, what comes from the packet's interface and its mark is in that of the
 * machine.
 */
import { viewOf } from '../base/bytes.js';
import { attribute, be32, LITTLE_ENDIAN, nested, text } from './attributes.js';

const NFTA_LIST_ELEM = 1;
const NFTA_EXPR = { name: 1, data: 2 } as const;
const NFTA_DATA = { value: 1, verdict: 2 } as const;
const NFTA_VERDICT = { code: 1, chain: 2 } as const;
const NF_DROP = 0;
const NF_ACCEPT = 1;
const NFT_GOTO = -4;
const NFT_RETURN = -5;
const NFT_REG_VERDICT = 0;

/**
 * 1 to 4 have 16 bytes each; 8 to 23 are the same bytes in pieces of four, 8 the first of register 1.
 * The parts of a key stand one after the other.
 */
export type Register = number;
/** NFT_META_*: what is known of a packet besides its bytes. */
const META = { mark: 3, inputIndex: 4, outputIndex: 5, protocol: 16, outputKind: 27 } as const;
/** NFT_CT_*: what is known of the packet's connection. */
const CONNECTION = { destinationPort: 12, destination4: 20, destination6: 22 } as const;
const NFT_CT_STATE = 0;
/** IP_CT_DIR_ORIGINAL: the direction of the connection's first packet. */
const ORIGINAL = 0;
/** NF_CT_STATE_*_BIT's values. */
export const CONNECTION_STATES = { invalid: 1, new: 8 } as const;
const NFT_NAT_SNAT = 0;
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

/** Where the connection's first packet was sent to, before anything was translated. */
export function originally(what: keyof typeof CONNECTION, into: Register): Uint8Array {
  const direction = attribute(3, Uint8Array.of(ORIGINAL));
  return expression('ct', [be32(1, into), be32(2, CONNECTION[what]), direction]);
}

/** One of {@link CONNECTION_STATES}, as a number in the machine's order. */
export function connectionState(into: Register): Uint8Array {
  return expression('ct', [be32(1, into), be32(2, NFT_CT_STATE)]);
}

/** Goes on if the register holds the value. */
export function equals(register: Register, value: Uint8Array): Uint8Array {
  return compare(register, 0, value);
}

/** Goes on if the register holds another value. */
export function differs(register: Register, value: Uint8Array): Uint8Array {
  return compare(register, 1, value);
}

/** Goes on if the register holds the value or one below it. */
export function atMost(register: Register, value: Uint8Array): Uint8Array {
  return compare(register, 3, value);
}

/** Goes on if the register holds the value or one above it. */
export function atLeast(register: Register, value: Uint8Array): Uint8Array {
  return compare(register, 5, value);
}

/** @param how NFT_CMP_*. */
function compare(register: Register, how: number, value: Uint8Array): Uint8Array {
  return expression('cmp', [be32(1, register), be32(2, how), nested(3, [data(value)])]);
}

/** Puts a value into a register. */
export function load(value: Uint8Array, into: Register): Uint8Array {
  return expression('immediate', [be32(1, into), nested(2, [data(value)])]);
}

/** Gives the packet the mark that the register holds. */
export function setMark(register: Register): Uint8Array {
  return expression('meta', [be32(2, META.mark), be32(3, register)]);
}

/** The connection comes from the outgoing interface's address. */
export function masquerade(): Uint8Array {
  return expression('masq', []);
}

/**
 * The connection comes from the address that a register holds, or from one from it to that in another.
 *
 * @param family AF_*.
 */
export function sourceNat(family: number, first: Register, last?: Register): Uint8Array {
  const range = last === undefined ? [] : [be32(4, last)];
  return expression('nat', [be32(1, NFT_NAT_SNAT), be32(2, family), be32(3, first), ...range]);
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

/** No further rule of the chain. */
export function leave(): Uint8Array {
  return verdict(NFT_RETURN);
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
