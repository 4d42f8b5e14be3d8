/**
 * Routes as messages of rtnetlink(7): RTM_NEWROUTE and RTM_DELROUTE. Pure.
 *
 * ```
 *   struct rtmsg: u8 family | u8 dst_len | u8 src_len | u8 tos | u8 table | u8 protocol | u8 scope |
 *                 u8 type | u32 flags | attributes RTA_*
 *   struct rtnexthop (in RTA_MULTIPATH): u16 len | u8 flags | u8 hops | i32 ifindex | RTA_*
 * ```
 */
import { viewOf } from '../base/bytes.js';
import { type Family, familyOf, type Ip, ipToBytes } from '../base/ip.js';
import type {
  Encapsulation,
  Lockable,
  NextHop,
  Realms,
  Route,
  RouteMetrics,
  RouteType,
} from '../base/routing.js';
import { describeRouting } from '../base/routing.js';
import { MICROS_PER_MILLI, MICROS_PER_SECOND } from '../base/time.js';
import { attribute, concat, LITTLE_ENDIAN, nested, text, u8, u16, u32 } from './attributes.js';
import {
  AF_INET,
  AF_INET6,
  NLM_F_APPEND,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
  RT_SCOPE_NOWHERE,
  RTM_DELROUTE,
  RTM_NEWROUTE,
} from './constants.js';
import type { NetlinkRequest } from './socket.js';

/** What the kernel calls interfaces, and the table of each that is a VRF. */
export interface LinkNames {
  indexOf(name: string): number | undefined;
  vrfTableOf(name: string): number | undefined;
}

/** linux/rtnetlink.h: enum rtattr_type_t */
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_MULTIPATH = 9;
const RTA_FLOW = 11;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RTA_PREF = 20;
const RTA_ENCAP_TYPE = 21;
const RTA_ENCAP = 22;
const RTA_EXPIRES = 23;
const RTA_TTL_PROPAGATE = 26;

/** RTNH_F_ONLINK; rtm_flags has the same bit. */
const ONLINK = 4;
/** RTAX_FEATURE_ECN */
const FEATURE_ECN = 1;
const RTAX_LOCK = 1;
const RTAX_FEATURES = 12;
const RTAX_CC_ALGO = 16;

/** RTN_* by name. */
const TYPES: Readonly<Record<RouteType, number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
};

/** The interface of a route, or the table of a VRF, is not there. */
export interface MissingLink {
  readonly missing: string;
}

/**
 * Adds a route. Of IPv4 EEXIST says that just this one is there (fib_table_insert compares all of
 * it); another one of the same destination, class and metric does not mind, unless `placement` is
 * `add`. Of IPv6 EEXIST says that one with the same way is there, and one with another way makes a
 * route of several ways out of both (fib6_add_rt2node).
 *
 * @param replace takes the place of one with the same destination, class and metric.
 */
export function encodeNewRoute(
  route: Route,
  links: LinkNames,
  replace = false,
): NetlinkRequest | MissingLink {
  const placed = { prepend: 0, append: NLM_F_APPEND, add: NLM_F_EXCL }[route.placement];
  return encode(RTM_NEWROUTE, NLM_F_CREATE | (replace ? NLM_F_REPLACE : placed), route, links);
}

/** Deletes just this route: ESRCH if it is not there. */
export function encodeDeleteRoute(route: Route, links: LinkNames): NetlinkRequest | MissingLink {
  return encode(RTM_DELROUTE, 0, route, links);
}

