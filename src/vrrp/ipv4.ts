/**
 * The IPv4 header in front of a received VRRP packet (RFC 791 3.1), as a raw socket delivers it.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Identification        |Flags|      Fragment Offset    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                       Source Address                          |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Destination Address                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                    Options                    |    Padding    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * The header's own checksum is the kernel's: a packet with a wrong one never gets here.
 */
import { fail, ok, type Result } from '../base/result.js';

/** IPPROTO_VRRP (RFC 9568 5.1.1.4). */
export const PROTOCOL_VRRP = 112;
/** RFC 9568 5.1.1.3: a packet that crossed a router must be dropped. */
export const REQUIRED_TTL = 255;
/** The IPv4 multicast group of VRRP (RFC 9568 5.1.1.2). */
export const MULTICAST_GROUP_IPV4 = '224.0.0.18';

const MIN_HEADER = 20;

export type Ipv4DropReason =
  /** Fewer bytes than the header, its options or its total length say. */
  | 'too-short'
  /** Not version 4, or a header length below 20 bytes. */
  | 'wrong-ip-version'
  /** Not protocol 112. */
  | 'wrong-protocol'
  /** Not from this link (RFC 9568 7.1). */
  | 'ttl-not-255'
  /** A fragment: adverts fit into any packet. */
  | 'fragment'
  /** Not sent to 224.0.0.18. */
  | 'wrong-destination';

export interface Ipv4Packet {
  /** 4 bytes, a view into the datagram. */
  readonly source: Uint8Array;
  /** 4 bytes, a view into the datagram. */
  readonly destination: Uint8Array;
  readonly ttl: number;
  /** What follows the header up to the total length: link-layer padding is cut off. A view. */
  readonly payload: Uint8Array;
}

/**
 * Decodes the header and checks what RFC 9568 5.1.1 and 7.1 demand of it for multicast.
 *
 * The result refers to the datagram's memory: copy what must outlive it.
 */
export function decodeIpv4(datagram: Uint8Array): Result<Ipv4Packet, Ipv4DropReason> {
  if (datagram.length < MIN_HEADER) return fail('too-short');
  const first = datagram[0] as number;
  const headerLength = (first & 0x0f) * 4;
  if (first >> 4 !== 4 || headerLength < MIN_HEADER) return fail('wrong-ip-version');
  const totalLength = ((datagram[2] as number) << 8) | (datagram[3] as number);
  if (totalLength < headerLength || totalLength > datagram.length) return fail('too-short');
  if (datagram[9] !== PROTOCOL_VRRP) return fail('wrong-protocol');
  // More fragments (bit 13) or an offset: the kernel reassembles for raw sockets, so this is odd.
  if ((((datagram[6] as number) << 8) | (datagram[7] as number)) & 0x3fff) return fail('fragment');
  if (datagram[8] !== REQUIRED_TTL) return fail('ttl-not-255');
  const destination = datagram.subarray(16, 20);
  if (!isVrrpGroup(destination)) return fail('wrong-destination');
  return ok({
    source: datagram.subarray(12, 16),
    destination,
    ttl: REQUIRED_TTL,
    payload: datagram.subarray(headerLength, totalLength),
  });
}

function isVrrpGroup(address: Uint8Array): boolean {
  return address[0] === 224 && address[1] === 0 && address[2] === 0 && address[3] === 18;
}
