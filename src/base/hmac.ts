/** HMAC-SHA256 (RFC 2104, FIPS 180-4) and the comparison of its results. */
import { nodeCrypto } from './lazy-crypto.js';

/** The 32 bytes of an HMAC over the parts, one after the other. */
export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = nodeCrypto().createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return Uint8Array.from(hmac.digest());
}

/** Whether two byte arrays are equal; how long it takes tells nothing about their bytes. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && nodeCrypto().timingSafeEqual(a, b);
}
