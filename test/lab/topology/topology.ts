/** What a topology is made of: plain data, turned into namespaces by network.ts. */

export type Role = 'client' | 'director' | 'real-server' | 'router';

export interface NicSpec {
  /** The segment (a bridge) that the other end of the cable is plugged into. */
  readonly segment: string;
  /** Address with prefix length. */
  readonly address: string;
}

export interface HostSpec {
  readonly name: string;
  readonly role: Role;
  /** `eth0`, `eth1` … in this order. */
  readonly nics: readonly NicSpec[];
  readonly gateway?: string;
  /** Addresses on `lo` besides 127.0.0.1, with prefix length. */
  readonly loopback?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
}

export interface Topology {
  readonly name: string;
  /** For people: a drawing. */
  readonly drawing: string;
  /** The virtual address that clients use. */
  readonly vip: string;
  /** The virtual address on the inside, the real servers' gateway (forwarding by NAT). */
  readonly innerVip?: string;
  /** The segment on which the directors speak VRRP about the VIP; captures are taken there. */
  readonly vipSegment: string;
  readonly segments: readonly string[];
  readonly hosts: readonly HostSpec[];
}
