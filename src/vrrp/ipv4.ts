/**
 * The IPv4 header around a VRRP packet (RFC 791 3.1), as a raw socket delivers and takes it.
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
 * The header's own checksum is the kernel's: it fills it in, and a packet with a wrong one never gets
 * here.
 */
import { viewOf } from '../base/bytes.js';
import { fail, ok, type Result } from '../base/result.js';
import { type IpContent, type IpDropReason, type IpPacket, PROTOCOL_VRRP } from './ip-packet.js';

const MIN_HEADER = 20;
/** Network control, as routers send their protocols (RFC 791: precedence 6). */
const TOS_INTERNETCONTROL = 0xc0;

/** Decodes the header. The result refers to the datagram's memory. */
export function decodeIpv4(datagram: Uint8Array): Result<IpPacket, IpDropReason> {
  if (datagram.length < MIN_HEADER) return fail('too-short');
  const first = datagram[0] as number;
  const headerLength = (first & 0x0f) * 4;
  if (first >> 4 !== 4 || headerLength < MIN_HEADER) return fail('wrong-ip-version');
  const totalLength = ((datagram[2] as number) << 8) | (datagram[3] as number);
  if (totalLength < headerLength || totalLength > datagram.length) return fail('too-short');
  if (datagram[9] !== PROTOCOL_VRRP) return fail('wrong-protocol');
  // More fragments (bit 13) or an offset: the kernel reassembles for raw sockets, so this is odd.
  if ((((datagram[6] as number) << 8) | (datagram[7] as number)) & 0x3fff) return fail('fragment');
  return ok({
    family: 4,
    source: datagram.subarray(12, 16),
    destination: datagram.subarray(16, 20),
    ttl: datagram[8] as number,
    payload: datagram.subarray(headerLength, totalLength),
  });
}

/** The header and the packet; the header's checksum is left to the kernel. */
export function encodeIpv4(content: IpContent): Uint8Array {
  const datagram = new Uint8Array(MIN_HEADER + content.payload.length);
  const view = viewOf(datagram);
  view.setUint8(0, 0x45);
  view.setUint8(1, TOS_INTERNETCONTROL);
  view.setUint16(2, datagram.length);
  view.setUint16(4, content.identification ?? 0);
  view.setUint8(8, content.ttl);
  view.setUint8(9, PROTOCOL_VRRP);
  datagram.set(content.source, 12);
  datagram.set(content.destination, 16);
  datagram.set(content.payload, MIN_HEADER);
  return datagram;
}
