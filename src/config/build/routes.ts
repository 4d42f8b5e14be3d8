/** The lines of `virtual_routes` and `static_routes`. */
import type { Family } from '../../base/ip.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { EntryWords } from '../grammar/entry.js';
import { isForAll, parseNetwork } from '../grammar/entry-values.js';
import { routeType, staticRouteOptions, virtualRouteOptions } from '../grammar/routes.js';
import type { RouteConfig, RouteMetrics, RouteType } from '../model/index.js';
import type { RoutingNames } from '../names.js';
import type { Statement, Word } from '../text/source.js';
import {
  type EntryField,
  type EntryFields,
  type EntryReader,
  entryWords,
  readOptions,
} from './entry.js';
import { FamilyClaims, inFamily, type Network, requireInetLast } from './family.js';
import { nextHopsOf, type ReadHop, readNextHops } from './next-hops.js';
import { present } from './present.js';

/** RT_TABLE_MAIN. */
const MAIN_TABLE = 254;
/** RTPROT_KEEPALIVED: what tracked routes and rules have, so that they are known again. */
export const OWN_PROTOCOL = 18;

type RouteOptions = typeof virtualRouteOptions;

/** What stands in a route without an option word. */
interface Destination {
  readonly word: Word;
  readonly type: RouteType;
  readonly network: Network;
}

/**
 * Builds the routes of one `virtual_routes`.
 *
 * @param names names of tables and the like on the machine.
 * @returns those that are good.
 */
export function buildVirtualRoutes(
  entries: readonly Statement[],
  names: RoutingNames,
  sink: Sink,
): RouteConfig[] {
  return entries.flatMap(
    (entry) => buildRoute(entry, virtualRouteOptions, names, sink)?.route ?? [],
  );
}

/** Builds the routes of one `static_routes`. */
export function buildStaticRoutes(
  entries: readonly Statement[],
  names: RoutingNames,
  sink: Sink,
): RouteConfig[] {
  return entries.flatMap((entry) => {
    const built = buildRoute(entry, staticRouteOptions, names, sink);
    if (!built) return [];
    const fields = built.fields as EntryFields<typeof staticRouteOptions>;
    const group = fields.get('track_group');
    if (!group) return [built.route];
    if (built.route.interface === undefined) {
      sink.report('CONFIG_WITHOUT_EFFECT', group.word.at, {
        message:
          "'track_group' is ignored: it tracks the interface of a route, and this one has no 'dev'",
        expected: "'dev <INTERFACE>'",
      });
      return [built.route];
    }
    return [{ ...built.route, trackGroup: group.value }];
  });
}

function buildRoute(
  entry: Statement,
  options: RouteOptions,
  names: RoutingNames,
  sink: Sink,
): { readonly route: RouteConfig; readonly fields: EntryFields<RouteOptions> } | undefined {
  const words = entryWords(entry, 'a route', names, sink);
  if (!words) return undefined;
  let destination: Destination | undefined;
  const reader: EntryReader<RouteOptions> = {
    what: 'a route',
    options,
    other(word) {
      const read = readDestination(word, words);
      if (typeof read !== 'object') return read;
      if (destination) {
        words.report('CONFIG_REPEATED', read.word, {
          message: `a route has one destination: the last one counts, '${destination.word.text}' is not routed`,
        });
      }
      destination = read;
      return true;
    },
  };
  const { fields, good } = readOptions(reader, words, 'nexthop');
  const hops = readNextHops(words);
  if (good && hops && !destination) {
    words.report('CONFIG_MISSING_VALUE', entry.keyword, {
      message: 'a route needs a destination',
      expected: "'<IPADDR>/<PREFIX>' or 'default'",
    });
  }
  if (!good || !hops || !destination) return undefined;
  const route = assemble(entry, destination, fields, hops, words);
  return route && { route, fields };
}

/** A destination, behind `to` or a type; false if the word begins none, `undefined` after a report. */
function readDestination(word: Word, words: EntryWords): Destination | boolean | undefined {
  if (word.text === 'as') {
    words.takeIf('to');
    words.take();
    words.report('CONFIG_UNSUPPORTED', word, {
      message: "'as' is for MPLS and for translation of addresses: keepalived ignores it as well",
      expected: "a route without 'as'",
    });
    return undefined;
  }
  const expected = 'an address with or without a prefix length, or default';
  const type = word.text === 'to' ? undefined : routeType(word.text);
  const at = type !== undefined || word.text === 'to' ? words.need(expected) : word;
  if (!at) return undefined;
  if (at === word && !/^[0-9a-f.:]+(?:\/.*)?$/i.test(word.text) && !isForAll(word.text)) {
    return false;
  }
  const network = parseNetwork(at, expected, words.report);
  return network && { word: at, type: type ?? 'unicast', network };
}

