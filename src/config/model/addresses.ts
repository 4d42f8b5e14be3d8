/** Addresses that are added to interfaces: those of an instance, and static ones. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { Located } from './common.js';

/** An address and how it is to be added; flags are there only if they are set. */
export interface AddressConfig extends Located {
  readonly address: Ip;
  /** Without `peer` that of the network, with it that of the peer: all bits. */
  readonly prefixLength: number;
  readonly interface: string;
  /** RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host, 255 nowhere. IPv6 has none: 0. */
  readonly scope: number;
  readonly broadcast?: Ip;
  readonly label?: string;
  /** The other end of a point-to-point link. */
  readonly peer?: Ip;
  /** IFA_F_HOMEADDRESS. */
  readonly home?: true;
  /** `-nodad`: duplicate address detection takes place; without it IFA_F_NODAD. */
  readonly duplicateDetection?: true;
  /** IFA_F_MANAGETEMPADDR. */
  readonly manageTemporary?: true;
  /** IFA_F_NOPREFIXROUTE. */
  readonly noPrefixRoute?: true;
  /** IFA_F_MCAUTOJOIN. */
  readonly autoJoin?: true;
  /** It is not put back and no instance minds when something else removes it. */
  readonly noTrack?: true;
  /** How long it may be a source of new connections. IPv6: always there; IPv4: only if given. */
  readonly preferredLifetime?: Micros | 'forever';
}

/** An address of an instance. */
export interface VirtualAddressConfig extends AddressConfig {
  /** It is added to a virtual MAC interface on `interface`. */
  readonly useVmac?: true;
}

/** An address that does not move. */
export interface StaticAddressConfig extends AddressConfig {
  /** The group of instances that fail when it is gone. */
  readonly trackGroup?: string;
}

/** Instances that track static addresses, routes and rules. */
export interface TrackGroupConfig extends Located {
  readonly name: string;
  readonly instances: readonly { readonly name: string; readonly at: Position }[];
}
