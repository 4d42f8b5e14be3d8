/**
 * What the VRRP engine is told to do: value types only, made from the configuration model by
 * `process/settings.ts` and carried to the vrrp process with a generation number.
 */
import type { Family, Ip } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { RoutingEntry } from '../base/routing.js';
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
  /** `preferred_lft`, seconds; 0: never a source address of the kernel's own choice. Absent: for ever. */
  readonly preferredLifetime?: number;
  /** `-nodad`: the kernel looks for duplicates of an IPv6 address before it answers. */
  readonly duplicateDetection?: true;
  /** The other end of a point-to-point link. */
  readonly peer?: Ip;
  /** `home`, IPv6: IFA_F_HOMEADDRESS. */
  readonly home?: true;
  /** `mngtmpaddr`, IPv6: IFA_F_MANAGETEMPADDR. */
  readonly manageTemporary?: true;
  /** `noprefixroute`: IFA_F_NOPREFIXROUTE. */
  readonly noPrefixRoute?: true;
  /** `autojoin`: IFA_F_MCAUTOJOIN. */
  readonly autoJoin?: true;
  /** `no_track`: it is not put back, and no instance minds, when something else removes it. */
  readonly noTrack?: true;
}

/** Announcements of an instance (`garp_*`): gratuitous ARP, and neighbour advertisements likewise. */
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
  /** `garp_extra_if`: announcements, again and again, on interfaces that have no adverts. */
  readonly extra?: { readonly interval: Micros; readonly interfaces: readonly string[] };
}

