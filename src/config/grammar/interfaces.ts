/** Blocks about interfaces. */
import { interfaceName, none, timer } from './args.js';
import { block, entries, setting, withoutEffect } from './keyword.js';

/** keepalived keeps the pace in a signed count of microseconds. */
const MAX_PACE_SECONDS = 2147.483647;
const pace = timer(0, MAX_PACE_SECONDS);

const garpGroup = {
  garp_interval: setting(pace, 'The pause between two gratuitous ARP packets.', {
    default: 'none',
  }),
  gna_interval: setting(pace, 'The pause between two unsolicited neighbour advertisements.', {
    default: 'none',
  }),
  interface: setting(interfaceName, 'An interface with this pace.', { repeatable: true }),
  interfaces: entries(none, '<INTERFACE>', 'Interfaces that share this pace.'),
};

/** keepalived polls for drivers that do not report their carrier. */
export const NOTIFIED = 'the kernel tells of every change of a link';
export const LINKBEAT_SYNTAX = '<INTERFACE> [MII|ETHTOOL|IOCTL]';
export const DELAYS_SYNTAX = '<INTERFACE> <DOWN_SECONDS> [<UP_SECONDS>]';

export const interfaces = {
  garp_group: block(none, garpGroup, 'The pace of announcements on some interfaces.', {
    repeatable: true,
  }),
  linkbeat_interfaces: withoutEffect(
    entries(none, LINKBEAT_SYNTAX, 'Interfaces whose link is polled, and how.', {
      repeatable: true,
    }),
    NOTIFIED,
  ),
  interface_up_down_delays: entries(
    none,
    DELAYS_SYNTAX,
    'How long an interface must be down or up before an instance minds; without the second the first counts for both.',
    { repeatable: true },
  ),
};
