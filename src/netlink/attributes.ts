/**
 * Netlink attributes (linux/netlink.h, struct nlattr): a list of type, length and value, in the
 * byte order of the machine, padded to four bytes. Pure.
 *
 * ```
 *   u16 nla_len (header and value, without padding) | u16 nla_type | value | padding to 4
 * ```
 */
import { allocate, viewOf } from '../base/bytes.js';
import { NLA_F_NESTED, NLA_TYPE_MASK } from './constants.js';

/** Whether this machine is little-endian; netlink speaks the machine's order. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Bytes of an attribute's header. */
export const HEADER = 4;

/**
 * Writes a u16 in the machine's order. Byte by byte: a DataView on a small array of its own makes
 * the engine move its bytes out of the heap first, which costs more than all the rest of a request.
 */
export function putU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[LITTLE_ENDIAN ? at : at + 1] = value;
  bytes[LITTLE_ENDIAN ? at + 1 : at] = value >>> 8;
}

/** Writes a u32 in the machine's order; see {@link putU16}. */
export function putU32(bytes: Uint8Array, at: number, value: number): void {
  putU16(bytes, LITTLE_ENDIAN ? at : at + 2, value);
  putU16(bytes, LITTLE_ENDIAN ? at + 2 : at, value >>> 16);
}

const pad4 = (length: number): number => (length + 3) & ~3;

/** One attribute with its header and padding. Throws `RangeError` above 65531 bytes of value. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const length = HEADER + value.length;
  if (length > 0xffff) throw new RangeError(`attribute ${type} is too long: ${value.length} bytes`);
  const bytes = allocate(pad4(length));
  putU16(bytes, 0, length);
  putU16(bytes, 2, type);
  bytes.set(value, HEADER);
  return bytes;
}

/** An attribute that holds attributes. */
export function nested(type: number, parts: readonly Uint8Array[]): Uint8Array {
  return attribute(type | NLA_F_NESTED, concat(parts));
}

/** A u8 attribute. */
export function u8(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value));
}

/** A u16 attribute in the machine's order. */
export function u16(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  putU16(bytes, 0, value);
  return attribute(type, bytes);
}

/** A u32 attribute in the machine's order; negative numbers become their two's complement. */
export function u32(type: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  putU32(bytes, 0, value);
  return attribute(type, bytes);
}

/** A u64 attribute in the machine's order. */
export function u64(type: number, value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, value, LITTLE_ENDIAN);
  return attribute(type, bytes);
}

/** A u16 attribute in network order (`__be16`). */
export function be16(type: number, value: number): Uint8Array {
  return attribute(type, Uint8Array.of(value >> 8, value & 0xff));
}

/** A u32 attribute in network order (`__be32`). */
export function be32(type: number, value: number): Uint8Array {
  const bytes = Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  return attribute(type, bytes);
}

/** A string attribute, closed by a zero byte (NLA_NUL_STRING). */
export function text(type: number, value: string): Uint8Array {
  return attribute(type, new Uint8Array(Buffer.from(`${value}\0`, 'utf8')));
}

/** Byte arrays one after the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = allocate(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A string up to its first zero byte, or to where it ends. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  let word = '';
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === 0) return word;
    if (byte < 0x80) word += String.fromCharCode(byte);
    else {
      const end = bytes.indexOf(0, i);
      const last = end < 0 || end > to ? to : end;
      return Buffer.from(bytes.subarray(from, last)).toString('utf8');
    }
  }
  return word;
}

/**
 * A decoded list of attributes. Getters give `undefined` for an attribute that is absent or has
 * another size than the type needs: the caller decides whether it can do without.
 *
 * It is looked for where it lies: lists are short, and a table has a hundred thousand of them.
 */
export class Attributes {
  readonly #list: Uint8Array;
  readonly #view: DataView;
  readonly #from: number;
  readonly #to: number;

  /** @param from where the list begins in the bytes, of which `view` is a view, and `to` where it ends. */
  constructor(list: Uint8Array, view: DataView, from: number, to: number) {
    this.#list = list;
    this.#view = view;
    this.#from = from;
    this.#to = to;
  }

  /** The types that are there. */
  types(): number[] {
    const types = new Set<number>();
    const view = this.#view;
    for (let at = this.#from; fits(view, at, this.#to); at = nextAttribute(view, at)) {
      types.add(typeAt(view, at));
    }
    return [...types];
  }

