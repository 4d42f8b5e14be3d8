/** VRRP: instances and sync groups. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { VirtualAddressConfig } from './addresses.js';
import type { Located } from './common.js';
import type { GarpConfig } from './global.js';
import type { NotifyConfig } from './notify.js';
import type { RouteConfig } from './routes.js';
import type { RuleConfig } from './rules.js';
import type { TracksConfig } from './tracking.js';

export interface SyncGroupConfig extends Located {
  readonly name: string;
  readonly instances: readonly { readonly name: string; readonly at: Position }[];
  readonly tracks: TracksConfig;
  /** `sync_group_tracking_weight`: members may have weights of their own. */
  readonly trackingWeight: boolean;
  readonly notify: NotifyConfig;
}

/** Adverts to each of a few nodes instead of a group. */
export interface UnicastConfig {
  readonly peers: readonly UnicastPeerConfig[];
  /** The TTL or hop limit of what is sent, 0 to 255; without one 255, over IPv6 the kernel's. */
  readonly ttl?: number;
  /** Adverts count from a peer only. */
  readonly checkSource: boolean;
  /** Which checksum is sent and accepted: today's (and an old one that is received is answered in
   *  kind), always the old one (with the group's address in it), never the old one. */
  readonly oldChecksum: 'detect' | 'always' | 'never';
}

export interface UnicastPeerConfig {
  readonly at: Position;
  readonly address: Ip;
  /** Adverts with another TTL or hop limit are dropped: 0 to 255, both included. */
  readonly minTtl: number;
  readonly maxTtl: number;
}

/** `authentication`: version 2 only (RFC 2338). */
export interface AuthenticationConfig {
  readonly type: 'PASS' | 'AH';
  /** At most 8 bytes. */
  readonly password: string;
}

/** `auth_hmac`: a trailer of each advert with an HMAC-SHA256 over it and a sequence number. */
export interface HmacConfig {
  readonly keys: readonly HmacKeyConfig[];
  /** The key that adverts are signed with. */
  readonly activeKey: number;
  readonly antiReplay: 'time' | 'monotonic';
  /** How far the time of an advert may be from the clock. */
  readonly timeWindow: Micros;
  /** permissive and receive-only accept adverts without a trailer; receive-only sends none. */
  readonly mode: 'enforce' | 'permissive' | 'receive-only';
}

/** A key of 32 to 64 bytes, in the configuration or in a file that is read at start. */
export type HmacKeyConfig = { readonly id: number; readonly at: Position } & (
  | {
      /** Lower-case hexadecimal digits, two a byte. */
      readonly hex: string;
    }
  | { readonly file: string }
);

interface OwnInterface {
  /** Its name; without one it is made from the VRID. */
  readonly name?: string;
  /** The link group; without one the parent's. */
  readonly group?: number;
}

/** `use_vmac`: a macvlan with the virtual router's MAC address. */
export interface VmacConfig extends OwnInterface {
  readonly kind: 'macvlan';
  /** Six octets; without one that of the virtual router (RFC 9568 7.3). */
  readonly mac?: string;
  readonly netlinkNotify: boolean;
}

/** `use_ipvlan`: an ipvlan, layer 2. */
export interface IpvlanConfig extends OwnInterface {
  readonly kind: 'ipvlan';
  readonly address?: { readonly address: Ip; readonly prefixLength: number };
  readonly mode: 'bridge' | 'private' | 'vepa';
}

export interface InstanceConfig extends Located {
  readonly name: string;
  /** '' for none: then adverts are unicast. */
  readonly interface: string;
  /** Where to look for the peers without an interface. */
  readonly vrf?: string;
  /** 1 to 255. */
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly state: 'MASTER' | 'BACKUP';
  /** 1 to 255. */
  readonly priority: number;
  readonly advertInterval: Micros;
  /** The master is down after so many intervals without an advert, and the skew time. */
  readonly downTimerAdverts: number;
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  readonly sourceAddress?: Ip;
  /** FAULT while the source address is not there. */
  readonly trackSourceAddress: boolean;
  /** Where adverts go to. */
  readonly multicastGroup: Ip;
  readonly unicast?: UnicastConfig;
  readonly authentication?: AuthenticationConfig;
  readonly hmac?: HmacConfig;
  readonly virtualInterface?: VmacConfig | IpvlanConfig;
  /** `use_vmac_addr`: a macvlan on each other interface that addresses are on, too. */
  readonly vmacForAddresses: boolean;
  /** `vmac_xmit_base`: adverts on the interface below the macvlan or ipvlan. */
  readonly transmitOnBase: boolean;
  readonly virtualAddresses: readonly VirtualAddressConfig[];
  readonly excludedAddresses: readonly VirtualAddressConfig[];
  readonly virtualRoutes: readonly RouteConfig[];
  readonly virtualRules: readonly RuleConfig[];
  /** `no_virtual_ipaddress`: without addresses on purpose. */
  readonly allowNoAddress: boolean;
  readonly promoteSecondaries: boolean;
  readonly garp: GarpConfig;
  /** Announcements on the other interfaces of the addresses: on macvlans, or on all. 0: none. */
  readonly garpExtra: { readonly interval: Micros; readonly all: boolean };
  readonly trackPrimary: boolean;
  readonly tracks: TracksConfig;
  /** Whether packets to the virtual addresses are accepted by other than their owner. */
  readonly accept: boolean;
  /** `strict_mode`: what RFC 9568 does not have is not done. */
  readonly strict: boolean;
  /** A master leaves an advert of lower priority unanswered. */
  readonly lowerPrioNoAdvert: boolean;
  /** A master answers an advert of higher priority before it becomes backup. */
  readonly higherPrioSendAdvert: boolean;
  /** The owner of the addresses drops all adverts. */
  readonly ownerIgnoreAdverts: boolean;
  /** The addresses of an advert are compared only when another router sends it. */
  readonly skipCheckAdvAddr: boolean;
  /** Version 3 over IPv4 without the pseudo-header (RFC 9568 5.2.8). */
  readonly v3ChecksumAsV2: boolean;
  /** With nopreempt: give up after a pause in which a router of this priority took over. */
  readonly timerExpiredBackup?: number;
  /** Bytes. */
  readonly kernelRxBufSize?: number;
  readonly linkbeatPolling: boolean;
  readonly notify: NotifyConfig;
}
