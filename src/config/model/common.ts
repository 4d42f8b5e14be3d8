/** What every object of the model has. */
import type { Position } from '../text/source.js';

/** Where each value was given, by keyword: for an inherited value the place it comes from, for a default none. */
export type Origins = Readonly<Record<string, Position>>;

/** What every object of the model has. */
export interface Located {
  readonly at: Position;
  readonly origins: Origins;
}

/** A command, split into its words, and who runs it. */
export interface ScriptConfig {
  readonly at: Position;
  /** Program and arguments; never empty. */
  readonly command: readonly string[];
  /** `undefined`: the `script_user` of global_defs. */
  readonly user?: string;
  /** `undefined`: the user's own. */
  readonly group?: string;
  /** With all groups that the user is in. */
  readonly supplementaryGroups?: true;
}
