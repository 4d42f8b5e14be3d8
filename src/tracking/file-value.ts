/** The number in a tracked file (keepalived.conf(5), `track_file`). */

/** Longer files hold no number; what comes after the number is not looked at. */
export const MAX_FILE_BYTES = 64;

/** keepalived keeps values within what any weight can make of a priority. */
const LARGEST = 254;

/**
 * Reads the number at the beginning of a file's text: blanks, a sign, decimal digits.
 *
 * @returns the number, at most 254 and at least -254; 0 for an empty file, `undefined` for text
 *   that begins with something else.
 */
export function fileValue(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  const found = /^[+-]?\d+(?=\s|$)/.exec(trimmed);
  if (!found) return undefined;
  return Math.max(-LARGEST, Math.min(LARGEST, Number(found[0]))) + 0;
}
