/**
 * A bounded rate for log lines that packets can cause: the first of a kind is logged, later ones
 * are counted until the pause is over, and the next line tells how many were left out.
 */
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';

/** The pause between two lines of one kind. */
export const LOG_PAUSE: Micros = 10 * MICROS_PER_SECOND;

interface Entry {
  at: Micros;
  suppressed: number;
}

/** Bounded by the number of kinds, which are literals in the code. */
export type LogLimit = Map<string, Entry>;

/**
 * Asks for permission to log.
 *
 * @returns how many lines of this kind were left out since the last one, or `undefined`: be quiet.
 */
export function admit(limit: LogLimit, kind: string, at: Micros): number | undefined {
  const entry = limit.get(kind);
  if (!entry) {
    limit.set(kind, { at, suppressed: 0 });
    return 0;
  }
  if (at - entry.at < LOG_PAUSE) {
    entry.suppressed++;
    return undefined;
  }
  const { suppressed } = entry;
  entry.at = at;
  entry.suppressed = 0;
  return suppressed;
}

/** ` (N more like it)` for a line that follows suppressed ones. */
export function suppressedNote(suppressed: number): string {
  return suppressed > 0 ? ` (and ${suppressed} more since the last such line)` : '';
}
