/** `global_defs`: defaults of VRRP instances. */
import { familyOf, type Ip, ipToBytes } from '../../../base/ip.js';
import { fromSeconds } from '../../../base/time.js';
import type { Word } from '../../text/source.js';
import {
  bool,
  choice,
  integer,
  interfaceName,
  none,
  parseAddress,
  parseInteger,
  timer,
} from '../args.js';
import { garpDelay, garpInterval, garpLowerPrioRepeat, garpRefresh, garpRepeat } from '../garp.js';
import { type Args, oldName, type ReportArg, setting } from '../keyword.js';

const MAX_UINT32 = 4_294_967_295;
/** keepalived keeps the delay in an unsigned count of microseconds. */
const MAX_STARTUP_SECONDS = 4294.967295;
const DAY_SECONDS = 86_400;

/** A multicast address of one family. */
export function multicastGroup(family: 4 | 6): Args<Ip> {
  const expects = `an IPv${family} multicast address`;
  return {
    syntax: '<IPADDR>',
    expects,
    min: 1,
    max: 1,
    parse([word], report) {
      const ip = word && parseAddress(word, report);
      if (ip === undefined || !word) return undefined;
      if (familyOf(ip) === family && isMulticast(ip)) return ip;
      report('CONFIG_INVALID_VALUE', word, {
        message: `${ip} is not ${expects}`,
        expected: expects,
      });
      return undefined;
    },
  };
}

/** 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 2.7). */
export function isMulticast(ip: Ip): boolean {
  const first = ipToBytes(ip)[0] as number;
  return familyOf(ip) === 4 ? first >> 4 === 0xe : first === 0xff;
}

/** `[all] SECONDS`. */
export function garpExtraInterface(min: number): Args<{ interval: number; all: boolean }> {
  const expects = `whole seconds from ${min} to ${DAY_SECONDS}`;
  return {
    syntax: '[all] <SECONDS>',
    expects: `${expects}, and perhaps 'all'`,
    min: 1,
    max: 2,
    range: [min, DAY_SECONDS],
    unit: 'seconds',
    parse(words, report) {
      const all = words.some(({ text }) => text === 'all');
      const [first, time = first] = words.filter(({ text }) => text !== 'all');
      if (!time) {
        report('CONFIG_MISSING_VALUE', words[0] as Word, {
          message: 'the interval is missing',
          expected: expects,
        });
        return undefined;
      }
      if (time !== first) {
        report('CONFIG_REPEATED', time, {
          message: `'${time.text}' is a second interval: the last one counts`,
          expected: "one interval, and perhaps 'all'",
        });
      }
      const seconds = parseInteger(time, min, DAY_SECONDS, expects, report);
      return seconds === undefined ? undefined : { interval: fromSeconds(seconds), all };
    },
  };
}

/** `MTU`, `ADVERT` or a number of bytes. */
const receiveBuffer: Args<number | 'MTU' | 'ADVERT'> = {
  syntax: 'MTU|ADVERT|<BYTES>',
  expects: 'MTU, ADVERT or a number of bytes',
  min: 1,
  max: 1,
  parse([word], report: ReportArg) {
    const name = word?.text.toUpperCase();
    if (name === 'MTU' || name === 'ADVERT') return name;
    return parseInteger(word as Word, 0, MAX_UINT32, receiveBuffer.expects, report);
  },
};

