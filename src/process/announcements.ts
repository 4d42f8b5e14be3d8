/** The announcements of the vrrp process: out of the queue, onto the wire, into the log. */
import { monotonicMicros } from '../base/clock.js';
import { familyOf, type Ip } from '../base/ip.js';
import type { Logger } from '../base/log.js';
import { toMillisCeil } from '../base/time.js';
import { type AnnouncedAddress, AnnouncementQueue } from '../packet-io/announcement-queue.js';
import type { AnnouncedLink, Announcer } from '../packet-io/announcer.js';

/** A queue that sends by the announcer, and tells the log in keepalived's words. */
export function announcementQueue(
  announcer: Announcer,
  linkOf: (name: string) => AnnouncedLink | undefined,
  logger: Logger,
): AnnouncementQueue {
  return new AnnouncementQueue({
    send({ interface: name, address }: AnnouncedAddress) {
      const link = linkOf(name);
      // Nobody is there to hear it.
      return link ? announcer.announce(link, address) : true;
    },
    onSent({ interface: name, address }, repeat) {
      const text = `Sending ${announcementOf(address)} on ${name} for ${address} (${repeat} times)`;
      logger.info('garp-sent', text);
    },
    onError({ interface: name, address }, error) {
      const text = `Error sending ${announcementOf(address)} on ${name} for ${address}: ${error.message}`;
      logger.warning('announce-failed', text);
    },
    now: monotonicMicros,
    later: (wait, run) => setTimeout(run, toMillisCeil(wait)),
  });
}

/** keepalived's words. */
function announcementOf(address: Ip): string {
  return familyOf(address) === 4 ? 'gratuitous ARP' : 'unsolicited Neighbour Advert';
}