function assemble(
  entry: Statement,
  destination: Destination,
  fields: EntryFields<RouteOptions>,
  hops: readonly ReadHop[],
  words: EntryWords,
): RouteConfig | undefined {
  requireInetLast(entry, fields, words);
  const family = familyOfRoute(destination, fields, hops, words);
  const nextHops = family && nextHopsOf(fields, hops, words);
  if (!family || !nextHops) return undefined;
  const value = <K extends keyof RouteOptions & string>(name: K) => fields.get(name)?.value;
  const noTrack = fields.get('no_track') !== undefined;
  if (!noTrack && !fields.get('dev')) {
    words.report('CONFIG_WITHOUT_EFFECT', destination.word, {
      message: 'the route is not tracked, as it names no interface: if it goes, nobody notices',
      expected: "'dev <INTERFACE>', or 'no_track'",
    });
  }
  return {
    at: entry.keyword.at,
    family,
    type: destination.type,
    destination: inFamily(destination.network, family),
    ...present({
      from: value('from'),
      preferredSource: value('src'),
      gateway: fields.get('or') ? undefined : value('via'),
      interface: value('dev'),
    }),
    nextHops,
    ...tableOf(fields, words),
    protocol: protocolOf(fields.get('protocol'), noTrack, 'a route', words),
    ...present({
      scope: value('scope'),
      metric: value('metric'),
      tos: value('tos'),
      onLink: value('onlink'),
      realms: value('realms'),
      encapsulation: value('encap'),
      expires: value('expires'),
      preference: value('pref'),
      ttlPropagate: optionalMap(value('ttl-propagate'), (word) => word === 'enabled'),
    }),
    metrics: metricsOf(fields),
    placement: placementOf(fields),
    ...(noTrack ? { noTrack } : {}),
    origins: { destination: destination.word.at, ...fields.origins() },
  };
}

function familyOfRoute(
  destination: Destination,
  fields: EntryFields<RouteOptions>,
  hops: readonly ReadHop[],
  words: EntryWords,
): Family | undefined {
  const claims = new FamilyClaims('a route');
  claims.network(destination.network, destination.word.at);
  for (const name of ['src', 'via', 'or'] as const) claims.address(fields.get(name));
  claims.always(
    6,
    fields.get('from'),
    fields.get('expires'),
    fields.get('pref'),
    fields.get('inet6'),
  );
  claims.always(4, fields.get('realms'), fields.get('inet'));
  for (const hop of hops) {
    claims.address(hop.fields.get('via'));
    claims.always(4, hop.fields.get('realms'));
  }
  return claims.settle(words);
}

/** A VRF has its own table: of `vrf` and `table` the last counts. */
function tableOf(
  fields: EntryFields<RouteOptions>,
  words: EntryWords,
): Pick<RouteConfig, 'table' | 'vrf'> {
  const table = fields.get('table');
  const vrf = fields.get('vrf');
  if (table && vrf) {
    const [lost, kept] = table.order < vrf.order ? [table, vrf] : [vrf, table];
    words.report('CONFIG_WITHOUT_EFFECT', lost.word, {
      message: `'${lost.word.text}' is ignored: '${kept.word.text}' behind it names another table`,
    });
    if (kept === table) return { table: table.value };
  }
  return vrf ? { table: MAIN_TABLE, vrf: vrf.value } : { table: table?.value ?? MAIN_TABLE };
}

/** What is tracked has to be known again by its protocol. */
export function protocolOf(
  given: EntryField<number> | undefined,
  noTrack: boolean,
  what: string,
  words: EntryWords,
): number {
  if (!given || given.value === OWN_PROTOCOL || noTrack) return given?.value ?? OWN_PROTOCOL;
  words.report('CONFIG_WITHOUT_EFFECT', given.word, {
    message: `the protocol of ${what} that is tracked is always ${OWN_PROTOCOL}: this one is ignored`,
    expected: "'no_track', or no protocol",
  });
  return OWN_PROTOCOL;
}

function metricsOf(fields: EntryFields<RouteOptions>): RouteMetrics {
  const yes = (value: number | undefined) => optionalMap(value, (bit) => bit === 1);
  return present({
    mtu: fields.get('mtu')?.value,
    advmss: fields.get('advmss')?.value,
    rtt: fields.get('rtt')?.value,
    rttvar: fields.get('rttvar')?.value,
    rtoMin: fields.get('rto_min')?.value,
    reordering: fields.get('reordering')?.value,
    cwnd: fields.get('cwnd')?.value,
    ssthresh: fields.get('ssthresh')?.value,
    congestionControl: fields.get('congctl')?.value,
    window: fields.get('window')?.value,
    hopLimit: fields.get('hoplimit')?.value,
    initcwnd: fields.get('initcwnd')?.value,
    initrwnd: fields.get('initrwnd')?.value,
    quickAck: yes(fields.get('quickack')?.value),
    fastOpenNoCookie: yes(fields.get('fastopen_no_cookie')?.value),
    ecn: fields.get('features') ? (true as const) : undefined,
  });
}

const PLACEMENTS = ['prepend', 'append', 'add'] as const;

function placementOf(fields: EntryFields<RouteOptions>): RouteConfig['placement'] {
  let last: EntryField<true> | undefined;
  for (const name of PLACEMENTS) {
    const field = fields.get(name);
    if (field && (!last || field.order > last.order)) last = field;
  }
  return PLACEMENTS.find((name) => name === last?.word.text) ?? 'prepend';
}

function optionalMap<T, U>(value: T | undefined, map: (value: T) => U): U | undefined {
  return value === undefined ? undefined : map(value);
}
