/**
 * Routes and rules of policy routing as values (linux/rtnetlink.h, linux/fib_rules.h): what a
 * configuration says, an instance is told to put into the kernel, and netlink carries. Interfaces are names.
 */
import type { Family, Ip } from './ip.js';
import type { Micros } from './time.js';

/** A network, or a single address with all bits. */
export interface Prefix {
  readonly address: Ip;
  readonly prefixLength: number;
}

/** RTA_FLOW, FRA_FLOW: 0 to 255 each. */
export interface Realms {
  readonly from?: number;
  readonly to: number;
}

/** RTN_*. */
export type RouteType =
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

/** What packets are wrapped into (LWTUNNEL_ENCAP_*). Ids are decimal text of 64 bits. */
export type Encapsulation =
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
  /** Labels of 20 bits, the outermost first. */
  | { readonly kind: 'mpls'; readonly labels: readonly number[] }
  /** Four groups of 16 bits. */
  | { readonly kind: 'ila'; readonly locator: readonly number[] };

/** One of the ways of a route with several. */
export interface NextHop {
  readonly gateway?: Ip;
  readonly interface?: string;
  /** 1 to 256: its share among all of them. */
  readonly weight: number;
  readonly onLink?: true;
  readonly realms?: Realms;
  readonly encapsulation?: Encapsulation;
}

/** `lock`: the kernel may not change it. */
export interface Lockable<T> {
  readonly value: T;
  readonly lock: boolean;
}

/** RTAX_*: what TCP is told of the way. Times are microseconds. */
export interface RouteMetrics {
  readonly mtu?: Lockable<number>;
  readonly advmss?: Lockable<number>;
  readonly rtt?: Lockable<Micros>;
  readonly rttvar?: Lockable<Micros>;
  readonly rtoMin?: Lockable<Micros>;
  readonly reordering?: Lockable<number>;
  readonly cwnd?: Lockable<number>;
  readonly ssthresh?: Lockable<number>;
  readonly congestionControl?: Lockable<string>;
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
  readonly type: RouteType;
  readonly destination: Prefix;
  /** Only packets from there (IPv6). */
  readonly from?: Prefix;
  /** `src`: the source address that is preferred. */
  readonly preferredSource?: Ip;
  readonly gateway?: Ip;
  readonly interface?: string;
  readonly nextHops: readonly NextHop[];
  /** RT_TABLE_*; 254 main. Not looked at with `vrf`. */
  readonly table: number;
  /** The interface whose table it is. */
  readonly vrf?: string;
  /** RTPROT_*; 18 keepalived. */
  readonly protocol: number;
  /** RT_SCOPE_*; 0 if not given. */
  readonly scope?: number;
  readonly metric?: number;
  readonly tos?: number;
  readonly onLink?: true;
  readonly realms?: Realms;
  readonly encapsulation?: Encapsulation;
  readonly expires?: Micros;
  /** ICMPV6_ROUTER_PREF_*: 0 medium, 1 high, 3 low. */
  readonly preference?: number;
  readonly ttlPropagate?: boolean;
  readonly metrics: RouteMetrics;
  /** Where it stands among equal ones; `add`: only if there is none. */
  readonly placement: 'prepend' | 'append' | 'add';
  /** It is not put back when something else removes it. */
  readonly noTrack?: true;
}

/** What happens to a packet that a rule is for (FR_ACT_*). */
export type RuleAction =
  | { readonly kind: 'table'; readonly table: number }
  /** The table of the interface's VRF. */
  | { readonly kind: 'l3mdev' }
  | { readonly kind: 'goto'; readonly target: number }
  | { readonly kind: 'nop' | 'blackhole' | 'unreachable' | 'prohibit' };

/** Both ends included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** A rule, complete. What is not given is not looked at. */
export interface Rule {
  readonly family: Family;
  /** `not`: it is for the other packets. */
  readonly invert?: true;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly action: RuleAction;
  /** FRA_PRIORITY: the lowest comes first. */
  readonly preference: number;
  readonly tos?: number;
  readonly firewallMark?: { readonly mark: number; readonly mask?: number };
  readonly realms?: Realms;
  readonly suppressPrefixLength?: number;
  readonly suppressGroup?: number;
  readonly incomingInterface?: string;
  readonly outgoingInterface?: string;
  /** 64 bits, decimal. */
  readonly tunnelId?: string;
  readonly userIds?: NumberRange;
  /** RTPROT_*; 18 keepalived. */
  readonly protocol: number;
  /** IPPROTO_*. */
  readonly ipProtocol?: number;
  readonly sourcePorts?: NumberRange;
  readonly destinationPorts?: NumberRange;
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

function cidr({ address, prefixLength }: Prefix): string {
  return `${address}/${prefixLength}`;
}

function isForAll({ prefixLength }: Prefix): boolean {
  return prefixLength === 0;
}
