/**
 * The authentication trailer behind a VRRP packet (`auth_hmac` of keepalived 2.4; Internet-Draft
 * draft-cassen-vrrp-auth-hmac), 28 bytes, big-endian:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type = 1  |    Key ID     |          Reserved = 0         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Seconds since 1970 (UTC)                   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   Fraction, 1/65536 s         |           Counter             |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |        HMAC-SHA256, the first 16 bytes                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Seconds, fraction and counter together are the sequence: one number of 64 bits. What the HMAC is
 * over: 20 bytes (family 4 or 6, VRRP version, VRID, 0, the source address padded with zeros), the
 * packet with its checksum read as zero, the trailer's first 12 bytes, and 16 zero bytes. The IP
 * header is not in it, so that one signed advert goes to all unicast peers.
 */
import { viewOf } from '../base/bytes.js';
import { hmacSha256, sameSecret } from '../base/hmac.js';
import { fail, ok, type Result } from '../base/result.js';

export const TRAILER_LENGTH = 28;

const TYPE_HMAC_SHA256 = 1;
const SEQUENCE_OFFSET = 4;
const HMAC_OFFSET = 12;
const CHECKSUM = { offset: 6, end: 8 };
const NO_CHECKSUM = new Uint8Array(2);
const NO_HMAC = new Uint8Array(TRAILER_LENGTH - HMAC_OFFSET);

export interface Trailer {
  readonly keyId: number;
  /** 64 bits, unsigned. */
  readonly sequence: bigint;
}

/** What of the packet's surroundings is bound into the HMAC. */
export interface SignedContext {
  readonly version: number;
  readonly virtualRouterId: number;
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
}

/**
 * Decodes a trailer.
 *
 * @param bytes {@link TRAILER_LENGTH} of them.
 */
export function decodeTrailer(bytes: Uint8Array): Result<Trailer, 'hmac-malformed'> {
  const view = viewOf(bytes);
  if (bytes[0] !== TYPE_HMAC_SHA256 || view.getUint16(2) !== 0) return fail('hmac-malformed');
  return ok({ keyId: bytes[1] as number, sequence: view.getBigUint64(SEQUENCE_OFFSET) });
}

/**
 * Makes the trailer of a packet.
 *
 * @param pdu the VRRP packet; its checksum may be anything.
 */
export function encodeTrailer(
  { keyId, sequence }: Trailer,
  key: Uint8Array,
  pdu: Uint8Array,
  context: SignedContext,
): Uint8Array {
  const trailer = new Uint8Array(TRAILER_LENGTH);
  const view = viewOf(trailer);
  trailer[0] = TYPE_HMAC_SHA256;
  trailer[1] = keyId;
  view.setBigUint64(SEQUENCE_OFFSET, sequence);
  trailer.set(hmacOf(key, pdu, trailer, context), HMAC_OFFSET);
  return trailer;
}

/** Whether a trailer's HMAC is that of its packet. */
export function isSigned(
  key: Uint8Array,
  pdu: Uint8Array,
  trailer: Uint8Array,
  context: SignedContext,
): boolean {
  return sameSecret(hmacOf(key, pdu, trailer, context), trailer.subarray(HMAC_OFFSET));
}

function hmacOf(
  key: Uint8Array,
  pdu: Uint8Array,
  trailer: Uint8Array,
  { version, virtualRouterId, source }: SignedContext,
): Uint8Array {
  const surroundings = new Uint8Array(20);
  surroundings.set([source.length === 4 ? 4 : 6, version, virtualRouterId, 0]);
  surroundings.set(source, 4);
  return hmacSha256(
    key,
    surroundings,
    pdu.subarray(0, CHECKSUM.offset),
    NO_CHECKSUM,
    pdu.subarray(CHECKSUM.end),
    trailer.subarray(0, HMAC_OFFSET),
    NO_HMAC,
  ).subarray(0, NO_HMAC.length);
}
