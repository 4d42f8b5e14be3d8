/** The IP packet around a VRRP packet, of either family, as a value. */
import type { Family, Ip } from '../base/ip.js';

/** IPPROTO_VRRP (RFC 9568 5.1.1.4 and 5.1.2.4). */
export const PROTOCOL_VRRP = 112;
/** RFC 9568 5.1.1.3 and 5.1.2.3: a packet that crossed a router must be dropped. */
export const REQUIRED_TTL = 255;
/** The IPv4 multicast group of VRRP (RFC 9568 5.1.1.2). */
export const MULTICAST_GROUP_IPV4 = '224.0.0.18';
/** The IPv6 multicast group of VRRP (RFC 9568 5.1.2.2). */
export const MULTICAST_GROUP_IPV6 = 'ff02::12';

export type IpDropReason =
  /** Fewer bytes than the header, its options or its length say. */
  | 'too-short'
  /** Neither version 4 nor 6, or a header length that cannot be. */
  | 'wrong-ip-version'
  /** Not protocol 112. */
  | 'wrong-protocol'
  /** A fragment: adverts fit into any packet. */
  | 'fragment';

export interface IpPacket {
  readonly family: Family;
  /** 4 or 16 bytes, a view into the datagram. */
  readonly source: Uint8Array;
  /** 4 or 16 bytes, a view into the datagram. */
  readonly destination: Uint8Array;
  /** The hop limit in IPv6. */
  readonly ttl: number;
  /** What follows the header up to the packet's length: link-layer padding is cut off. A view. */
  readonly payload: Uint8Array;
}

/** What `encodeIp` puts around a payload. */
export interface IpContent {
  /** 4 or 16 bytes. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly ttl: number;
  readonly payload: Uint8Array;
  /** IPv4's identification, 16 bits; 0 lets the kernel choose. */
  readonly identification?: number;
}

/** Whether an address is a multicast group (RFC 5771, RFC 4291 2.7). */
export function isMulticast(address: Uint8Array): boolean {
  const first = address[0] as number;
  return address.length === 4 ? first >> 4 === 14 : first === 0xff;
}

/** Whether an address is of the link alone (RFC 3927, RFC 4291 2.5.6). */
export function isLinkLocal(address: Uint8Array): boolean {
  return address.length === 4
    ? address[0] === 169 && address[1] === 254
    : address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

/** The group that VRRP uses unless another is configured (RFC 9568 5.1.1.2, 5.1.2.2). */
export function standardGroup(family: Family): Ip {
  return family === 4 ? MULTICAST_GROUP_IPV4 : MULTICAST_GROUP_IPV6;
}
