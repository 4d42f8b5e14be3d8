/** What the engine tells of itself: plain data for status, metrics and explanations. */
import type { Ip } from '../base/ip.js';
import type { InstanceState } from './effects.js';

export interface InstanceSnapshot {
  readonly name: string;
  readonly state: InstanceState;
  /** Why it is in this state: a sentence. */
  readonly reason: string;
  /** Microseconds since the last transition. */
  readonly inStateFor: number;
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly effectivePriority: number;
  /** The interval in force, µs: in version 3 a backup's is its master's. */
  readonly advertInterval: number;
  readonly addresses: readonly Ip[];
  readonly lastAdvert?: {
    readonly source: Ip;
    readonly priority: number;
    /** Microseconds ago. */
    readonly ago: number;
  };
  readonly advertsSent: number;
  readonly advertsReceived: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  /** Packets of this instance's VRID that were rejected, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
}

export interface VrrpSnapshot {
  readonly generation: number;
  readonly instances: readonly InstanceSnapshot[];
  readonly syncGroups: readonly { readonly name: string; readonly state: InstanceState }[];
  /** Packets that belong to no instance of ours, by reason (unknown VRID, too short …). */
  readonly rejected: Readonly<Record<string, number>>;
}
