/** Asks an Ethernet segment who holds an address. */
import type { Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { decodeArpSender, encodeArpProbe } from '../vrrp/arp.js';
import type { AnnouncedLink } from './announcer.js';
import { closeSocket, openArpSocket, receiveFrame, sendFrame } from './libc.js';

/** A neighbour on the same segment answers within a few. */
const WAIT_MILLIS = 300;
/** A segment may be busy; what comes after so many frames is not looked at. */
const MOST_FRAMES = 256;

/**
 * The hardware addresses other than `own` that say they hold an IPv4 address. Takes 0.3 s, waiting
 * without blocking.
 *
 * @throws SystemCallError, for example ENETDOWN
 */
export async function whoHolds(
  link: Pick<AnnouncedLink, 'index' | 'mac'>,
  address: Ip,
  own: ReadonlySet<Mac>,
): Promise<Mac[]> {
  const fd = openArpSocket(link.index);
  try {
    sendFrame(fd, link.index, encodeArpProbe(link.mac, address));
    await new Promise((resolve) => setTimeout(resolve, WAIT_MILLIS));
    const others = new Set<Mac>();
    for (let i = 0; i < MOST_FRAMES; i++) {
      const frame = receiveFrame(fd);
      if (!frame) break;
      const sender = decodeArpSender(frame);
      if (sender?.address === address && !own.has(sender.mac)) others.add(sender.mac);
    }
    return [...others];
  } finally {
    closeSocket(fd);
  }
}
