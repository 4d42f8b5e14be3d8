/** The words of routes: `virtual_routes` and `static_routes`. */
import type { Micros } from '../../base/time.js';
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from '../../base/time.js';
import { suggest } from '../diagnostics/nearest.js';
import type { RouteType } from '../model/routes.js';
import { parseAnyBase } from '../names.js';
import type { Word } from '../text/source.js';
import { groupName } from './addresses.js';
import { choice, interfaceName, parseInteger, text } from './args.js';
import { encapsulation } from './encapsulation.js';
import {
  type EntryOptions,
  type EntryValue,
  oldWord,
  option,
  optionSyntax,
  synonym,
} from './entry.js';
import {
  addressOf,
  alone,
  lockable,
  MAX_U32,
  named,
  number,
  one,
  parseBareAddress,
  prefixOf,
  realms,
} from './entry-values.js';

/** The types by their numbers (RTN_*). */
export const ROUTE_TYPES: readonly (RouteType | undefined)[] = [
  undefined,
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
  'xresolve',
];

/** Whether a word is a type of route, by name or by number. */
export function routeType(word: string): RouteType | undefined {
  if (word === 'brd') return 'broadcast';
  return ROUTE_TYPES.find((type) => type === word) ?? ROUTE_TYPES[parseAnyBase(word) ?? 0];
}

/** `via` may say the family first. */
const gateway: EntryValue<string> = {
  syntax: '[inet|inet6] <IPADDR>',
  read(words) {
    const expected = 'the IPv4 or IPv6 address of a router';
    const said = words.takeIf('inet') ?? words.takeIf('inet6');
    const family = said && (said.text === 'inet' ? 4 : 6);
    const word = words.need(family ? `an IPv${family} address` : expected);
    return word && parseBareAddress(word, expected, words.report, family);
  },
};

/** keepalived's bounds of times of TCP. */
const MIN_RTT_MS = 200;
const MAX_RTT_MS = 120_000;

/**
 * A time of TCP. A bare number counts the kernel's units, of which there are `perMilli` in a
 * millisecond; seconds can have three decimals. keepalived's bounds are kept as it does.
 */
function rtt(perMilli: number): EntryValue<Micros> {
  const expected = `a number of 1/${1000 * perMilli} seconds, or one with s or ms, from 200ms to 120s`;
  return {
    syntax: '<NUMBER>[s|ms]',
    read(words) {
      const word = words.need(expected);
      if (!word) return undefined;
      const micros = parseRtt(word, perMilli);
      if (micros === undefined) {
        words.report('CONFIG_INVALID_VALUE', word, {
          message: `'${word.text}' is not such a time`,
          expected,
        });
        return undefined;
      }
      if (micros > MAX_RTT_MS * perMilli * MICROS_PER_MILLI) {
        words.report('CONFIG_OUT_OF_RANGE', word, {
          message: `${word.text} is out of range`,
          expected,
        });
        return undefined;
      }
      const bounded = Math.min(
        Math.max(micros, MIN_RTT_MS * MICROS_PER_MILLI),
        MAX_RTT_MS * MICROS_PER_MILLI,
      );
      if (bounded !== micros) {
        words.report('CONFIG_OUT_OF_RANGE', word, {
          message: `${word.text} is out of range: ${bounded / MICROS_PER_MILLI} ms is used, as by keepalived`,
          expected,
          severity: 'warning',
        });
      }
      return bounded;
    },
  };
}

function parseRtt(word: Word, perMilli: number): Micros | undefined {
  const matched =
    /^[ \t]*\+?(?:(\d+)|(\d+)(?:ms|msec|msecs)|(\d+(?:\.\d{0,3})?)(?:s|sec|secs))$/i.exec(
      word.text,
    );
  if (!matched) return undefined;
  const [, raw, milli, seconds] = matched;
  if (raw !== undefined) return (Number(raw) * MICROS_PER_MILLI) / perMilli;
  if (milli !== undefined) return Number(milli) * MICROS_PER_MILLI;
  return Math.round(Number(seconds) * MICROS_PER_SECOND);
}

const expires: EntryValue<Micros> = {
  syntax: '<SECONDS>',
  read(words) {
    const seconds = number(0, MAX_U32).read(words);
    return seconds === undefined ? undefined : seconds * MICROS_PER_SECOND;
  },
};

const ROUTER_PREFERENCES = { low: 3, medium: 0, high: 1 };

