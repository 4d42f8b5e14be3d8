/**
 * What the VRRP engine is told to do: value types only, made from the configuration model by
 * `process/settings.ts` and carried to the vrrp process with a generation number.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';

export type VrrpVersion = 2 | 3;

/** One address that follows an instance. Identity is interface, address and prefix length. */
export interface VirtualAddress {
  readonly address: Ip;
  readonly prefixLength: number;
  /** The interface it is put on: the instance's own unless `dev` says otherwise. */
  readonly interface: string;
  /** RT_SCOPE_*: 0 global (default), 253 link, 254 host. */
  readonly scope: number;
  readonly broadcast?: Ip;
  readonly label?: string;
}

/** Gratuitous ARP timing of an instance (`garp_*`). */
export interface GarpSettings {
  /** Pause between the first burst on becoming MASTER and the second; 0: no second burst. */
  readonly masterDelay: Micros;
  /** Packets an address in each of those bursts. */
  readonly masterRepeat: number;
  /** Interval of the announcements while MASTER; 0: none. */
  readonly masterRefresh: Micros;
  readonly masterRefreshRepeat: number;
  /** Pause between the burst after a losing advert and its repetition; 0: no repetition. */
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

/** What an instance's fitness or priority follows (`track_interface`, `track_script`, ...). */
export interface TrackSettings {
  readonly kind: 'interface' | 'script' | 'file' | 'process' | 'bfd';
  /** The interface, or the name of the script, file, process or session. */
  readonly name: string;
  /**
   * 0: unfit (FAULT) while it is down. Otherwise -253 to 253: a positive weight is added while it
   * is up, a negative one while it is down; a file's number is multiplied by it.
   */
  readonly weight: number;
  /** Up counts as down, and down as up. */
  readonly reverse: boolean;
}

export interface InstanceSettings {
  /** `vrrp_instance NAME`, unique. */
  readonly name: string;
  readonly interface: string;
  /** Virtual router id, 1 to 255. */
  readonly virtualRouterId: number;
  readonly version: VrrpVersion;
  readonly family: 4 | 6;
  readonly initialState: 'MASTER' | 'BACKUP';
  /** 1 to 255; 255 is the address owner (RFC 9568 5.2.4). */
  readonly priority: number;
  readonly advertInterval: Micros;
  /** false: `nopreempt`. Ignored by the owner (RFC 9568 6.1). */
  readonly preempt: boolean;
  /** `preempt_delay`: how long a better BACKUP lets a worse MASTER be, from when it could take over. */
  readonly preemptDelay: Micros;
  /** `mcast_src_ip`; otherwise the interface's primary address. */
  readonly sourceAddress?: Ip;
  /** `auth_type PASS` with `auth_pass`, at most 8 bytes count (RFC 2338 5.3.6). Version 2 only. */
  readonly authentication?: { readonly type: 'PASS'; readonly password: string };
  /** In the advert and on the interface. */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** On the interface only (`virtual_ipaddress_excluded`). */
  readonly excludedAddresses: readonly VirtualAddress[];
  readonly garp: GarpSettings;
  /** None if missing. */
  readonly tracks?: readonly TrackSettings[];
  /** `dont_track_primary`: the instance's own interface going down is not a FAULT. */
  readonly trackPrimary: boolean;
}

export interface SyncGroupSettings {
  readonly name: string;
  readonly instances: readonly string[];
}

/** `lvs_sync_daemon IF INSTANCE id N`. */
export interface SyncDaemonSettings {
  readonly interface: string;
  /** The instance whose state decides between the master and the backup daemon. */
  readonly instance: string;
  /** 0 to 255; 0 as a backup accepts every id. */
  readonly syncId: number;
}

/** Everything the vrrp process needs to know of one configuration. */
export interface VrrpSettings {
  readonly instances: readonly InstanceSettings[];
  readonly syncGroups: readonly SyncGroupSettings[];
  readonly syncDaemon?: SyncDaemonSettings;
}
