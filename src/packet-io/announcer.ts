/** Gratuitous ARP out of an AF_PACKET socket (RFC 9568 6.4.2; RFC 5227 3). */
import type { Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { encodeGratuitousArp } from '../vrrp/arp.js';
import { closeSocket, openPacketSocket, sendFrame } from './libc.js';

export class Announcer {
  #fd: number | undefined;

  /**
   * Tells the neighbours on one interface that an address is at a MAC now, `repeat` times. Needs
   * CAP_NET_RAW.
   *
   * @throws SystemCallError, for example ENETDOWN
   */
  announce(interfaceIndex: number, mac: Mac, address: Ip, repeat: number): void {
    const fd = this.#fd ?? openPacketSocket();
    this.#fd = fd;
    const frame = encodeGratuitousArp(mac, address);
    for (let i = 0; i < repeat; i++) sendFrame(fd, interfaceIndex, frame);
  }

  close(): void {
    if (this.#fd !== undefined) closeSocket(this.#fd);
    this.#fd = undefined;
  }
}
