/**
 * The IPv6 header around a VRRP packet (RFC 8200 3).
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version| Traffic Class |           Flow Label                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                  Source Address, 16 bytes                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Destination Address, 16 bytes                  |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Extension headers never get here: a raw socket delivers what is behind them.
 */
import { viewOf } from '../base/bytes.js';
import { fail, ok, type Result } from '../base/result.js';
import { type IpContent, type IpDropReason, type IpPacket, PROTOCOL_VRRP } from './ip-packet.js';

const HEADER = 40;
/** Network control (RFC 2474 4.2.2.2: class selector 6), as in IPv4. */
const TRAFFIC_CLASS = 0xc0;

/** Decodes the header. The result refers to the datagram's memory. */
export function decodeIpv6(datagram: Uint8Array): Result<IpPacket, IpDropReason> {
  if (datagram.length < HEADER) return fail('too-short');
  if ((datagram[0] as number) >> 4 !== 6) return fail('wrong-ip-version');
  const length = ((datagram[4] as number) << 8) | (datagram[5] as number);
  if (HEADER + length > datagram.length) return fail('too-short');
  if (datagram[6] !== PROTOCOL_VRRP) return fail('wrong-protocol');
  return ok({
    family: 6,
    source: datagram.subarray(8, 24),
    destination: datagram.subarray(24, 40),
    ttl: datagram[7] as number,
    payload: datagram.subarray(HEADER, HEADER + length),
  });
}

/** The header and the packet. */
export function encodeIpv6(content: IpContent): Uint8Array {
  const datagram = new Uint8Array(HEADER + content.payload.length);
  const view = viewOf(datagram);
  view.setUint16(0, 0x6000 | (TRAFFIC_CLASS << 4));
  view.setUint16(4, content.payload.length);
  view.setUint8(6, PROTOCOL_VRRP);
  view.setUint8(7, content.ttl);
  datagram.set(content.source, 8);
  datagram.set(content.destination, 24);
  datagram.set(content.payload, HEADER);
  return datagram;
}