function encode(
  type: number,
  flags: number,
  route: Route,
  links: LinkNames,
): NetlinkRequest | MissingLink {
  const { family, destination, from, vrf } = route;
  const table = vrf === undefined ? route.table : links.vrfTableOf(vrf);
  if (table === undefined) return { missing: vrf as string };
  const indices = new Map<string, number>();
  for (const name of [route.interface, ...route.nextHops.map((hop) => hop.interface)]) {
    if (name === undefined) continue;
    const index = links.indexOf(name);
    if (index === undefined) return { missing: name };
    indices.set(name, index);
  }
  const head = new Uint8Array(12);
  head[0] = family === 4 ? AF_INET : AF_INET6;
  head[1] = destination.prefixLength;
  head[2] = from?.prefixLength ?? 0;
  head[3] = route.tos ?? 0;
  head[4] = table < 256 ? table : 0;
  head[5] = route.protocol;
  head[6] = route.scope ?? (type === RTM_DELROUTE ? RT_SCOPE_NOWHERE : 0);
  head[7] = TYPES[route.type];
  viewOf(head).setUint32(8, route.onLink ? ONLINK : 0, LITTLE_ENDIAN);
  const parts: Uint8Array[] = [head];
  if (table >= 256) parts.push(u32(RTA_TABLE, table));
  if (destination.prefixLength > 0) parts.push(address(RTA_DST, destination.address));
  if (from && from.prefixLength > 0) parts.push(address(RTA_SRC, from.address));
  if (route.preferredSource !== undefined) parts.push(address(RTA_PREFSRC, route.preferredSource));
  if (route.gateway !== undefined) parts.push(gateway(family, route.gateway));
  const index = route.interface === undefined ? undefined : indices.get(route.interface);
  if (index !== undefined && route.nextHops.length === 0) parts.push(u32(RTA_OIF, index));
  if (route.metric !== undefined) parts.push(u32(RTA_PRIORITY, route.metric));
  if (route.realms) parts.push(realms(RTA_FLOW, route.realms));
  if (route.encapsulation) parts.push(...encapsulation(route.encapsulation));
  if (route.expires !== undefined) {
    parts.push(u32(RTA_EXPIRES, Math.floor(route.expires / MICROS_PER_SECOND)));
  }
  if (route.preference !== undefined) parts.push(u8(RTA_PREF, route.preference));
  if (route.ttlPropagate !== undefined) {
    parts.push(u8(RTA_TTL_PROPAGATE, route.ttlPropagate ? 1 : 0));
  }
  const metrics = encodeMetrics(route.metrics);
  if (metrics.length > 0) parts.push(nested(RTA_METRICS, metrics));
  if (route.nextHops.length > 0) {
    const hops = route.nextHops.map((hop) =>
      encodeNextHop(
        family,
        hop,
        (hop.interface === undefined ? index : indices.get(hop.interface)) ?? 0,
      ),
    );
    parts.push(attribute(RTA_MULTIPATH, concat(hops)));
  }
  const word = type === RTM_NEWROUTE ? 'RTM_NEWROUTE' : 'RTM_DELROUTE';
  const operation = `${word} ${describeRouting({ kind: 'route', route })}`;
  return { type, flags, body: concat(parts), operation };
}

function encodeNextHop(family: Family, hop: NextHop, index: number): Uint8Array {
  const head = new Uint8Array(8);
  const parts: Uint8Array[] = [head];
  if (hop.gateway !== undefined) parts.push(gateway(family, hop.gateway));
  if (hop.realms) parts.push(realms(RTA_FLOW, hop.realms));
  if (hop.encapsulation) parts.push(...encapsulation(hop.encapsulation));
  const bytes = concat(parts);
  const view = viewOf(bytes);
  view.setUint16(0, bytes.length, LITTLE_ENDIAN);
  bytes[2] = hop.onLink ? ONLINK : 0;
  bytes[3] = hop.weight - 1;
  view.setInt32(4, index, LITTLE_ENDIAN);
  return bytes;
}

/** Of another family than the destination it says which (RTA_VIA, struct rtvia). */
function gateway(family: Family, ip: Ip): Uint8Array {
  if (familyOf(ip) === family) return address(RTA_GATEWAY, ip);
  const via = new Uint8Array(2);
  viewOf(via).setUint16(0, familyOf(ip) === 4 ? AF_INET : AF_INET6, LITTLE_ENDIAN);
  return attribute(RTA_VIA, concat([via, ipToBytes(ip)]));
}

function address(type: number, ip: Ip): Uint8Array {
  return attribute(type, ipToBytes(ip));
}

/** RTA_FLOW and FRA_FLOW: the source's realm in the upper half. */
export function realms(type: number, { from, to }: Realms): Uint8Array {
  return u32(type, ((from ?? 0) << 16) | to);
}

