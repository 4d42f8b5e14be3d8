/**
 * The unsolicited neighbour advertisement that announces a virtual IPv6 address (RFC 9568 6.4.2;
 * RFC 4861 4.4 and 7.2.6), with its Ethernet and IPv6 headers: 86 bytes. Behind them:
 *
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |   Type: 136   |    Code: 0    |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|S|O|                     Reserved                            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                Target Address: the virtual one                |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Option: 2    |   Length: 1   |     Link-layer address        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
 * |                                                               |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *
 * Override is set, so that neighbours take the new link-layer address; solicited is not. Router says
 * whether this node forwards: a neighbour that sees it cleared drops its default route through the
 * address (RFC 4861 7.2.5).
 */
import { viewOf } from '../base/bytes.js';
import { internetChecksum } from '../base/checksum.js';
import { type Ip, ipToBytes } from '../base/ip.js';
import { type Mac, macToBytes } from '../base/mac.js';

const ETHERTYPE_IPV6 = 0x86dd;
const IPPROTO_ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const FLAG_ROUTER = 0x80;
const FLAG_OVERRIDE = 0x20;

const IPV6_OFFSET = 14;
const ICMP_OFFSET = IPV6_OFFSET + 40;
const ICMP_LENGTH = 32;
/** All nodes of the link, and its Ethernet address (RFC 4291 2.7.1, RFC 2464 7). */
const ALL_NODES = ipToBytes('ff02::1');
const ALL_NODES_MAC = macToBytes('33:33:00:00:00:01');

/**
 * An unsolicited neighbour advertisement to all nodes of the link.
 *
 * @param mac the address that the virtual one is at.
 * @param isRouter whether the interface forwards.
 * @returns the whole Ethernet frame, 86 bytes.
 */
export function encodeNeighbourAdvertisement(mac: Mac, address: Ip, isRouter: boolean): Uint8Array {
  const hardware = macToBytes(mac);
  const target = ipToBytes(address);
  const frame = new Uint8Array(ICMP_OFFSET + ICMP_LENGTH);
  const view = viewOf(frame);
  frame.set(ALL_NODES_MAC, 0);
  frame.set(hardware, 6);
  view.setUint16(12, ETHERTYPE_IPV6);
  frame[IPV6_OFFSET] = 0x60;
  view.setUint16(IPV6_OFFSET + 4, ICMP_LENGTH);
  frame[IPV6_OFFSET + 6] = IPPROTO_ICMPV6;
  // RFC 4861 7.1.2: anything else is dropped.
  frame[IPV6_OFFSET + 7] = 255;
  frame.set(target, IPV6_OFFSET + 8);
  frame.set(ALL_NODES, IPV6_OFFSET + 24);
  frame[ICMP_OFFSET] = NEIGHBOUR_ADVERTISEMENT;
  frame[ICMP_OFFSET + 4] = FLAG_OVERRIDE | (isRouter ? FLAG_ROUTER : 0);
  frame.set(target, ICMP_OFFSET + 8);
  frame.set([TARGET_LINK_LAYER_ADDRESS, 1], ICMP_OFFSET + 24);
  frame.set(hardware, ICMP_OFFSET + 26);
  const pseudo = new Uint8Array(40);
  pseudo.set(frame.subarray(IPV6_OFFSET + 8, ICMP_OFFSET));
  viewOf(pseudo).setUint32(32, ICMP_LENGTH);
  pseudo[39] = IPPROTO_ICMPV6;
  view.setUint16(ICMP_OFFSET + 2, internetChecksum(pseudo, frame.subarray(ICMP_OFFSET)));
  return frame;
}
