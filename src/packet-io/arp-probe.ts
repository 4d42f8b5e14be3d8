/** Asks Ethernet segments who holds addresses. */
import type { Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { decodeArpSender, encodeArpProbe } from '../vrrp/arp.js';
import type { AnnouncedLink } from './announcer.js';
import { addressFrame, closeSocket, openArpSocket, receiveFrame, sendFrame } from './libc.js';

/** A neighbour on the same segment answers within a few. */
const WAIT_MILLIS = 300;
/** A segment may be busy; what comes after so many frames is not looked at. A socket queues fewer. */
const MOST_FRAMES = 1024;

/**
 * Keeps a socket for each interface that was asked on: to close one takes the kernel some twenty
 * milliseconds, in which nothing else of the process runs. Bounded by the interfaces.
 */
export class ArpProber {
  /** By interface index. */
  readonly #sockets = new Map<number, number>();

  /**
   * The hardware addresses other than `own` that say they hold IPv4 addresses, by address. Takes
   * 0.3 s, waiting without blocking; one call at a time for each interface.
   *
   * @throws SystemCallError, for example ENETDOWN
   */
  async whoHold(
    link: Pick<AnnouncedLink, 'index' | 'mac'>,
    addresses: readonly Ip[],
    own: ReadonlySet<Mac>,
  ): Promise<ReadonlyMap<Ip, Mac[]>> {
    try {
      const fd = this.#sockets.get(link.index) ?? openArpSocket(link.index);
      this.#sockets.set(link.index, fd);
      // What others have said to each other since the last time.
      drain(fd, () => {});
      for (const address of addresses) {
        sendFrame(fd, addressFrame(link.index, encodeArpProbe(link.mac, address)));
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MILLIS));
      const others = new Map<Ip, Set<Mac>>(addresses.map((address) => [address, new Set()]));
      drain(fd, (frame) => {
        const sender = decodeArpSender(frame);
        if (sender && !own.has(sender.mac)) others.get(sender.address)?.add(sender.mac);
      });
      return new Map([...others].map(([address, macs]) => [address, [...macs]]));
    } catch (error) {
      // Of an interface that went down or is another one now.
      this.#close(link.index);
      throw error;
    }
  }

  close(): void {
    for (const index of [...this.#sockets.keys()]) this.#close(index);
  }

  #close(index: number): void {
    const fd = this.#sockets.get(index);
    this.#sockets.delete(index);
    if (fd !== undefined) closeSocket(fd);
  }
}

function drain(fd: number, onFrame: (frame: Uint8Array) => void): void {
  for (let i = 0; i < MOST_FRAMES; i++) {
    const frame = receiveFrame(fd);
    if (!frame) return;
    onFrame(frame);
  }
}
