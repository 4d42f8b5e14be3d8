/** `global_defs` and the single settings at the top. */
import type { Ip } from '../../base/ip.js';
import type { SysctlWishes } from '../../base/ipvs-sysctls.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { Located, Origins, ScriptConfig } from './common.js';

/** Gratuitous ARP timing (`garp_*`); pauses of 0 mean: not at all. */
export interface GarpConfig {
  readonly masterDelay: Micros;
  readonly masterRepeat: number;
  readonly masterRefresh: Micros;
  readonly masterRefreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

/**
 * Everything that is not of one instance or service. `origins` has the keywords of all parts, as
 * written: what an object inherits from here has its place there.
 */
export interface GlobalConfig {
  /** The first `global_defs`; `undefined`: there is none. */
  readonly at?: Position;
  readonly origins: Origins;
  readonly routerId?: string;
  /** Default of `version`; instances with IPv6 addresses have 3. */
  readonly vrrpVersion: 2 | 3;
  readonly garp: GarpConfig;
  readonly vrrp: VrrpGlobalConfig;
  /** Default of `dev` in static addresses and routes. */
  readonly defaultInterface: string;
  /** Interfaces need not be there yet; `changes`: nor be of the same type when they come back. */
  readonly dynamicInterfaces: 'no' | 'yes' | 'changes';
  readonly syncDaemon?: SyncDaemonConfig;
  readonly lvsFlush: boolean;
  /** all: the whole table; services: those of this configuration, which happens anyway. */
  readonly lvsFlushOnStop: 'no' | 'services' | 'all';
  readonly lvs: LvsGlobalConfig;
  readonly mail: MailConfig;
  readonly scripts: ScriptsConfig;
  readonly fifos: FifosConfig;
  readonly processes: ProcessesConfig;
  readonly firewall: FirewallConfig;
  readonly files: FilesConfig;
  readonly place: PlaceConfig;
  /** Every interface's link is polled rather than notified. */
  readonly linkbeatUsePolling: boolean;
}

/** Defaults of instances (`vrrp_*`), and what all of them share. */
export interface VrrpGlobalConfig {
  /** Pause between two gratuitous ARP packets on an interface; 0: none. */
  readonly garpInterval: Micros;
  /** The same of unsolicited neighbour advertisements. */
  readonly gnaInterval: Micros;
  /** Announcing addresses again on interfaces that are not the instance's. */
  readonly garpExtraInterface?: GarpExtraInterfaceConfig;
  /** 1 to 100 adverts are missed before a BACKUP takes over. */
  readonly downTimerAdverts: number;
  /** `undefined`: as `strict` says, which is a default of instances too. */
  readonly lowerPrioNoAdvert?: boolean;
  readonly higherPrioSendAdvert: boolean;
  /** `undefined`: as `strict` says. */
  readonly ownerIgnoreAdverts?: boolean;
  readonly mcastGroup4: Ip;
  readonly mcastGroup6: Ip;
  readonly checkUnicastSource: boolean;
  readonly skipCheckAdvertAddresses: boolean;
  readonly strict: boolean;
  readonly v3ChecksumAsV2: boolean;
  readonly notifyPriorityChanges: boolean;
  /** Instances start no earlier than this after the daemon. */
  readonly startupDelay: Micros;
  /** Instances start no earlier than this after the machine. */
  readonly delayAfterBoot: Micros;
  readonly logUnknownVrids: boolean;
  readonly vmacPrefix: string;
  readonly vmacAddressPrefix: string;
  readonly disableLocalIgmp: boolean;
  /** Bytes; or what is multiplied: the interface's MTU or the size of an advert. */
  readonly receiveBuffer?: number | 'MTU' | 'ADVERT';
  readonly receiveBufferMultiplier: number;
}

export interface GarpExtraInterfaceConfig {
  readonly interval: Micros;
  /** Not on VMAC interfaces only. */
  readonly all: boolean;
}

/** The kernel's daemons of connection sync. */
export interface SyncDaemonConfig extends Located {
  readonly interface: string;
  /** `undefined`: master and backup daemon both run all the time. */
  readonly instance?: string;
  /** 0 to 255. */
  readonly syncId: number;
  /** The longest message in bytes; `undefined`: by the interface's MTU. */
  readonly maxLength?: number;
  /** `undefined`: 8848. */
  readonly port?: number;
  /** `undefined`: 1. */
  readonly ttl?: number;
  /** `undefined`: 224.0.0.81. */
  readonly group?: Ip;
}

export interface LvsGlobalConfig {
  /** Seconds; `undefined`: the kernel's are left as they are. */
  readonly timeouts: {
    readonly tcp?: number;
    readonly tcpFin?: number;
    readonly udp?: number;
  };
  /** Default of `log_all_failures`. */
  readonly logAllFailures: boolean;
  /** Notifications of the states that real servers start in. */
  readonly realServerInitNotifies: boolean;
  /** How long servers that leave the configuration keep their connections; services may say theirs. */
  readonly drainTimeout: Micros;
  /** Values under net.ipv4.vs, or `keep`. */
  readonly sysctls: SysctlWishes;
}

export interface MailConfig {
  readonly to: readonly string[];
  /** `undefined`: keepalived@ and the host's name. */
  readonly from?: string;
  readonly server?: MailServerConfig;
  /** `undefined`: the host's name. */
  readonly heloName?: string;
  readonly connectTimeout: Micros;
  /** Defaults of `smtp_alert`; the one of the kind of object, else of all, else no. */
  readonly alert?: boolean;
  readonly alertVrrp?: boolean;
  readonly alertChecker?: boolean;
  /** No mail about faults of instances. */
  readonly noFaults: boolean;
  /** Mail about real servers only when they come or go, not at each check's change. */
  readonly noChecker: boolean;
}

export interface MailServerConfig {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
}

export interface ScriptsConfig {
  /** Who runs scripts without a user of their own; `undefined`: keepalived_script if there is one. */
  readonly user?: ScriptUserConfig;
  /** Scripts of root are not run if others could have written them. */
  readonly security: boolean;
  readonly useSymlinkPaths: boolean;
  readonly supplementaryGroups: boolean;
  readonly startup?: ScriptConfig;
  readonly startupTimeout: Micros;
  readonly shutdown?: ScriptConfig;
  readonly shutdownTimeout: Micros;
}

export interface FifosConfig {
  readonly all?: FifoConfig;
  readonly vrrp?: FifoConfig;
  readonly lvs?: FifoConfig;
  /** VRRP states are written again after a reload. */
  readonly writeStatesOnReload: boolean;
}

export interface ScriptUserConfig {
  readonly user: string;
  /** `undefined`: the user's own. */
  readonly group?: string;
  /** With all groups of the user. */
  readonly supplementaryGroups?: true;
}

/** A named pipe that events are written to, and who reads it. At least one of both is there. */
export interface FifoConfig {
  readonly path?: string;
  readonly user?: string;
  readonly group?: string;
  readonly supplementaryGroups?: true;
  /** Started by the daemon, with the path as its last argument. */
  readonly script?: ScriptConfig;
}

export interface ProcessesConfig {
  readonly vrrp: ProcessConfig;
  readonly checker: ProcessConfig;
  readonly bfd: ProcessConfig;
  /** The highest real-time priority that a late process gives itself; 0: none, -1: none, unsaid. */
  readonly maxAutoPriority: number;
  /** How late it must be. */
  readonly minAutoPriorityDelay: Micros;
}

export interface ProcessConfig {
  /** -20 to 19, as nice(1) counts. */
  readonly priority?: number;
  /** 1 to 99: SCHED_RR. */
  readonly realtimePriority?: number;
  /** RLIMIT_RTTIME. */
  readonly realtimeLimit?: Micros;
  readonly noSwap: boolean;
  /** Numbers of processors, ascending; empty: any. */
  readonly cpus: readonly number[];
}

export interface FirewallConfig {
  /** The table of `no_accept` and of VMAC interfaces. */
  readonly nftables?: { readonly table?: string };
  readonly priority: number;
  readonly counters: boolean;
  readonly ifindex: boolean;
  /** The table that marks the packets of virtual server groups. */
  readonly ipvs?: { readonly table?: string };
  readonly ipvsPriority: number;
  readonly ipvsStartFwmark: number;
}

/** Files that the daemon reads and writes beside its configuration. */
export interface FilesConfig {
  /** Permission bits that new files do not get. */
  readonly umask?: number;
  /** Holds the time of the next reload. */
  readonly reloadTime?: string;
  readonly reloadRepeat: boolean;
  /** Is there while the configuration is read; `''`: in the folder of the pid file. */
  readonly reloadMark?: string;
  /** Where SIGUSR1, SIGUSR2 and the signal for JSON write; a folder ends in a slash. */
  readonly stateDump?: string;
  readonly statsDump?: string;
  readonly jsonDump?: string;
  readonly jsonVersion: 1 | 2;
  /** The names of dumps have the instance and the namespace in them. */
  readonly dataUseInstance: boolean;
}

/** Where the daemon runs, and how it ends. */
export interface PlaceConfig {
  readonly instance?: string;
  readonly usePidDir: boolean;
  readonly netNamespace?: string;
  /** `''`: the default one. */
  readonly netNamespaceIpvs?: string;
  /** How long the other processes may take to exit; absent: the second and a half that a stop usually takes at most. */
  readonly childWait?: Micros;
}
