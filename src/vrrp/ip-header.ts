/**
 * The IP header around a VRRP packet, of either family, as bytes.
 *
 * Raw sockets of IPv6 deliver no header: the transport writes one back from what the kernel tells
 * beside the packet, so that everything behind it sees whole datagrams of both families.
 */
import { fail, type Result } from '../base/result.js';
import type { IpContent, IpDropReason, IpPacket } from './ip-packet.js';
import { decodeIpv4, encodeIpv4 } from './ipv4.js';
import { decodeIpv6, encodeIpv6 } from './ipv6.js';

/**
 * Decodes the header of either family. TTL and destination are for whoever knows the configuration.
 *
 * The result refers to the datagram's memory: copy what must outlive it.
 */
export function decodeIp(datagram: Uint8Array): Result<IpPacket, IpDropReason> {
  const first = datagram[0];
  if (first === undefined) return fail('too-short');
  return first >> 4 === 6 ? decodeIpv6(datagram) : decodeIpv4(datagram);
}

/** A datagram of the source's family around a VRRP packet. */
export function encodeIp(content: IpContent): Uint8Array {
  return content.source.length === 4 ? encodeIpv4(content) : encodeIpv6(content);
}

/** Gives a datagram of {@link encodeIp} another identification; IPv6 has none. */
export function identify(datagram: Uint8Array, identification: number): void {
  if ((datagram[0] as number) >> 4 !== 4) return;
  datagram[4] = identification >> 8;
  datagram[5] = identification & 0xff;
}
