/** What every object of the model has. */
import type { Position } from '../text/source.js';

/** Where each value was given, by keyword: for an inherited value the place it comes from, for a default none. */
export type Origins = Readonly<Record<string, Position>>;

/** What every object of the model has. */
export interface Located {
  readonly at: Position;
  readonly origins: Origins;
}
