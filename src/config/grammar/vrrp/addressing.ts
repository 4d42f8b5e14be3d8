/** Where adverts come from and go to: sources, groups and unicast peers. */
import { familyOf, type Ip, ipToBytes } from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import { address, integer, interfaceName, none, parseAddress } from '../args.js';
import { type Args, entries, type ReportArg, setting } from '../keyword.js';

/** The groups of VRRP (RFC 9568 5.1.1.2 and 5.1.2.2). */
export const GROUP_4 = '224.0.0.18';
export const GROUP_6 = 'ff02::12';

export const PEER_SYNTAX = '<IPADDR> [min_ttl <0..255>] [max_ttl <0..255>]';

/** An address; a prefix length behind it, as keepalived allows, means nothing here. */
export function parseBareAddress(word: Word, report: ReportArg): Ip | undefined {
  const [bare = '', prefix] = word.text.split('/', 2);
  const ip = parseAddress({ at: word.at, text: bare }, report);
  if (ip !== undefined && prefix !== undefined) {
    report('CONFIG_EXTRA_WORD', word, {
      message: `this is one address, not a network: '/${prefix}' is ignored`,
    });
  }
  return ip;
}

const source: Args<Ip> = {
  ...address,
  parse: ([word], report) => word && parseBareAddress(word, report),
};

const group: Args<Ip> = {
  ...address,
  expects: 'an IPv4 multicast address, or a link-local IPv6 one (ffX2:...)',
  parse([word], report: ReportArg) {
    const ip = parseAddress(word as Word, report);
    if (ip === undefined || isGroup(ip)) return ip;
    report('CONFIG_INVALID_VALUE', word as Word, {
      message: `${ip} is not a ${familyOf(ip) === 6 ? 'link-local ' : ''}multicast address`,
      expected: group.expects,
    });
    return undefined;
  },
};

/** 224.0.0.0/4 (RFC 5771), or ffX2::/16 (RFC 4291 2.7). */
function isGroup(ip: Ip): boolean {
  const [first = 0, second = 0] = ipToBytes(ip);
  return familyOf(ip) === 4 ? first >> 4 === 14 : first === 0xff && (second & 0x0f) === 2;
}

const oldChecksum: Args<'always' | 'never'> = {
  syntax: '[never]',
  expects: "nothing or 'never'",
  min: 0,
  max: 1,
  choices: ['never'],
  parse([word], report) {
    if (!word) return 'always';
    if (word.text === 'never') return 'never';
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not known`,
      expected: oldChecksum.expects,
    });
    return undefined;
  },
};

export const addressing = {
  mcast_src_ip: setting(source, 'The source address of adverts.', {
    default: "the interface's first address",
  }),
  unicast_src_ip: setting(source, 'As mcast_src_ip, of an instance with unicast_peer.', {
    default: "the interface's first address",
  }),
  track_src_ip: setting(none, 'FAULT while the source address is not there.'),
  mcast_dst_ip: setting(group, 'The group that adverts are sent to and expected from.', {
    default: 'vrrp_mcast_group4 or vrrp_mcast_group6',
  }),
  unicast_peer: entries(
    none,
    PEER_SYNTAX,
    'Adverts go to these addresses, not to a group. What comes with a TTL outside the range is dropped.',
    { repeatable: true },
  ),
  unicast_ttl: setting(integer(0, 255), 'The TTL or hop limit of unicast adverts.', {
    default: '255',
  }),
  unicast_fault_no_peer: setting(none, 'FAULT rather than multicast if unicast_peer lists nobody.'),
  check_unicast_src: setting(none, 'Unicast adverts count only from one of the peers.', {
    default: 'vrrp_check_unicast_src; on with min_ttl or max_ttl',
  }),
  old_unicast_checksum: setting(
    oldChecksum,
    'Unicast adverts of version 3 carry the checksum of keepalived before 1.3.7; with never such adverts are not accepted either.',
  ),
  vrf: setting(
    interfaceName,
    'The VRF in which the peers of a unicast instance without an interface are.',
    { firstCounts: true },
  ),
};