/** The least distance of announcements on an interface (`vrrp_garp_interval`, `garp_group`), µs; 0: none. */
export interface PaceSettings {
  readonly garpInterval: Micros;
  readonly gnaInterval: Micros;
  /** Interfaces with a pace of their own; shared: one for all of them together. */
  readonly groups: readonly {
    readonly interfaces: readonly string[];
    readonly shared: boolean;
    readonly garpInterval: Micros;
    readonly gnaInterval: Micros;
  }[];
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

/** `unicast_peer`: adverts go to each of these instead of a multicast group. */
export interface UnicastSettings {
  /** Empty: FAULT (`unicast_fault_no_peer`). */
  readonly peers: readonly UnicastPeer[];
  /** TTL or hop limit of what is sent, 0 to 255 (`unicast_ttl`). */
  readonly ttl: number;
  /** `check_unicast_src`, and where a peer has limits: adverts of others are rejected. */
  readonly checkSource: boolean;
}

export interface UnicastPeer {
  readonly address: Ip;
  /** The TTL or hop limit of what it sends has to be from here to there, both included. */
  readonly minTtl: number;
  readonly maxTtl: number;
}

/** Version 3 over IPv4 has been summed in three ways; all are accepted. This is what is sent first. */
export interface ChecksumSettings {
  /** `v3_checksum_as_v2`: without a pseudo-header, as RFC 9568 has it. */
  readonly plain: boolean;
  /** `old_unicast_checksum`: always, as soon as a peer does so (auto), or not even accepted. */
  readonly oldUnicast: 'always' | 'auto' | 'never';
}

/** `auth_hmac`. */
export interface HmacSettings {
  /**
   * enforce: sends trailers and rejects adverts without one. permissive: sends them and accepts
   * adverts without. receive-only: sends none. A trailer that is there is always verified.
   */
  readonly mode: 'enforce' | 'permissive' | 'receive-only';
  /** The id of the key that signs. */
  readonly activeKey: number;
  /** Id 1 to 255, and 32 to 64 bytes in hexadecimal. */
  readonly keys: readonly { readonly id: number; readonly secret: string }[];
  readonly antiReplay: 'time' | 'monotonic';
  /** Seconds, 1 to 300. */
  readonly timeWindow: number;
}

export interface InstanceSettings {
  /** `vrrp_instance NAME`, unique. */
  readonly name: string;
  /** Empty: a unicast instance that is bound to no interface. */
  readonly interface: string;
  /**
   * One more interface that has to be there and up: the instance's own (`use_vmac`, `use_ipvlan`), or
   * its `vrf`. Adverts go out of it and come in at it unless `transmitOnBase` says otherwise.
   */
  readonly ownInterface?: string;
  /** `vmac_xmit_base`: adverts go out of `interface` and come in there. */
  readonly transmitOnBase?: true;
  /** Whose addresses can be the source of adverts; absent: those of `interface`. */
  readonly sourceInterface?: string;
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
  /**
   * `timer_expired_backup`, without preemption only: a MASTER that was held up for so long that a
   * router of this priority, 1 to 254, must have taken over becomes BACKUP.
   */
  readonly timerExpiredBackup?: number;
  /** `mcast_src_ip`, `unicast_src_ip`; otherwise an address of the interface. */
  readonly sourceAddress?: Ip;
  /** `track_src_ip`: FAULT while the interface does not have that address. */
  readonly trackSource: boolean;
  /** Absent: multicast. */
  readonly unicast?: UnicastSettings;
  /** `mcast_dst_ip`, `vrrp_mcast_group4` and `6`; otherwise the group of RFC 9568. */
  readonly multicastGroup?: Ip;
  readonly checksum: ChecksumSettings;
  /** `down_timer_adverts`: after how many missing adverts (and the skew) a backup takes over. */
  readonly downTimerAdverts: number;
  /** `lower_prio_no_advert`: a losing advert is not answered. */
  readonly lowerPrioNoAdvert: boolean;
  /** `higher_prio_send_advert`: one more advert before yielding, so that the winner announces again. */
  readonly higherPrioSendAdvert: boolean;
  /** `owner_ignore_adverts`: the address owner does not look at adverts. */
  readonly ownerIgnoreAdverts: boolean;
  /** `skip_check_adv_addr`: a backup does not compare the addresses of a master that it knows. */
  readonly skipCheckAddresses: boolean;
  /** `auth_type PASS` with `auth_pass`, at most 8 bytes count (RFC 2338 5.3.6). Version 2 only. */
  readonly authentication?: { readonly type: 'PASS'; readonly password: string };
  /** `auth_hmac`. */
  readonly hmac?: HmacSettings;
  /** In the advert and on the interface. */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** On the interface only (`virtual_ipaddress_excluded`). */
  readonly excludedAddresses: readonly VirtualAddress[];
  /** `virtual_routes`, then `virtual_rules`, in the kernel while it is MASTER. None if missing. */
  readonly routing?: readonly RoutingEntry[];
  readonly garp: GarpSettings;
  /** None if missing. */
  readonly tracks?: readonly TrackSettings[];
  /** Somebody wants to hear of losing adverts (`notify_master_rx_lower_pri`, or a pipe). */
  readonly tellLosingAdverts?: true;
  /** `dont_track_primary`: the instance's own interface going down is not a FAULT. */
  readonly trackPrimary: boolean;
}

export interface SyncGroupSettings {
  readonly name: string;
  readonly instances: readonly string[];
}

/** An interface that the process makes on top of another, and removes when it stops. */
export type VirtualInterface = {
  readonly name: string;
  /** The instance that it is made for, of several the first. */
  readonly instance: string;
  /** The interface below. */
  readonly parent: string;
  /** Of the addresses that it is for. */
  readonly family: Family;
  /** Whether IPv6 is to work on it. */
  readonly ipv6: boolean;
  /** Its link group; absent: the parent's. */
  readonly group?: number;
  /** IPv6: an address to send from; `parent`: the link-local one of the interface below. */
  readonly linkLocal?: Ip | 'parent';
} & (
  | {
      /** `use_vmac`, `use_vmac_addr`: in private mode. */
      readonly kind: 'macvlan';
      readonly mac: Mac;
      /** `netlink_notify_msg`: others are told that the interface below has become promiscuous. */
      readonly notify?: true;
    }
  | {
      /** `use_ipvlan`: in mode L2. */
      readonly kind: 'ipvlan';
      readonly mode: 'bridge' | 'private' | 'vepa';
      /** Its own address, which adverts are sent from. */
      readonly address?: { readonly address: Ip; readonly prefixLength: number };
    }
);

/** The nftables rules that instances need. */
export interface FirewallSettings {
  /** The table (`nftables`), of both families; nothing else may use it. */
  readonly table: string;
  /** `nftables_priority` of its chains. */
  readonly priority: number;
  /** `nftables_counters`: the rules count their packets. */
  readonly counters: boolean;
  /** `no_accept`: addresses that are only routed to, and the interfaces that they are on. */
  readonly closed: readonly { readonly address: Ip; readonly interface: string }[];
}

/** What the kernel's daemons of connection sync speak; what is absent the kernel chooses. */
export interface SyncDaemonOptions {
  readonly interface: string;
  /** 0 to 255; 0 as a backup accepts every id. */
  readonly syncId: number;
  /** The longest message in bytes; the kernel's choice follows the interface's MTU. */
  readonly maxLength?: number;
  /** 8848 */
  readonly port?: number;
  /** 1 */
  readonly ttl?: number;
  /** 224.0.0.81 */
  readonly group?: Ip;
}

/** `lvs_sync_daemon IF [INSTANCE] [id N] ...`. */
export interface SyncDaemonSettings extends SyncDaemonOptions {
  /**
   * The instance whose state decides between the master and the backup daemon; absent: both run
   * all the time.
   */
  readonly instance?: string;
}

/** `interface_up_down_delays`: how long an interface must be down, or up, before it counts. */
export interface LinkDelay {
  readonly down: Micros;
  readonly up: Micros;
}

/** `static_ipaddress`, `static_routes` and `static_rules`: there as long as the process runs. */
export interface StaticSettings {
  readonly addresses: readonly VirtualAddress[];
  readonly routing: readonly RoutingEntry[];
}

/** What an instance adds to the receive buffer of its socket. */
export interface ReceiveBuffer {
  readonly bytes: number;
  /** So many times the MTU of the socket's interface. */
  readonly mtus: number;
}

/** Everything the vrrp process needs to know of one configuration. */
export interface VrrpSettings {
  /** By interface; absent: every change counts at once. */
  readonly linkDelays?: Readonly<Record<string, LinkDelay>>;
  /** Absent: adverts of virtual routers that are not configured are dropped in silence. */
  readonly logUnknownVrids?: boolean;
  readonly instances: readonly InstanceSettings[];
  readonly syncGroups: readonly SyncGroupSettings[];
  readonly syncDaemon?: SyncDaemonSettings;
  /** Interfaces to make; none if missing. */
  readonly virtualInterfaces?: readonly VirtualInterface[];
  /** `vrrp_startup_delay`, `vrrp_delay_after_boot`: from the start of the daemon and of the machine. */
  readonly startDelays?: { readonly afterStart: Micros; readonly afterBoot: Micros };
  /** Absent: announcements go out at once. */
  readonly pace?: PaceSettings;
  /** `net_namespace`: where the daemon runs; absent: where it was started. */
  readonly netNamespace?: string;
  /** `net_namespace_ipvs`: where the sync daemons run; absent: with the process. */
  readonly ipvsNamespace?: string;
  /** Absent: no rules are needed. */
  readonly firewall?: FirewallSettings;
  /** Interfaces with `promote_secondaries`; none if missing. */
  readonly promoteSecondaries?: readonly string[];
  /** `disable_local_igmp`: the kernel sends no IGMP reports of groups in 224.0.0.0/24. */
  readonly quietIgmp?: true;
  /** By instance (`vrrp_rx_bufs_policy`, `kernel_rx_buf_size`); what has none adds nothing. */
  readonly receiveBuffers?: Readonly<Record<string, ReceiveBuffer>>;
  /** None if missing. */
  readonly statics?: StaticSettings;
}

/** keepalived's defaults of what an instance's configuration need not say. */
export const PROTOCOL_DEFAULTS = {
  trackSource: false,
  checksum: { plain: false, oldUnicast: 'auto' },
  downTimerAdverts: 3,
  lowerPrioNoAdvert: false,
  higherPrioSendAdvert: false,
  ownerIgnoreAdverts: false,
  skipCheckAddresses: false,
} as const satisfies Partial<InstanceSettings>;
