/** Who becomes MASTER and what is answered to whom. */
import { bool, choice, integer, none, timer } from '../args.js';
import { type Args, setting } from '../keyword.js';

/** The highest priority that is not the owner's. */
const HIGHEST = 254;

const otherPriority: Args<number> = {
  ...integer(1, HIGHEST),
  syntax: `[<1..${HIGHEST}>]`,
  min: 0,
  parse: (words, report) =>
    words.length === 0 ? HIGHEST : integer(1, HIGHEST).parse(words, report),
};

/** Words of other programs. */
const STATES_ELSEWHERE = {
  SLAVE: 'BACKUP',
  STANDBY: 'BACKUP',
  PRIMARY: 'MASTER',
  ACTIVE: 'MASTER',
} as const;

export const election = {
  state: setting(
    choice(['MASTER', 'BACKUP'], false, STATES_ELSEWHERE),
    'The state to start from.',
    {
      default: 'MASTER with priority 255, otherwise BACKUP',
      repeatable: true,
    },
  ),
  version: setting(integer(2, 3), 'The VRRP version.', {
    default: 'vrrp_version; 3 over IPv6',
    firstCounts: true,
  }),
  priority: setting(
    integer(1, 255),
    'The highest becomes MASTER; 255 is the owner of the addresses.',
    { default: '100, but 255 with state MASTER' },
  ),
  advert_int: setting(
    timer(0.01, 255),
    'The interval of adverts: version 2 whole seconds, version 3 up to 40.95 in steps of 0.01.',
    { default: '1' },
  ),
  down_timer_adverts: setting(
    integer(1, 100),
    'A MASTER is down after so many intervals without an advert (and the skew time); the same on all nodes.',
    { default: 'vrrp_down_timer_adverts, or 3 (RFC 9568)' },
  ),
  nopreempt: setting(none, 'A MASTER of lower priority is left alone.'),
  preempt: setting(
    none,
    'A MASTER of lower priority is taken over: the default, cancels nopreempt.',
  ),
  preempt_delay: setting(
    timer(0, 1000),
    'How long a MASTER of lower priority is left alone at first.',
    { default: '0' },
  ),
  timer_expired_backup: setting(
    otherPriority,
    'With nopreempt: a MASTER that was held up so long that another of this priority must have taken over becomes BACKUP.',
    { default: 'off; the priority 254' },
  ),
  lower_prio_no_advert: setting(bool, 'A MASTER leaves an advert of lower priority unanswered.', {
    default: 'vrrp_lower_prio_no_advert; on with strict_mode',
  }),
  higher_prio_send_advert: setting(
    bool,
    'A MASTER answers an advert of higher priority before it becomes BACKUP, so that the other announces its addresses again.',
    { default: 'vrrp_higher_prio_send_advert' },
  ),
  owner_ignore_adverts: setting(bool, 'The owner of the addresses drops all adverts.', {
    default: 'vrrp_owner_ignore_adverts',
  }),
  skip_check_adv_addr: setting(
    bool,
    "Compares an advert's addresses only when it is not from the router that sent the last one.",
    { default: 'vrrp_skip_check_adv_addr' },
  ),
  strict_mode: setting(
    bool,
    'Does nothing that the VRRP documents do not have, and drops such adverts.',
    { default: 'vrrp_strict' },
  ),
  accept: setting(
    none,
    'Packets to the virtual addresses are accepted by whoever is MASTER: the default but for strict_mode.',
  ),
  no_accept: setting(none, 'Packets to the virtual addresses are accepted by their owner only.'),
  v3_checksum_as_v2: setting(
    bool,
    'Version 3 over IPv4 without the pseudo-header in the checksum, as RFC 9568 and some makers have it.',
    { default: 'no' },
  ),
};
