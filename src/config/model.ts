/**
 * What a configuration means: typed, with defaults filled in by keepalived's rules of inheritance.
 * Durations are microseconds, addresses canonical text. Each object has the place it was written at,
 * and `origins`: where each of its values was given, by keyword - for an inherited value the place
 * it comes from, for a default none.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { Position } from './source.js';

export type Origins = Readonly<Record<string, Position>>;

/** What every object of the model has. */
export interface Located {
  readonly at: Position;
  readonly origins: Origins;
}

export interface Config {
  readonly global: GlobalConfig;
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly instances: readonly InstanceConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
}

/** Gratuitous ARP timing (`garp_*`); pauses of 0 mean: not at all. */
export interface GarpConfig {
  readonly masterDelay: Micros;
  readonly masterRepeat: number;
  readonly masterRefresh: Micros;
  readonly masterRefreshRepeat: number;
  readonly lowerPrioDelay: Micros;
  readonly lowerPrioRepeat: number;
}

export interface GlobalConfig {
  readonly origins: Origins;
  readonly routerId?: string;
  readonly vrrpVersion: 2 | 3;
  readonly garp: GarpConfig;
  readonly syncDaemon?: SyncDaemonConfig;
  readonly lvsFlush: boolean;
  /** all: the whole table; services: those of this configuration, which happens anyway. */
  readonly lvsFlushOnStop: 'no' | 'services' | 'all';
}

export interface SyncDaemonConfig extends Located {
  readonly interface: string;
  readonly instance: string;
  /** 0 to 255. */
  readonly syncId: number;
}

export interface SyncGroupConfig extends Located {
  readonly name: string;
  readonly instances: readonly { readonly name: string; readonly at: Position }[];
}

export interface VirtualAddressConfig {
  readonly at: Position;
  readonly address: Ip;
  readonly prefixLength: number;
  /** `dev`, or the instance's interface. */
  readonly interface: string;
  /** RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host, 255 nowhere. */
  readonly scope: number;
  readonly broadcast?: Ip;
  readonly label?: string;
}

export interface InstanceConfig extends Located {
  readonly name: string;
  readonly interface: string;
  /** 1 to 255. */
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly state: 'MASTER' | 'BACKUP';
  /** 1 to 255. */
  readonly priority: number;
  readonly advertInterval: Micros;
  readonly preempt: boolean;
  readonly preemptDelay: Micros;
  readonly sourceAddress?: Ip;
  readonly authentication?: { readonly type: 'PASS'; readonly password: string };
  readonly virtualAddresses: readonly VirtualAddressConfig[];
  readonly excludedAddresses: readonly VirtualAddressConfig[];
  readonly garp: GarpConfig;
  readonly trackPrimary: boolean;
}

export type Method = 'NAT' | 'DR' | 'TUN';

export type VirtualServerId =
  | {
      readonly kind: 'address';
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly address: Ip;
      /** 0: every port. */
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly family: 4 | 6; readonly fwmark: number };

/** Flags of the scheduler (`ops` apart); which bit `sh-port` is depends on the scheduler. */
export interface ServiceFlags {
  readonly ops: boolean;
  /** flag-1, sh-fallback, mh-fallback. */
  readonly flag1: boolean;
  /** flag-2, sh-port, mh-port. */
  readonly flag2: boolean;
  readonly flag3: boolean;
}

export interface VirtualServerConfig extends Located {
  readonly id: VirtualServerId;
  readonly scheduler: string;
  readonly flags: ServiceFlags;
  /** Seconds; 0: not persistent. */
  readonly persistenceTimeout: number;
  readonly persistencePrefix: number;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly omega: boolean;
  readonly sorryServer?: SorryServerConfig;
  readonly realServers: readonly RealServerConfig[];
}

export interface SorryServerConfig {
  readonly at: Position;
  readonly address: Ip;
  readonly port: number;
  readonly method: Method;
  readonly inhibit: boolean;
}

export interface RealServerConfig extends Located {
  readonly address: Ip;
  readonly port: number;
  readonly method: Method;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly inhibitOnFailure: boolean;
  readonly alpha: boolean;
  readonly checks: readonly CheckConfig[];
}

export interface CheckTimingConfig {
  readonly delayLoop: Micros;
  readonly connectTimeout: Micros;
  readonly retry: number;
  readonly delayBeforeRetry: Micros;
  readonly warmup: Micros;
}

export interface CheckTargetConfig {
  readonly address: Ip;
  readonly port: number;
  readonly bindTo?: Ip;
  readonly bindPort?: number;
  readonly fwmark: number;
}

interface AnyCheckConfig extends Located {
  readonly target: CheckTargetConfig;
  readonly timing: CheckTimingConfig;
  readonly alpha: boolean;
}

export interface TcpCheckConfig extends AnyCheckConfig {
  readonly type: 'TCP_CHECK';
}

export interface HttpCheckConfig extends AnyCheckConfig {
  readonly type: 'HTTP_GET' | 'SSL_GET';
  readonly urls: readonly UrlConfig[];
  readonly httpProtocol: '1.0' | '1.0C' | '1.1';
  readonly enableSni: boolean;
}

export type CheckConfig = TcpCheckConfig | HttpCheckConfig;

export interface UrlConfig extends Located {
  readonly path: string;
  /** Inclusive ranges; empty: any 2xx. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  readonly virtualHost?: string;
}
