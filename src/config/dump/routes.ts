/** Routes as canonical text. */
import { MICROS_PER_MILLI } from '../../base/time.js';
import { routerPreferenceName } from '../grammar/routes.js';
import type {
  Encapsulation,
  Lockable,
  NextHopConfig,
  Prefix,
  Realms,
  RouteConfig,
  RouteMetrics,
} from '../model/index.js';
import { entryBlock, groupWords, pair, scopeName, word } from './addresses.js';
import { type Line, quote, seconds } from './text.js';

/** A block of routes; nothing for none. */
export function routeBlock(head: string, routes: readonly RouteConfig[]): Line[] {
  return entryBlock(head, routes, routeWords);
}

/** A network as it is written. */
export function prefixText({ address, prefixLength }: Prefix): string {
  return `${address}/${prefixLength}`;
}

/** `realms FROM/TO`. */
export function realmWords(realms: Realms | undefined): string[] {
  if (!realms) return [];
  const { from, to } = realms;
  return [`realms ${from === undefined ? '' : `${from}/`}${to}`];
}

function routeWords(route: RouteConfig): string[] {
  const { from, scope, preference, ttlPropagate, expires } = route;
  return [
    ...(route.placement === 'prepend' ? [] : [route.placement]),
    ...(route.type === 'unicast' ? [] : [route.type]),
    prefixText(route.destination),
    ...(from ? [`from ${prefixText(from)}`] : []),
    ...pair('src', route.preferredSource),
    ...pair('via', route.gateway),
    ...pair('dev', route.interface),
    ...word(route.onLink, 'onlink'),
    ...(route.vrf === undefined ? [`table ${route.table}`] : pair('vrf', route.vrf)),
    `protocol ${route.protocol}`,
    ...(scope === undefined ? [] : [`scope ${scopeName(scope)}`]),
    ...pair('metric', route.metric),
    ...pair('tos', route.tos),
    ...realmWords(route.realms),
    ...encapsulationWords(route.encapsulation),
    ...(expires === undefined ? [] : [`expires ${seconds(expires)}`]),
    ...(preference === undefined ? [] : [`pref ${routerPreferenceName(preference) ?? preference}`]),
    ...(ttlPropagate === undefined
      ? []
      : [`ttl-propagate ${ttlPropagate ? 'enabled' : 'disabled'}`]),
    ...metricWords(route.metrics),
    ...word(route.noTrack, 'no_track'),
    ...groupWords(route),
    ...route.nextHops.flatMap(hopWords),
  ];
}

function hopWords(hop: NextHopConfig): string[] {
  return [
    'nexthop',
    ...pair('via', hop.gateway),
    ...pair('dev', hop.interface),
    `weight ${hop.weight}`,
    ...word(hop.onLink, 'onlink'),
    ...realmWords(hop.realms),
    ...encapsulationWords(hop.encapsulation),
  ];
}

function metricWords(metrics: RouteMetrics): string[] {
  const bit = (value: boolean | undefined) => (value === undefined ? undefined : Number(value));
  return [
    ...lockable('mtu', metrics.mtu),
    ...lockable('advmss', metrics.advmss),
    ...lockable('rtt', perMilli(metrics.rtt, 8)),
    ...lockable('rttvar', perMilli(metrics.rttvar, 4)),
    ...lockable('rto_min', perMilli(metrics.rtoMin, 1)),
    ...lockable('reordering', metrics.reordering),
    ...lockable('cwnd', metrics.cwnd),
    ...lockable('ssthresh', metrics.ssthresh),
    ...lockable('congctl', metrics.congestionControl),
    ...pair('window', metrics.window),
    ...pair('hoplimit', metrics.hopLimit),
    ...pair('initcwnd', metrics.initcwnd),
    ...pair('initrwnd', metrics.initrwnd),
    ...pair('quickack', bit(metrics.quickAck)),
    ...pair('fastopen_no_cookie', bit(metrics.fastOpenNoCookie)),
    ...word(metrics.ecn, 'features ecn'),
  ];
}

function lockable(text: string, given: Lockable<string | number> | undefined): string[] {
  return given ? [`${text} ${given.lock ? 'lock ' : ''}${quote(String(given.value))}`] : [];
}

/** A time in the kernel's units, of which there are so many in a millisecond. */
function perMilli(time: Lockable<number> | undefined, units: number): typeof time {
  return time && { ...time, value: (time.value * units) / MICROS_PER_MILLI };
}

function encapsulationWords(encap: Encapsulation | undefined): string[] {
  switch (encap?.kind) {
    case undefined:
      return [];
    case 'ip':
      return [
        'encap ip',
        ...pair('id', encap.id),
        ...pair('dst', encap.destination),
        ...pair('src', encap.source),
        ...pair('tos', encap.tos),
        ...pair('ttl', encap.ttl),
        ...pair('flags', encap.flags),
      ];
    case 'ip6':
      return [
        'encap ip6',
        ...pair('id', encap.id),
        ...pair('dst', encap.destination),
        ...pair('src', encap.source),
        ...pair('tc', encap.trafficClass),
        ...pair('hoplimit', encap.hopLimit),
        ...pair('flags', encap.flags),
      ];
    case 'mpls':
      return [`encap mpls ${encap.labels.join('/')}`];
    case 'ila':
      return [`encap ila ${encap.locator.map((group) => group.toString(16)).join(':')}`];
  }
}
