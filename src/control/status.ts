/** What the daemon answers to "how are you": plain data, stable for scripts (`tandem status --json`). */
import type { CheckerSnapshot } from '../checker/snapshot.js';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';
import type { Transition } from './history.js';

/** An object of the configuration that is left out. */
export interface NotRunStatus {
  readonly kind: 'vrrp_instance' | 'virtual_server';
  readonly name: string;
  /** What this version lacks for it, in the configuration's words. */
  readonly needs: readonly string[];
}

/** The answer to a request for a reload: which one it is, see {@link DaemonStatus.lastReload}. */
export interface ReloadAnswer {
  readonly number: number;
}

export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly configFile: string;
  /** `instance` and `net_namespace` of the configuration that it was started with. */
  readonly instance?: string;
  readonly netNamespace?: string;
  /** Counts the configurations that were put in force, from 1. */
  readonly generation: number;
  /** Every process has the generation in force. */
  readonly ready: boolean;
  readonly lastReload?: {
    /** Counts the reloads that were asked for, from 1. */
    readonly number: number;
    readonly at: string;
    readonly accepted: boolean;
    readonly problems: readonly string[];
  };
  readonly processes: readonly {
    readonly role: string;
    /** Missing while it is not running. */
    readonly pid?: number;
    readonly restarts: number;
  }[];
  readonly notRun: readonly NotRunStatus[];
  /** Missing when there is no such process or it does not answer. */
  readonly vrrp?: VrrpSnapshot;
  readonly checker?: CheckerSnapshot;
  /** The last transitions of each instance, the oldest first. */
  readonly transitions: Readonly<Record<string, readonly Transition[]>>;
}
