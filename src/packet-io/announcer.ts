/**
 * Announcements of addresses out of an AF_PACKET socket: gratuitous ARP (RFC 5227 3) and unsolicited
 * neighbour advertisements (RFC 4861 7.2.6), as RFC 9568 6.4.2 wants them.
 */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { familyOf, type Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { encodeArpProbe, encodeGratuitousArp } from '../vrrp/arp.js';
import { encodeNeighbourAdvertisement } from '../vrrp/ndp.js';
import {
  type AddressedFrame,
  addressFrame,
  closeSocket,
  openPacketSocket,
  SystemCallError,
  sendFrame,
  setSocketOption,
} from './libc.js';

/** asm-generic/socket.h, linux/pkt_sched.h */
const SOL_SOCKET = 1;
const SO_PRIORITY = 12;
const TC_PRIO_CONTROL = 7;
const FULL: ReadonlySet<number> = new Set([constants.errno.EAGAIN, constants.errno.ENOBUFS]);

/** Frames that are kept for the packets that follow: each address is announced several times in a row. */
const MAX_FRAMES = 8_192;

/** What is needed of an interface. */
export interface AnnouncedLink {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
}

export class Announcer {
  #fd: number | undefined;
  /** Gratuitous ARP by interface, MAC and address. */
  readonly #frames = new Map<string, AddressedFrame>();

  /**
   * Tells the neighbours on one interface that an address is at its MAC now. Needs CAP_NET_RAW.
   *
   * @returns false: the buffer is full; try again a little later.
   * @throws SystemCallError, for example ENETDOWN
   */
  announce(link: AnnouncedLink, address: Ip): boolean {
    if (familyOf(address) === 4) return this.#send(this.#gratuitousArp(link, address));
    const frame = encodeNeighbourAdvertisement(link.mac, address, forwardsIpv6(link.name));
    return this.#send(addressFrame(link.index, frame));
  }

  /**
   * Asks all on an interface for an IPv4 address, without saying who asks.
   *
   * @throws SystemCallError
   */
  probe(link: AnnouncedLink, address: Ip): void {
    this.#send(addressFrame(link.index, encodeArpProbe(link.mac, address)));
  }

  #gratuitousArp({ index, mac }: AnnouncedLink, address: Ip): AddressedFrame {
    const key = `${index} ${mac} ${address}`;
    const known = this.#frames.get(key);
    if (known) return known;
    if (this.#frames.size >= MAX_FRAMES) this.#frames.clear();
    const frame = addressFrame(index, encodeGratuitousArp(mac, address));
    this.#frames.set(key, frame);
    return frame;
  }

  #send(frame: AddressedFrame): boolean {
    this.#fd ??= open();
    const fd = this.#fd;
    try {
      sendFrame(fd, frame);
      return true;
    } catch (error) {
      if (error instanceof SystemCallError && FULL.has(error.errno)) return false;
      throw error;
    }
  }

  close(): void {
    if (this.#fd !== undefined) closeSocket(this.#fd);
    this.#fd = undefined;
  }
}

/** With the priority of adverts: a loser's last advert must not overtake its last announcement. */
function open(): number {
  const fd = openPacketSocket();
  const priority = Buffer.alloc(4);
  priority.writeInt32LE(TC_PRIO_CONTROL);
  try {
    setSocketOption(fd, SOL_SOCKET, SO_PRIORITY, priority);
  } catch (error) {
    closeSocket(fd);
    throw error;
  }
  return fd;
}

/** Whether the kernel routes what comes in here. It is asked each time; /proc is no disk. */
function forwardsIpv6(name: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${name}/forwarding`, 'latin1').trim() !== '0';
  } catch {
    return false;
  }
}