/** RTAX_* numbers, in the order of the header, and the value of each in the kernel's unit. */
function encodeMetrics(metrics: RouteMetrics): Uint8Array[] {
  const { mtu, rtt, rttvar, ssthresh, cwnd, advmss, reordering, rtoMin } = metrics;
  const { congestionControl } = metrics;
  const bit = (value: boolean | undefined): number | undefined =>
    value === undefined ? undefined : Number(value);
  const numbers: readonly (readonly [number, Lockable<number> | number | undefined])[] = [
    [2, mtu],
    [3, metrics.window],
    [4, scaled(rtt, 8)],
    [5, scaled(rttvar, 4)],
    [6, ssthresh],
    [7, cwnd],
    [8, advmss],
    [9, reordering],
    [10, metrics.hopLimit],
    [11, metrics.initcwnd],
    [RTAX_FEATURES, metrics.ecn ? FEATURE_ECN : undefined],
    [13, scaled(rtoMin, 1)],
    [14, metrics.initrwnd],
    [15, bit(metrics.quickAck)],
    [17, bit(metrics.fastOpenNoCookie)],
  ];
  const parts: Uint8Array[] = [];
  let locks = 0;
  for (const [type, metric] of numbers) {
    if (metric === undefined) continue;
    const { value, lock } = typeof metric === 'number' ? { value: metric, lock: false } : metric;
    parts.push(u32(type, value));
    if (lock) locks |= 1 << type;
  }
  if (congestionControl) {
    parts.push(text(RTAX_CC_ALGO, congestionControl.value));
    if (congestionControl.lock) locks |= 1 << RTAX_CC_ALGO;
  }
  if (locks !== 0) parts.push(u32(RTAX_LOCK, locks));
  return parts;
}

/** Times of TCP: milliseconds times `perMilli`. */
function scaled(
  time: Lockable<number> | undefined,
  perMilli: number,
): Lockable<number> | undefined {
  if (!time) return undefined;
  return { value: Math.round((time.value * perMilli) / MICROS_PER_MILLI), lock: time.lock };
}

/** linux/lwtunnel.h, linux/mpls_iptunnel.h, linux/ila.h */
function encapsulation(encap: Encapsulation): Uint8Array[] {
  const { type, parts } = encapsulationParts(encap);
  return [u16(RTA_ENCAP_TYPE, type), nested(RTA_ENCAP, parts)];
}

function encapsulationParts(encap: Encapsulation): {
  readonly type: number;
  readonly parts: Uint8Array[];
} {
  switch (encap.kind) {
    case 'mpls':
      return { type: 1, parts: [attribute(1, labels(encap.labels))] };
    case 'ila':
      return {
        type: 3,
        parts: [attribute(1, Uint8Array.from(encap.locator.flatMap((g) => [g >> 8, g & 0xff])))],
      };
    case 'ip':
    case 'ip6': {
      const parts: Uint8Array[] = [];
      const [ttl, tos] =
        encap.kind === 'ip' ? [encap.ttl, encap.tos] : [encap.hopLimit, encap.trafficClass];
      if (encap.id !== undefined) parts.push(be64(1, encap.id));
      if (encap.destination !== undefined) parts.push(address(2, encap.destination));
      if (encap.source !== undefined) parts.push(address(3, encap.source));
      if (ttl !== undefined) parts.push(u8(4, ttl));
      if (tos !== undefined) parts.push(u8(5, tos));
      if (encap.flags !== undefined) parts.push(u16(6, encap.flags));
      return { type: encap.kind === 'ip' ? 2 : 4, parts };
    }
  }
}

/** A stack of MPLS labels (RFC 3032 2.1): the last one has the bottom bit. */
function labels(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((label, i) => {
    const bottom = i === values.length - 1 ? 0x100 : 0;
    viewOf(bytes).setUint32(4 * i, label * 0x1000 + bottom);
  });
  return bytes;
}

/** A u64 attribute in network order, from decimal text. */
export function be64(type: number, value: string): Uint8Array {
  const bytes = new Uint8Array(8);
  viewOf(bytes).setBigUint64(0, BigInt(value));
  return attribute(type, bytes);
}
