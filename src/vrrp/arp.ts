/**
 * The gratuitous ARP that announces a virtual address (RFC 9568 6.4.2; RFC 826), with its Ethernet
 * header: 42 bytes.
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |             Ethernet destination: ff:ff:ff:ff:ff:ff           |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+      Ethernet source          +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      EtherType: 0x0806        |    Hardware type: 1           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |    Protocol type: 0x0800      |  HW length: 6 | Prot length: 4|
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |    Operation: 1 (request)     |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+    Sender hardware address    +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |              Sender protocol address: the virtual one         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |           Target hardware address: ff:ff:ff:ff:ff:ff          |
 * +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                               |                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |   Target protocol address: the virtual one    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * A request rather than a reply, as keepalived sends it: every stack updates an existing entry from
 * either, some ignore unsolicited replies.
 */
import { type Ip, ipFromBytes, ipToBytes } from '../base/ip.js';
import { type Mac, macFromBytes, macToBytes } from '../base/mac.js';

const ETHERTYPE_ARP = 0x0806;

/**
 * An ARP probe (RFC 5227 1.1): a request without a sender's protocol address, which changes nobody's
 * table.
 *
 * @returns the whole Ethernet frame, 42 bytes.
 */
export function encodeArpProbe(mac: Mac, address: Ip): Uint8Array {
  const frame = encodeGratuitousArp(mac, address);
  frame.fill(0, 28, 38);
  return frame;
}

/**
 * A gratuitous ARP request for an IPv4 address.
 *
 * @param mac the address that the virtual one is at: the interface's own, or the virtual MAC.
 * @returns the whole Ethernet frame, 42 bytes; the kernel pads it.
 */
export function encodeGratuitousArp(mac: Mac, address: Ip): Uint8Array {
  const hardware = macToBytes(mac);
  const protocol = ipToBytes(address);
  const frame = new Uint8Array(42);
  frame.fill(0xff, 0, 6);
  frame.set(hardware, 6);
  frame[12] = ETHERTYPE_ARP >> 8;
  frame[13] = ETHERTYPE_ARP & 0xff;
  // Hardware type Ethernet, protocol type IPv4, their lengths, ARPOP_REQUEST.
  frame.set([0, 1, 8, 0, 6, 4, 0, 1], 14);
  frame.set(hardware, 22);
  frame.set(protocol, 28);
  frame.fill(0xff, 32, 38);
  frame.set(protocol, 38);
  return frame;
}

/** Who an ARP frame says it is from; `undefined` for what is no ARP of IPv4 over Ethernet. */
export function decodeArpSender(
  frame: Uint8Array,
): { readonly mac: Mac; readonly address: Ip } | undefined {
  if (frame.length < 42) return undefined;
  if (((frame[12] as number) << 8) + (frame[13] as number) !== ETHERTYPE_ARP) return undefined;
  const fixed = [0, 1, 8, 0, 6, 4];
  if (fixed.some((byte, i) => frame[14 + i] !== byte)) return undefined;
  return {
    mac: macFromBytes(frame.subarray(22, 28)),
    address: ipFromBytes(frame.subarray(28, 32)),
  };
}
