/**
 * The kernel's IPVS table as values: what is read from it, and what is wanted in it.
 * Names are those of linux/ip_vs.h.
 */
import type { Family, Ip } from '../base/ip.js';
import type { List } from '../base/list.js';

/** How packets reach a destination (IP_VS_CONN_F_FWD_MASK). */
export type ForwardingMethod = 'NAT' | 'DR' | 'TUN';

/** What identifies a virtual service: an address and port of a protocol, or a firewall mark. */
export type ServiceId =
  | {
      readonly kind: 'address';
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly address: Ip;
      /** 0: every port (only with persistence). */
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly family: Family; readonly fwmark: number };

export interface IpvsService {
  readonly id: ServiceId;
  /** Scheduler's name as the kernel knows it: rr wrr lc wlc sed nq sh dh mh lblc lblcr fo ovf … */
  readonly scheduler: string;
  /** IP_VS_SVC_F_SCHED1..3 and IP_VS_SVC_F_ONEPACKET bits; never PERSISTENT or HASHED. */
  readonly flags: number;
  /** Seconds a client stays with its server; 0: not persistent. */
  readonly persistenceTimeout: number;
  /** Network mask of persistence as a prefix length (32 or 128: each client by itself). */
  readonly persistencePrefix: number;
  /**
   * The IPv4 mask of persistence as a number, if it has holes (255.0.0.255): the kernel takes any.
   * It counts instead of the prefix length. Absent: the mask is the prefix length's.
   */
  readonly persistenceMask?: number;
  /** What recognises a client instead of its address: `sip`. Absent: the address. */
  readonly persistenceEngine?: string;
  readonly destinations: List<IpvsDestination>;
}

/** How packets are wrapped on their way to a `TUN` destination, if not as plain IPIP. */
export interface Tunnel {
  readonly type: 'gue' | 'gre';
  /** The destination's UDP port of GUE; 0 with GRE. */
  readonly port: number;
  /** `remcsum`: remote checksum offload, of GUE only. */
  readonly checksum: 'nocsum' | 'csum' | 'remcsum';
}

/** Address and port identify a destination within its service. */
export interface IpvsDestination {
  readonly address: Ip;
  /** In a fwmark service 0 keeps the port of the packet. */
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly weight: number;
  /** u_threshold and l_threshold; 0: none. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Of `TUN`: absent is IPIP. It means nothing to the other methods. */
  readonly tunnel?: Tunnel;
}

/** Counters of a service or destination. Exact up to 2^53. */
export interface IpvsStats {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
  /** The kernel's estimates, a second. */
  readonly connectionRate: number;
  readonly inPacketRate: number;
  readonly outPacketRate: number;
  readonly inByteRate: number;
  readonly outByteRate: number;
}

/** The IPv4 mask of a prefix length: 24 is 0xffffff00. */
export function prefixToMask(prefix: number): number {
  return prefix <= 0 ? 0 : (0xffff_ffff << (32 - Math.min(prefix, 32))) >>> 0;
}

/** A map key: `TCP 192.0.2.1:80`, `TCP [2001:db8::1]:80`, `FWM 5 IPv4`. */
export function serviceKey(id: ServiceId): string {
  if (id.kind === 'fwmark') return `FWM ${id.fwmark} IPv${id.family}`;
  return `${id.protocol} ${endpoint(id.address, id.port)}`;
}

/** A map key within one service: `192.0.2.10:80`. */
export function destinationKey(destination: { address: Ip; port: number }): string {
  return endpoint(destination.address, destination.port);
}

/**
 * A function that gives keys which tell destinations of one list apart. Mostly all have the first one's
 * port; then the address alone is the key, of which no text has to be made.
 */
export function shortKeys(): (destination: { address: Ip; port: number }) => string {
  let first: number | undefined;
  return (destination) => {
    first ??= destination.port;
    return destination.port === first ? destination.address : destinationKey(destination);
  };
}

/** `192.0.2.1:80` or `[2001:db8::1]:80`. */
export function endpoint(address: Ip, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