const routerPreference: EntryValue<number> = {
  syntax: 'low|medium|high|<0..255>',
  read(words) {
    const expected = 'low, medium, high or a number from 0 to 255';
    const word = words.need(expected);
    if (!word) return undefined;
    const known = Object.entries(ROUTER_PREFERENCES).find(([name]) => name === word.text);
    if (known) return known[1];
    if (!/^[a-z]+$/i.test(word.text)) return parseInteger(word, 0, 255, expected, words.report);
    words.report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not a preference of a router`,
      expected,
      suggestion: suggest(word.text, Object.keys(ROUTER_PREFERENCES)),
    });
    return undefined;
  },
};

/** The name of a preference; `undefined` if it has none. */
export function routerPreferenceName(value: number): string | undefined {
  return Object.entries(ROUTER_PREFERENCES).find(([, known]) => known === value)?.[0];
}

const u32 = number(0, MAX_U32);
const zeroOrOne = number(0, 1);

/** Of `nexthop` as well. */
const hop = {
  via: option(gateway, 'The router that packets are sent to.'),
  dev: option(one(interfaceName), 'The interface that packets leave by.'),
  onlink: option(alone, 'The router is on the link although no address says so (IPv4).'),
  encap: option(encapsulation, 'What packets are wrapped into.'),
  realms: option(realms, 'The realms that the route is in (IPv4).'),
};

export const nextHopOptions = {
  ...hop,
  weight: option(number(1, 256), 'The share of this way among all.'),
};

const common = {
  ...hop,
  gw: oldWord('via'),
  oif: synonym('dev'),
  or: option(addressOf(), "Old: a second router, in today's words `nexthop via A nexthop via B`.", {
    once: true,
  }),
  src: option(addressOf(), 'The source address that is preferred.'),
  from: option(prefixOf(6), 'Only packets from there (IPv6).'),
  tos: option(named('dsfield', '<TOS>'), 'Only packets of that class.'),
  dsfield: synonym('tos'),
  table: option(named('table', '<TABLE>'), 'The table it is added to.'),
  vrf: option(one(interfaceName), 'The VRF whose table it is added to.'),
  protocol: option(named('protocol', '<PROTOCOL>'), 'Who added it.'),
  scope: option(named('scope', '<SCOPE>'), 'How far away the destination is (IPv4).'),
  metric: option(u32, 'Of several routes that with the lowest counts.'),
  priority: synonym('metric'),
  preference: synonym('metric'),
  expires: option(expires, 'After that it is gone (IPv6).'),
  mtu: option(lockable(u32), 'The largest packet.'),
  hoplimit: option(number(0, 255), 'The hop limit of packets.'),
  advmss: option(lockable(u32), 'The segment size that is told to others.'),
  rtt: option(lockable(rtt(8)), 'The first guess of the round-trip time.'),
  rttvar: option(lockable(rtt(4)), 'The first guess of its variance.'),
  rto_min: option(lockable(rtt(1)), 'The shortest time before a retransmission.'),
  reordering: option(lockable(u32), 'How far segments come out of order.'),
  window: option(u32, 'The largest window.'),
  cwnd: option(lockable(u32), 'The bound of the congestion window.'),
  ssthresh: option(lockable(u32), 'The first guess of the slow start threshold.'),
  initcwnd: option(u32, 'The first congestion window, in segments.'),
  initrwnd: option(u32, 'The first receive window, in segments.'),
  features: option(one(choice(['ecn'])), 'Explicit congestion notification is used.'),
  quickack: option(zeroOrOne, 'Whether segments are acknowledged at once.'),
  congctl: option(lockable(one(text)), 'The algorithm of congestion control.'),
  pref: option(routerPreference, 'The preference of the router (IPv6).'),
  'ttl-propagate': option(
    one(choice(['enabled', 'disabled'])),
    'Whether the TTL is copied into MPLS labels.',
  ),
  fastopen_no_cookie: option(zeroOrOne, 'Whether TCP fast open works without a cookie.'),
  add: option(alone, 'It is added only if there is no equal one.'),
  prepend: option(alone, 'It is added before equal ones: the default.'),
  append: option(alone, 'It is added after equal ones.'),
  inet: option(alone, 'It is one of IPv4.'),
  inet6: option(alone, 'It is one of IPv6.'),
  no_track: option(alone, 'Nobody minds when something else removes it.'),
};

export const virtualRouteOptions = common;

export const staticRouteOptions = {
  ...common,
  track_group: option(groupName, 'The instances that fail when it is gone.', { once: true }),
};

const DESTINATION = '[<TYPE>] [to] <IPADDR>[/<PREFIX>]|default';

/** `nexthop` as a reference shows it; it is read apart, because it ends the line. */
const nexthop = option(
  { syntax: optionSyntax(nextHopOptions), read: () => undefined },
  'One of several ways; they end the line.',
);

/** The words of a line, for references. */
export const virtualRouteWords: EntryOptions = { ...virtualRouteOptions, nexthop };
export const staticRouteWords: EntryOptions = { ...staticRouteOptions, nexthop };

export const VIRTUAL_ROUTE_SYNTAX = `${DESTINATION} ${optionSyntax(virtualRouteWords)}...`;
export const STATIC_ROUTE_SYNTAX = `${DESTINATION} ${optionSyntax(staticRouteWords)}...`;
