/**
 * Routes and rules of policy routing as values: what an instance is told to put into the kernel, and
 * what netlink carries. Interfaces are names.
 */
import type { Family, Ip } from './ip.js';
import type { Micros } from './time.js';

/** A network, or a single address with all bits. */
export interface Network {
  readonly address: Ip;
  readonly prefixLength: number;
}

/** RTA_FLOW, FRA_FLOW: 0 to 255 each. */
export interface RouteRealms {
  readonly from?: number;
  readonly to: number;
}

/** RTN_*. */
export type RouteKind =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'nat'
  | 'xresolve';

/** LWTUNNEL_ENCAP_*. Ids are decimal text of 64 bits. */
export type RouteEncapsulation =
  | {
      readonly kind: 'ip';
      readonly id?: string;
      readonly destination?: Ip;
      readonly source?: Ip;
      readonly tos?: number;
      readonly ttl?: number;
      readonly flags?: number;
    }
  | {
      readonly kind: 'ip6';
      readonly id?: string;
      readonly destination?: Ip;
      readonly source?: Ip;
      readonly trafficClass?: number;
      readonly hopLimit?: number;
      readonly flags?: number;
    }
  | { readonly kind: 'mpls'; readonly labels: readonly number[] }
  | { readonly kind: 'ila'; readonly locator: readonly number[] };

export interface NextHop {
  readonly gateway?: Ip;
  readonly interface?: string;
  /** 1 to 256. */
  readonly weight: number;
  readonly onLink?: true;
  readonly realms?: RouteRealms;
  readonly encapsulation?: RouteEncapsulation;
}

/** `lock`: the kernel may not change it. */
export interface LockableMetric<T> {
  readonly value: T;
  readonly lock: boolean;
}

/** RTAX_*; times are microseconds. */
export interface RouteMetricValues {
  readonly mtu?: LockableMetric<number>;
  readonly advmss?: LockableMetric<number>;
  readonly rtt?: LockableMetric<Micros>;
  readonly rttvar?: LockableMetric<Micros>;
  readonly rtoMin?: LockableMetric<Micros>;
  readonly reordering?: LockableMetric<number>;
  readonly cwnd?: LockableMetric<number>;
  readonly ssthresh?: LockableMetric<number>;
  readonly congestionControl?: LockableMetric<string>;
  readonly window?: number;
  readonly hopLimit?: number;
  readonly initcwnd?: number;
  readonly initrwnd?: number;
  readonly quickAck?: boolean;
  readonly fastOpenNoCookie?: boolean;
  readonly ecn?: true;
}

/** A route, complete. */
export interface Route {
  readonly family: Family;
  readonly type: RouteKind;
  readonly destination: Network;
  readonly from?: Network;
  readonly preferredSource?: Ip;
  readonly gateway?: Ip;
  readonly interface?: string;
  readonly nextHops: readonly NextHop[];
  /** RT_TABLE_*. Not looked at with `vrf`. */
  readonly table: number;
  /** The interface whose table it is. */
  readonly vrf?: string;
  /** RTPROT_*. */
  readonly protocol: number;
  /** RT_SCOPE_*; 0 if not given. */
  readonly scope?: number;
  readonly metric?: number;
  readonly tos?: number;
  readonly onLink?: true;
  readonly realms?: RouteRealms;
  readonly encapsulation?: RouteEncapsulation;
  readonly expires?: Micros;
  /** ICMPV6_ROUTER_PREF_*. */
  readonly preference?: number;
  readonly ttlPropagate?: boolean;
  readonly metrics: RouteMetricValues;
  /** Where it stands among equal ones; `add`: only if there is none. */
  readonly placement: 'prepend' | 'append' | 'add';
  /** It is not put back when something else removes it. */
  readonly noTrack?: true;
}

/** FR_ACT_*. */
export type RuleAct =
  | { readonly kind: 'table'; readonly table: number }
  | { readonly kind: 'l3mdev' }
  | { readonly kind: 'goto'; readonly target: number }
  | { readonly kind: 'nop' | 'blackhole' | 'unreachable' | 'prohibit' };

/** Both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A rule, complete. What is not given is not looked at. */
export interface Rule {
  readonly family: Family;
  readonly invert?: true;
  readonly from?: Network;
  readonly to?: Network;
  readonly action: RuleAct;
  readonly preference: number;
  readonly tos?: number;
  readonly firewallMark?: { readonly mark: number; readonly mask?: number };
  readonly realms?: RouteRealms;
  readonly suppressPrefixLength?: number;
  readonly suppressGroup?: number;
  readonly incomingInterface?: string;
  readonly outgoingInterface?: string;
  /** 64 bits, decimal. */
  readonly tunnelId?: string;
  readonly userIds?: Range;
  readonly protocol: number;
  readonly ipProtocol?: number;
  readonly sourcePorts?: Range;
  readonly destinationPorts?: Range;
  readonly noTrack?: true;
}

/** A route or a rule. */
export type RoutingEntry =
  | { readonly kind: 'route'; readonly route: Route }
  | { readonly kind: 'rule'; readonly rule: Rule };

const MAIN_TABLE = 254;

/** One line of ip(8)'s words, for people: what it is, not all of its options. */
export function describeRouting(entry: RoutingEntry): string {
  return entry.kind === 'route' ? describeRoute(entry.route) : describeRule(entry.rule);
}

function describeRoute(route: Route): string {
  const hop = (via: string | undefined, dev: string | undefined): string[] => [
    ...(via === undefined ? [] : ['via', via]),
    ...(dev === undefined ? [] : ['dev', dev]),
  ];
  const words = [
    'route',
    ...(route.type === 'unicast' ? [] : [route.type]),
    isForAll(route.destination) ? 'default' : cidr(route.destination),
    ...hop(route.gateway, route.interface),
    ...route.nextHops.flatMap((each) => ['nexthop', ...hop(each.gateway, each.interface)]),
  ];
  if (route.vrf !== undefined) words.push('vrf', route.vrf);
  else if (route.table !== MAIN_TABLE) words.push('table', String(route.table));
  if (route.metric !== undefined) words.push('metric', String(route.metric));
  return words.join(' ');
}

function describeRule({ from, to, action, preference }: Rule): string {
  const words = ['rule', `${preference}:`];
  if (from) words.push('from', cidr(from));
  if (to) words.push('to', cidr(to));
  words.push(action.kind);
  if (action.kind === 'table') words.push(String(action.table));
  if (action.kind === 'goto') words.push(String(action.target));
  return words.join(' ');
}

function cidr({ address, prefixLength }: Network): string {
  return `${address}/${prefixLength}`;
}

function isForAll({ prefixLength }: Network): boolean {
  return prefixLength === 0;
}
