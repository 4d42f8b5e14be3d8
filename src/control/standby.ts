/** What `tandem failover` and `tandem failback` ask of the daemon, and what it answers. */
import type { Micros } from '../base/time.js';

export interface StandbyRequest {
  /** Instances or sync groups; a member stands for its whole group. */
  readonly names: readonly string[];
  /** true: another node is to be MASTER; false: this one may be again. */
  readonly on: boolean;
  /** When whoever is still MASTER resigns, seconds; by default when every backup had its chance. */
  readonly deadlineSeconds?: number;
}

export interface StandbyAnswer {
  /** The instances that are concerned, with their groups. */
  readonly instances: readonly string[];
  /** From now, µs; 0 for `on: false`. */
  readonly deadline: Micros;
  /** Names that the configuration in force does not have: then nothing was done. */
  readonly unknown: readonly string[];
}
