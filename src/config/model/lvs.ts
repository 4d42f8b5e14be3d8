/** Virtual servers and real servers. */
import type { Ip } from '../../base/ip.js';
import type { Position } from '../text/source.js';
import type { CheckConfig } from './checks.js';
import type { Located } from './common.js';

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
