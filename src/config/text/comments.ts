/**
 * A line of a file as keepalived takes it: without comment, without blanks around it, `\#` and `\!`
 * outside of double quotes as the plain character.
 */
import type { Line, Piece } from './line.js';
import { isBlank } from './words.js';

/**
 * Takes away what is no configuration in a line.
 *
 * @param from where to begin in `text`; `stop` is behind the end of the line.
 * @param lineStart where the line begins, for the columns.
 * @returns the line; a backslash at the very end stays, even behind a comment: it continues a
 *   definition.
 */
export function stripLine(
  file: string,
  lineNumber: number,
  text: string,
  from: number,
  stop: number,
  lineStart: number,
): Line {
  let start = from;
  while (start < stop && isBlank(text.charCodeAt(start))) start++;
  const pieces: Piece[] = [];
  let value = '';
  let plainFrom = start;
  let isQuoted = false;
  let comment = -1;
  let isContinued = false;
  const keep = (to: number): void => {
    if (to <= plainFrom) return;
    pieces.push({
      start: value.length,
      file,
      line: lineNumber,
      column: plainFrom - lineStart + 1,
      use: undefined,
    });
    value += text.slice(plainFrom, to);
  };
  for (let at = start; at < stop; at++) {
    const char = text[at];
    if (char === '"') {
      if (comment < 0) isQuoted = !isQuoted;
    } else if (char === '\\') {
      if (at + 1 === stop) {
        isContinued = true;
      } else if (!isQuoted && comment < 0 && (text[at + 1] === '#' || text[at + 1] === '!')) {
        keep(at);
        plainFrom = at + 1;
      }
      at++;
    } else if ((char === '#' || char === '!') && !isQuoted && comment < 0) {
      comment = at;
    }
  }
  let end = comment >= 0 ? comment : isContinued ? stop - 1 : stop;
  while (end > plainFrom && isBlank(text.charCodeAt(end - 1))) end--;
  keep(end);
  if (isContinued) {
    plainFrom = stop - 1;
    keep(stop);
  }
  if (pieces.length === 0) {
    pieces.push({
      start: 0,
      file,
      line: lineNumber,
      column: start - lineStart + 1,
      use: undefined,
    });
  }
  return { text: value, pieces };
}
