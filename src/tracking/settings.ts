/**
 * What is watched for the instances that track it: value types made from the configuration model.
 * Times are microseconds.
 */
import type { Micros } from '../base/time.js';

/** A program, its arguments and who runs it. */
export interface CommandSettings {
  readonly words: readonly [string, ...string[]];
  /** Without it: as the daemon itself. */
  readonly user?: {
    readonly uid: number;
    readonly gid: number;
    /** The user's supplementary groups too; otherwise there are none. */
    readonly supplementaryGroups: boolean;
  };
}

/** `vrrp_script NAME`. */
export interface ScriptSettings {
  readonly name: string;
  readonly command: CommandSettings;
  /** From one start to the next. */
  readonly interval: Micros;
  /** A run that takes longer has failed, and its process group is ended. */
  readonly timeout: Micros;
  /** Good results in a row that make it up, at least 1. */
  readonly rise: number;
  /** Failures in a row that make it down, at least 1. */
  readonly fall: number;
  /** `init_fail`: down until it has risen. */
  readonly initFail: boolean;
}

/** `track_file NAME`: a file that holds a number. */
export interface FileSettings {
  readonly name: string;
  readonly path: string;
  /** Written when it begins to be watched: into a file that is not there, or into any. */
  readonly init?: { readonly value: number; readonly overwrite: boolean };
}

/** Everything that is watched. */
export interface TrackingSettings {
  readonly scripts: readonly ScriptSettings[];
  readonly files: readonly FileSettings[];
}