export const vrrpDefaults = {
  vrrp_version: setting(integer(2, 3), 'The VRRP version of instances that do not say theirs.', {
    default: '2',
  }),
  vrrp_garp_master_delay: setting(
    garpDelay,
    'The pause before the second burst of gratuitous ARP after becoming MASTER; 0: no second burst.',
    { default: '5' },
  ),
  vrrp_garp_master_repeat: setting(
    garpRepeat,
    'Gratuitous ARP packets an address in each burst after becoming MASTER.',
    { default: '5' },
  ),
  vrrp_garp_master_refresh: setting(
    garpRefresh,
    'The interval at which a MASTER announces its addresses again; 0: never.',
    { default: '0' },
  ),
  vrrp_garp_master_refresh_repeat: setting(
    garpRepeat,
    'Packets an address in each of those announcements.',
    { default: '1' },
  ),
  vrrp_garp_lower_prio_delay: setting(
    garpDelay,
    'The pause before the second burst after a MASTER has received an advert of lower priority.',
    { default: 'vrrp_garp_master_delay' },
  ),
  vrrp_garp_lower_prio_repeat: setting(
    garpLowerPrioRepeat,
    'Packets an address in each of those bursts.',
    { default: 'vrrp_garp_master_repeat' },
  ),
  vrrp_min_garp: setting(
    bool,
    'One packet an address after becoming MASTER and no second burst, unless other lines say how many.',
    { default: 'no' },
  ),
  vrrp_garp_interval: setting(
    garpInterval,
    'The pause between two gratuitous ARP packets on an interface.',
    { default: '0' },
  ),
  vrrp_gna_interval: setting(
    garpInterval,
    'The pause between two unsolicited neighbour advertisements on an interface.',
    { default: '0' },
  ),
  vrrp_garp_extra_if: setting(
    garpExtraInterface(1),
    "How often a MASTER announces addresses on VMAC interfaces other than the instance's, with all on every other interface.",
  ),
  vrrp_vmac_garp_intvl: oldName('vrrp_garp_extra_if'),
  vrrp_down_timer_adverts: setting(
    integer(1, 100),
    'How many adverts a BACKUP misses before it takes over.',
    {
      default: '3',
    },
  ),
  vrrp_lower_prio_no_advert: setting(
    bool,
    'A MASTER does not answer an advert of lower priority with its own.',
    {
      default: 'no, but yes with vrrp_strict',
    },
  ),
  vrrp_higher_prio_send_advert: setting(
    bool,
    'A MASTER that gives way to a higher priority sends one more advert, so that the other announces its addresses again.',
    { default: 'yes (keepalived: no), but no with vrrp_strict' },
  ),
  vrrp_owner_ignore_adverts: setting(
    bool,
    'An owner of the addresses (priority 255) ignores the adverts of others.',
    {
      default: 'no, but yes with vrrp_strict',
    },
  ),
  vrrp_mcast_group4: setting(multicastGroup(4), 'The group that IPv4 adverts are sent to.', {
    default: '224.0.0.18',
  }),
  vrrp_mcast_group6: setting(multicastGroup(6), 'The group that IPv6 adverts are sent to.', {
    default: 'ff02::12',
  }),
  vrrp_check_unicast_src: setting(none, 'Unicast adverts count only if they come from a peer.'),
  vrrp_skip_check_adv_addr: setting(
    bool,
    'The addresses in an advert are not compared again if it comes from the same MASTER as the one before.',
    { default: 'no' },
  ),
  vrrp_strict: setting(bool, 'Instances keep to the letter of the protocol.', { default: 'no' }),
  v3_checksum_as_v2: setting(
    bool,
    'The checksum of version 3 over IPv4 has no pseudo-header, as in version 2.',
    {
      default: 'no',
    },
  ),
  vrrp_notify_priority_changes: setting(
    bool,
    'Changes of priority are written to the notify FIFOs too.',
    { default: 'no' },
  ),
  vrrp_startup_delay: setting(
    timer(0.001, MAX_STARTUP_SECONDS),
    'How long after the start of the daemon its instances start.',
    { default: '0' },
  ),
  vrrp_delay_after_boot: setting(
    timer(0.001, MAX_STARTUP_SECONDS),
    'How long after the start of the machine instances start at the earliest.',
    { default: '0' },
  ),
  log_unknown_vrids: setting(
    none,
    'Adverts of virtual routers that are not configured are logged, at a bounded rate.',
  ),
  default_interface: setting(
    interfaceName,
    'The interface of static addresses and routes without one of their own.',
    { default: 'eth0' },
  ),
  dynamic_interfaces: setting(
    choiceOrNothing('allow_if_changes'),
    'Interfaces need not exist yet; with allow_if_changes they may come back as another type.',
  ),
  disable_local_igmp: setting(
    none,
    'The kernel sends no IGMP reports of groups in 224.0.0.0/24, for whatever program (net.ipv4.igmp_link_local_mcast_reports); put back at the end.',
  ),
  vmac_prefix: setting(interfaceName, 'How the names of VMAC interfaces begin.', {
    default: 'vrrp',
    firstCounts: true,
  }),
  vmac_addr_prefix: setting(
    interfaceName,
    "How the names of VMAC interfaces begin that are not on the instance's interface.",
    { default: 'vmac_prefix', firstCounts: true },
  ),
  vrrp_rx_bufs_policy: setting(
    receiveBuffer,
    "What an instance adds to the receive buffer of its interface's socket, in bytes, or what is multiplied: the interface's MTU or the size of an advert. The kernel gives net.core.rmem_max at most.",
    { default: '1048576 bytes a socket' },
  ),
  vrrp_rx_bufs_multiplier: setting(
    integer(1, MAX_UINT32),
    'The factor of vrrp_rx_bufs_policy MTU and ADVERT.',
    { default: '3' },
  ),
};

/** Nothing, or one word. */
function choiceOrNothing<const T extends string>(word: T): Args<T | 'nothing'> {
  const one = choice([word]);
  return {
    ...one,
    syntax: `[${word}]`,
    expects: `nothing or '${word}'`,
    min: 0,
    parse: (words, report) => (words.length === 0 ? 'nothing' : one.parse(words, report)),
  };
}
