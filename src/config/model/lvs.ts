/** Virtual servers and real servers. */
import type { Ip } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { CheckConfig } from './checks.js';
import type { Located, ScriptConfig } from './common.js';

export type Method = 'NAT' | 'DR' | 'TUN' | 'FULLNAT';

/** The tunnel of `TUN`, if it is not plain IPIP. */
export interface TunnelConfig {
  readonly type: 'gue' | 'gre';
  /** The UDP port of GUE. */
  readonly port?: number;
  /** `remcsum`: remote checksum offload, GUE only. */
  readonly checksum: 'nocsum' | 'csum' | 'remcsum';
}

/** Both ends are included and of one family. */
export interface AddressRangeConfig {
  readonly first: Ip;
  readonly last: Ip;
}

/** How packets reach a destination. */
export interface ForwardingConfig {
  readonly method: Method;
  readonly tunnel?: TunnelConfig;
  /** FULLNAT: where connections come from; `undefined`: the outgoing interface's address. */
  readonly snat?: AddressRangeConfig;
}

type Protocol = 'TCP' | 'UDP' | 'SCTP';

export type VirtualServerId =
  | {
      readonly kind: 'address';
      readonly protocol: Protocol;
      readonly address: Ip;
      /** 0: every port. */
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly family: 4 | 6; readonly fwmark: number }
  | {
      readonly kind: 'group';
      /** A virtual_server_group. */
      readonly group: string;
      /** Of the group's addresses; `undefined`: it has marks only, which take every protocol. */
      readonly protocol?: Protocol;
      /** Of the group's marks that do not say theirs. */
      readonly family: 4 | 6;
    };

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
  /** An IPv4 mask that is no prefix, for example 255.0.255.0; persistencePrefix is 32 then. */
  readonly persistenceMask?: Ip;
  readonly persistenceEngine?: string;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly quorumUp?: ScriptConfig;
  readonly quorumDown?: ScriptConfig;
  readonly omega: boolean;
  /** How long real servers that leave the configuration keep their connections. */
  readonly drainTimeout: Micros;
  /** Checks rest while the service's address is not here. */
  readonly haSuspend: boolean;
  readonly smtpAlert: boolean;
  readonly sorryServer?: SorryServerConfig;
  readonly realServers: readonly RealServerConfig[];
}

export interface SorryServerConfig extends ForwardingConfig {
  readonly at: Position;
  readonly address: Ip;
  readonly port: number;
  readonly inhibit: boolean;
}

export interface RealServerConfig extends Located, ForwardingConfig {
  readonly address: Ip;
  readonly port: number;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly inhibitOnFailure: boolean;
  readonly alpha: boolean;
  readonly smtpAlert: boolean;
  readonly notifyUp?: ScriptConfig;
  readonly notifyDown?: ScriptConfig;
  readonly checks: readonly CheckConfig[];
}

/** Addresses and marks that are balanced as one service. */
export interface VirtualServerGroupConfig extends Located {
  readonly name: string;
  readonly entries: readonly GroupEntryConfig[];
}

export type GroupEntryConfig =
  | (AddressRangeConfig & {
      readonly kind: 'addresses';
      readonly at: Position;
      /** 0: every port. */
      readonly port: number;
    })
  | {
      readonly kind: 'fwmark';
      readonly at: Position;
      readonly fwmark: number;
      /** `undefined`: that of the virtual server. */
      readonly family?: 4 | 6;
    };

/** `SSL`: files that SSL_GET uses. */
export interface SslConfig extends Located {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly password?: string;
}
