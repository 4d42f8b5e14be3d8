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

const HEADER = 4;

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

/**
 * A decoded list of attributes. Getters give `undefined` for an attribute that is absent or has
 * another size than the type needs: the caller decides whether it can do without.
 */
export class Attributes {
  readonly #values: ReadonlyMap<number, Uint8Array>;

  constructor(values: ReadonlyMap<number, Uint8Array>) {
    this.#values = values;
  }

  /** The types that are there. */
  types(): number[] {
    return [...this.#values.keys()];
  }

  /** The value's bytes, a view into the message. */
  bytes(type: number, length?: number): Uint8Array | undefined {
    const value = this.#values.get(type);
    return length === undefined || value?.length === length ? value : undefined;
  }

  u8(type: number): number | undefined {
    return this.bytes(type, 1)?.[0];
  }

  u16(type: number): number | undefined {
    return this.#view(type, 2)?.getUint16(0, LITTLE_ENDIAN);
  }

  u32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0, LITTLE_ENDIAN);
  }

  s32(type: number): number | undefined {
    return this.#view(type, 4)?.getInt32(0, LITTLE_ENDIAN);
  }

  u64(type: number): bigint | undefined {
    return this.#view(type, 8)?.getBigUint64(0, LITTLE_ENDIAN);
  }

  be16(type: number): number | undefined {
    return this.#view(type, 2)?.getUint16(0);
  }

  be32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0);
  }

  /** A string up to its first zero byte. */
  text(type: number): string | undefined {
    const value = this.#values.get(type);
    if (!value) return undefined;
    const end = value.indexOf(0);
    return Buffer.from(end < 0 ? value : value.subarray(0, end)).toString('utf8');
  }

  /** The attributes inside an attribute. */
  nested(type: number): Attributes | undefined {
    const value = this.#values.get(type);
    return value && decodeAttributes(value);
  }

  #view(type: number, length: number): DataView | undefined {
    const value = this.bytes(type, length);
    return value && viewOf(value);
  }
}

/**
 * Decodes a list of attributes as the kernel's nla_parse does: of a type that comes twice the last
 * one counts, and the first header that does not fit ends the list.
 */
export function decodeAttributes(bytes: Uint8Array): Attributes {
  const values = new Map<number, Uint8Array>();
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEADER <= bytes.length) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < HEADER || at + length > bytes.length) break;
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK;
    values.set(type, bytes.subarray(at + HEADER, at + length));
    at += pad4(length);
  }
  return new Attributes(values);
}
