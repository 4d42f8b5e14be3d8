/** Helpers on byte arrays. Network order (big-endian) unless a name says otherwise. */

const HEX = /^(?:[0-9a-f]{2})*$/i;

/** Bytes to lower-case hexadecimal text without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Hexadecimal text (white space is ignored) to bytes. Throws `RangeError` on anything else. */
export function fromHex(text: string): Uint8Array {
  const compact = text.replace(/\s+/g, '');
  if (!HEX.test(compact)) throw new RangeError(`not hexadecimal: ${text.slice(0, 40)}`);
  return new Uint8Array(Buffer.from(compact, 'hex'));
}

/** A view on bytes for reading and writing multi-byte fields. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether two byte arrays hold the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  // Mostly addresses: a call out of JavaScript costs more than the loop.
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const CHUNK = 65_536;
let chunk = new ArrayBuffer(CHUNK);
let used = 0;

/**
 * A zeroed array for bytes that soon go, such as a part of a message: a view into a larger piece of
 * memory, which is many times cheaper than memory of its own. The piece is never used twice.
 */
export function allocate(length: number): Uint8Array {
  if (length > CHUNK / 16) return new Uint8Array(length);
  if (used + length > CHUNK) {
    chunk = new ArrayBuffer(CHUNK);
    used = 0;
  }
  const bytes = new Uint8Array(chunk, used, length);
  // The next one is aligned for a DataView's numbers.
  used += (length + 7) & ~7;
  return bytes;
}
