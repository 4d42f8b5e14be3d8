/** What instances and sync groups follow: scripts, files and processes, and the weights of each. */
import type { Micros } from '../../base/time.js';
import type { Position } from '../text/source.js';
import type { Located, ScriptConfig } from './common.js';

/**
 * One line of `track_interface`, `track_script`, `track_file`, `track_process` or `track_bfd`, with
 * the defaults of what it names filled in.
 */
export interface TrackConfig {
  readonly at: Position;
  /** The interface, or the name of the script, file, process or session. */
  readonly name: string;
  /**
   * 0: FAULT while it is down. Otherwise added to the priority: a positive one while it is up, a
   * negative one while it is down. A file's number is multiplied by it.
   */
  readonly weight: number;
  /** Up counts as down, and down as up; of a file: the product is subtracted. */
  readonly reverse: boolean;
}

/** What is tracked, by kind; a sync group's are tracked by each of its members. */
export interface TracksConfig {
  readonly interfaces: readonly TrackConfig[];
  readonly scripts: readonly TrackConfig[];
  readonly files: readonly TrackConfig[];
  readonly processes: readonly TrackConfig[];
  readonly bfds: readonly TrackConfig[];
}

/** `vrrp_script`. */
export interface TrackScriptConfig extends Located {
  readonly name: string;
  readonly script: ScriptConfig;
  readonly interval: Micros;
  /** A run that takes longer has failed. */
  readonly timeout: Micros;
  /** Of instances that do not give their own: -253 to 253. */
  readonly weight: number;
  readonly reverse: boolean;
  /** So many successes make it up, so many failures down. */
  readonly rise: number;
  readonly fall: number;
  /** It counts as down until it has succeeded. */
  readonly initFail: boolean;
}

/** `track_file`. */
export interface TrackFileConfig extends Located {
  readonly name: string;
  readonly path: string;
  readonly weight: number;
  readonly reverse: boolean;
  /** The number that is written at start: into a file that is not there, or into any. */
  readonly init?: { readonly value: number; readonly overwrite: boolean };
}

/** `vrrp_track_process`. */
export interface TrackProcessConfig extends Located {
  readonly name: string;
  /** The program, by the name of the process or, with `fullCommand`, as its command line begins. */
  readonly program: string;
  readonly parameters: readonly string[];
  /**
   * none: parameters are not looked at; exact: they are these, all of them; partial: these are the
   * first; initial: as exact, and the last may be longer.
   */
  readonly parameterMatch: 'none' | 'exact' | 'partial' | 'initial';
  readonly fullCommand: boolean;
  readonly weight: number;
  readonly reverse: boolean;
  /** It is up with so many matching processes, `quorumMax` at most; without one any number. */
  readonly quorum: number;
  readonly quorumMax?: number;
  /** How long to wait after the quorum is reached, and after it is lost. */
  readonly forkDelay: Micros;
  readonly terminateDelay: Micros;
}
