/** What the checker engine tells of itself: plain data for status, metrics and explanations. */
import type { ServiceId } from '../ipvs/model.js';

export interface CheckSnapshot {
  readonly type: string;
  readonly up: boolean;
  /** The last verdict in words: `connection refused`, `status 500, expected 200`. */
  readonly lastResult: string;
  readonly attempts: number;
  readonly failures: number;
}

export interface RealServerSnapshot {
  readonly address: string;
  readonly port: number;
  readonly alive: boolean;
  /** The weight that is wanted in the table; undefined: it is not in the table. */
  readonly weight?: number;
  readonly checks: readonly CheckSnapshot[];
}

export interface VirtualServerSnapshot {
  readonly id: ServiceId;
  readonly quorumUp: boolean;
  readonly sorryServerActive: boolean;
  readonly realServers: readonly RealServerSnapshot[];
}

export interface CheckerSnapshot {
  readonly generation: number;
  readonly virtualServers: readonly VirtualServerSnapshot[];
  /** What the last reconciliation of the IPVS table could not do. */
  readonly tableErrors: readonly string[];
}
