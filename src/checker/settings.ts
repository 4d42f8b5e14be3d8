/**
 * What the checker process is told to do: value types only, made from the configuration model by
 * `process/settings.ts`.
 */
import type { Family, Ip } from '../base/ip.js';
import type { SysctlWishes } from '../base/ipvs-sysctls.js';
import type { List } from '../base/list.js';
import type { Micros } from '../base/time.js';
import type { ForwardingMethod, ServiceId, Tunnel } from '../ipvs/model.js';

/** Timing and outcome rules that every kind of check has. */
export interface CheckTiming {
  /** Pause between the end of one attempt and the next while nothing fails. */
  readonly delayLoop: Micros;
  /** One total deadline of an attempt: connect, handshake, request and whole answer. */
  readonly connectTimeout: Micros;
  /** Failures in a row, after the first, before the server counts as failed. */
  readonly retry: number;
  readonly delayBeforeRetry: Micros;
  /** The first check starts at a random moment within this span. */
  readonly warmup: Micros;
}

/** Where a check connects to and from. */
export interface CheckTarget {
  readonly address: Ip;
  readonly port: number;
  readonly bindTo?: Ip;
  readonly bindPort?: number;
  /** SO_MARK; 0: none. */
  readonly fwmark: number;
}

export interface UrlCheck {
  readonly path: string;
  /** Inclusive ranges; empty: any 2xx. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[];
  /** MD5 of the body, 32 lower-case hexadecimal digits. */
  readonly digest?: string;
  /** The Host header, and with SSL_GET and `enable_sni` the server name. */
  readonly virtualHost?: string;
}

export type CheckSettings =
  | { readonly type: 'TCP_CHECK'; readonly target: CheckTarget; readonly timing: CheckTiming }
  | {
      readonly type: 'HTTP_GET' | 'SSL_GET';
      readonly target: CheckTarget;
      readonly timing: CheckTiming;
      /** All must be good; tried one after the other. */
      readonly urls: readonly UrlCheck[];
      readonly httpProtocol: '1.0' | '1.0C' | '1.1';
      readonly enableSni: boolean;
    };

/** FULLNAT: NAT whose connections come from here. */
export interface SourceNat {
  /** An address of it; without it the outgoing interface's. Both ends are included. */
  readonly pool?: { readonly first: Ip; readonly last: Ip };
}

export interface RealServerSettings {
  readonly address: Ip;
  readonly port: number;
  readonly method: ForwardingMethod;
  /** Of `TUN`; absent: IPIP. */
  readonly tunnel?: Tunnel;
  readonly sourceNat?: SourceNat;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** A failed server stays in the table with weight 0. */
  readonly inhibitOnFailure: boolean;
  /** It is out of service until its checks have succeeded once. */
  readonly alpha: boolean;
  readonly checks: readonly CheckSettings[];
}

export interface SorryServerSettings {
  readonly address: Ip;
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly sourceNat?: SourceNat;
  /** `sorry_server_inhibit`: it is in the table always, with weight 0 until needed. */
  readonly inhibit: boolean;
}

/** A `virtual_server_group`, balanced with one protocol; with none it has firewall marks only. */
export interface GroupId {
  readonly kind: 'group';
  readonly group: string;
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  /** Of persistence masks. */
  readonly family: Family;
}

export type VirtualServerId = ServiceId | GroupId;

/** A part of a group: addresses from the first to the last, both included, or a mark. */
export type GroupMember =
  | {
      readonly kind: 'addresses';
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly first: Ip;
      readonly last: Ip;
      /** 0: every port. */
      readonly port: number;
    }
  | Extract<ServiceId, { kind: 'fwmark' }>;

export interface VirtualServerSettings {
  readonly id: VirtualServerId;
  /** Of a group what it is made of: each address and mark is a service of the kernel. */
  readonly members?: readonly GroupMember[];
  readonly scheduler: string;
  readonly flags: number;
  readonly persistenceTimeout: number;
  readonly persistencePrefix: number;
  /** An IPv4 mask with holes, which counts instead. */
  readonly persistenceMask?: number;
  readonly persistenceEngine?: string;
  /** Total weight of living servers at which the service counts as up. */
  readonly quorum: number;
  readonly hysteresis: number;
  /** `omega`: on shutdown the quorum counts as lost. */
  readonly omega: boolean;
  /** How long a server that leaves the configuration may keep its connections; 0 or absent: not. */
  readonly drainTimeout?: Micros;
  readonly sorryServer?: SorryServerSettings;
  readonly realServers: List<RealServerSettings>;
}

/** Rules that give packets to the addresses of groups their marks. */
export interface MarkSettings {
  /** The nftables table. */
  readonly table: string;
  readonly priority: number;
  readonly rules: readonly {
    readonly mark: number;
    readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    readonly first: Ip;
    readonly last: Ip;
    /** 0: every port. */
    readonly port: number;
  }[];
}

/** Everything the checker process needs to know of one configuration. */
export interface CheckerSettings {
  readonly virtualServers: readonly VirtualServerSettings[];
  /** The same limit for services of which only the table tells: an earlier process left them. */
  readonly drainTimeout?: Micros;
  /** Values of net.ipv4.vs that the configuration says. */
  readonly sysctls?: SysctlWishes;
  /** The sync daemon's instance says for all virtual addresses who is MASTER. */
  readonly syncFollowsAll?: boolean;
  /** `rs_init_notifies`: servers that start in service are told of. */
  readonly initNotifies?: true;
  /** `lvs_flush`: clear the whole table at start, foreign services too. */
  readonly flushAtStart: boolean;
  /** `lvs_flush_onstop`: at shutdown clear the whole table, foreign services too. */
  readonly flushAtStop: boolean;
  /** At shutdown the table stays as it is, and what belongs to it. */
  readonly keepsTable?: true;
  /** `lvs_timeouts`, seconds; what is missing stays as it is. */
  readonly timeouts?: { readonly tcp?: number; readonly tcpFin?: number; readonly udp?: number };
  /** `nftables_ipvs`: rules that mark packets for services of groups. */
  readonly marks?: MarkSettings;
  /** `net_namespace_ipvs`: where the table is; absent: with the process. */
  readonly ipvsNamespace?: string;
}
