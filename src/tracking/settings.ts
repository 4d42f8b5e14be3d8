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

/** `vrrp_track_process NAME`. */
export interface ProcessSettings {
  readonly name: string;
  /** The name of the process, or with `fullCommand` the first word of its command line. */
  readonly program: string;
  readonly parameters: readonly string[];
  /**
   * none: parameters are not looked at; exact: they are these; partial: these are the first;
   * initial: they are these, and the last may be longer.
   */
  readonly parameterMatch: 'none' | 'exact' | 'partial' | 'initial';
  readonly fullCommand: boolean;
  /** It is up with at least so many. */
  readonly quorum: number;
  /** And at most so many; absent: any number. */
  readonly quorumMax?: number;
  /** How long a change must last that more processes bring, or fewer. */
  readonly forkDelay: Micros;
  readonly terminateDelay: Micros;
}

/** Everything that is watched. */
export interface TrackingSettings {
  readonly processes: readonly ProcessSettings[];
  readonly scripts: readonly ScriptSettings[];
  readonly files: readonly FileSettings[];
}
