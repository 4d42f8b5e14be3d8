/** Routes, with everything that rtnetlink lets one say of them (linux/rtnetlink.h). */
import type { Family, Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Located } from './common.js';

/** A network, or a single address with all bits. */
export interface Prefix {
  readonly address: Ip;
  readonly prefixLength: number;
}

/** Realms (RTA_FLOW), 0 to 255 each. */
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

/** What packets are wrapped into (LWTUNNEL_ENCAP_*). */
export type Encapsulation =
  | {
      readonly kind: 'ip';
      /** 64 bits, decimal. */
      readonly id?: string;
      readonly destination?: Ip;
      readonly source?: Ip;
      readonly tos?: number;
      readonly ttl?: number;
      readonly flags?: number;
    }
  | {
      readonly kind: 'ip6';
      /** 64 bits, decimal. */
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
export interface NextHopConfig extends Located {
  readonly gateway?: Ip;
  readonly interface?: string;
  /** 1 to 256: its share among all of them. */
  readonly weight: number;
  readonly onLink?: true;
  readonly realms?: Realms;
  readonly encapsulation?: Encapsulation;
}

/** A value that the kernel may not change with `lock`. */
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

/** A route of an instance, or a static one. */
export interface RouteConfig extends Located {
  readonly family: Family;
  readonly type: RouteType;
  readonly destination: Prefix;
  /** Only packets from there (IPv6). */
  readonly from?: Prefix;
  /** `src`: the source address that is preferred. */
  readonly preferredSource?: Ip;
  readonly gateway?: Ip;
  readonly interface?: string;
  readonly nextHops: readonly NextHopConfig[];
  /** RT_TABLE_*; 254 main. Not looked at with `vrf`. */
  readonly table: number;
  /** The interface whose table it is. */
  readonly vrf?: string;
  /** RTPROT_*; 18 keepalived. */
  readonly protocol: number;
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
  /** Where it stands among equal ones; `add`: only if there is no equal one. */
  readonly placement: 'prepend' | 'append' | 'add';
  readonly noTrack?: true;
  /** Of a static one: the group of instances that fail when it is gone. */
  readonly trackGroup?: string;
}