  /** The value's bytes, a view into the message. */
  bytes(type: number, length?: number): Uint8Array | undefined {
    const at = this.#find(type, length);
    if (at < 0) return undefined;
    return this.#list.subarray(at + HEADER, at + HEADER + lengthAt(this.#view, at));
  }

  u8(type: number): number | undefined {
    const at = this.#find(type, 1);
    return at < 0 ? undefined : this.#view.getUint8(at + HEADER);
  }

  u16(type: number): number | undefined {
    const at = this.#find(type, 2);
    return at < 0 ? undefined : this.#view.getUint16(at + HEADER, LITTLE_ENDIAN);
  }

  u32(type: number): number | undefined {
    const at = this.#find(type, 4);
    return at < 0 ? undefined : this.#view.getUint32(at + HEADER, LITTLE_ENDIAN);
  }

  s32(type: number): number | undefined {
    const at = this.#find(type, 4);
    return at < 0 ? undefined : this.#view.getInt32(at + HEADER, LITTLE_ENDIAN);
  }

  u64(type: number): bigint | undefined {
    const at = this.#find(type, 8);
    return at < 0 ? undefined : this.#view.getBigUint64(at + HEADER, LITTLE_ENDIAN);
  }

  be16(type: number): number | undefined {
    const at = this.#find(type, 2);
    return at < 0 ? undefined : this.#view.getUint16(at + HEADER);
  }

  be32(type: number): number | undefined {
    const at = this.#find(type, 4);
    return at < 0 ? undefined : this.#view.getUint32(at + HEADER);
  }

  /** A string up to its first zero byte. */
  text(type: number): string | undefined {
    const at = this.#find(type);
    if (at < 0) return undefined;
    return textOf(this.#list, at + HEADER, at + HEADER + lengthAt(this.#view, at));
  }

  /** The attributes inside an attribute. */
  nested(type: number): Attributes | undefined {
    const at = this.#find(type);
    if (at < 0) return undefined;
    const from = at + HEADER;
    return new Attributes(this.#list, this.#view, from, from + lengthAt(this.#view, at));
  }

  /** Where the attribute's header is; of a type that comes twice the last one counts. */
  #find(type: number, length?: number): number {
    const view = this.#view;
    let found = -1;
    for (let at = this.#from; fits(view, at, this.#to); at = nextAttribute(view, at)) {
      if (typeAt(view, at) === type) found = at;
    }
    if (found < 0 || length === undefined || lengthAt(view, found) === length) return found;
    return -1;
  }
}

/**
 * Decodes a list of attributes as the kernel's nla_parse does: of a type that comes twice the last
 * one counts, and the first header that does not fit ends the list.
 */
export function decodeAttributes(bytes: Uint8Array): Attributes {
  return new Attributes(bytes, viewOf(bytes), 0, bytes.length);
}

/**
 * Whether an attribute is there whole, with its value; for those who walk through a list in its place:
 *
 * ```
 *   for (let at = from; fits(view, at, to); at = nextAttribute(view, at)) …
 * ```
 *
 * @param to where the list ends.
 */
export function fits(view: DataView, at: number, to: number): boolean {
  if (at + HEADER > to) return false;
  const length = view.getUint16(at, LITTLE_ENDIAN);
  return length >= HEADER && at + length <= to;
}

/** Where the attribute behind one that {@link fits} begins. */
export function nextAttribute(view: DataView, at: number): number {
  return at + pad4(view.getUint16(at, LITTLE_ENDIAN));
}

/** The type of an attribute that {@link fits}. */
export function typeAt(view: DataView, at: number): number {
  return view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK;
}

/** Bytes of its value, which begins {@link HEADER} bytes behind it. */
export function lengthAt(view: DataView, at: number): number {
  return view.getUint16(at, LITTLE_ENDIAN) - HEADER;
}

/**
 * Where an attribute of a list lies, for those who decode a hundred thousand messages in their places.
 *
 * @param from where the list begins in the view, and `to` where it ends.
 * @returns the offset of its header, which fits with the value; -1: there is none.
 */
export function findAttribute(view: DataView, from: number, to: number, type: number): number {
  for (let at = from; fits(view, at, to); at = nextAttribute(view, at)) {
    if (typeAt(view, at) === type) return at;
  }
  return -1;
}
