/**
 * Announcements of addresses out of an AF_PACKET socket: gratuitous ARP (RFC 5227 3) and unsolicited
 * neighbour advertisements (RFC 4861 7.2.6), as RFC 9568 6.4.2 wants them.
 */
import { readFileSync } from 'node:fs';
import { familyOf, type Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { encodeGratuitousArp } from '../vrrp/arp.js';
import { encodeNeighbourAdvertisement } from '../vrrp/ndp.js';
import { closeSocket, openPacketSocket, sendFrame } from './libc.js';

/** What is needed of an interface. */
export interface AnnouncedLink {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
}

export class Announcer {
  #fd: number | undefined;

  /**
   * Tells the neighbours on one interface that an address is at its MAC now, `repeat` times. Needs
   * CAP_NET_RAW.
   *
   * @throws SystemCallError, for example ENETDOWN
   */
  announce(link: AnnouncedLink, address: Ip, repeat: number): void {
    const fd = this.#fd ?? openPacketSocket();
    this.#fd = fd;
    const frame =
      familyOf(address) === 4
        ? encodeGratuitousArp(link.mac, address)
        : encodeNeighbourAdvertisement(link.mac, address, forwardsIpv6(link.name));
    for (let i = 0; i < repeat; i++) sendFrame(fd, link.index, frame);
  }

  close(): void {
    if (this.#fd !== undefined) closeSocket(this.#fd);
    this.#fd = undefined;
  }
}

/** Whether the kernel routes what comes in here. It is asked each time; /proc is no disk. */
function forwardsIpv6(name: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${name}/forwarding`, 'latin1').trim() !== '0';
  } catch {
    return false;
  }
}
