/** A line of a file as it can be shown on a terminal, with a caret that stands under its text. */

/** Columns of a shown line, at most. */
const MAX_WIDTH = 120;
/** Columns shown before the caret of a line that is cut. */
const BEFORE = 50;

/**
 * Control characters as pictures, so that they neither move the cursor nor hide: each takes one
 * column as before. Tabs stay. Invisible and direction-changing characters become a mark.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => {
    const code = char.charCodeAt(0);
    if (char === '\t') return char;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd'.repeat(char.length);
  });
}

/** A stretch of a line around what is pointed at. */
export interface Excerpt {
  readonly text: string;
  /** Where the pointed-at text begins in it, from 1. */
  readonly column: number;
  /** How many columns of it are shown, at least 1. */
  readonly length: number;
}

/** Cuts a line to what fits, with `…` where something is left out. */
export function cutAround(line: string, column: number, length: number): Excerpt {
  const within = (start: number, shown: number): number =>
    Math.max(1, Math.min(length, start + shown - (column - 1)));
  if (line.length <= MAX_WIDTH) {
    return { text: line, column, length: within(0, line.length) };
  }
  const at = Math.min(column - 1, line.length);
  const from = Math.max(0, Math.min(at - BEFORE, line.length - MAX_WIDTH));
  const to = Math.min(line.length, from + MAX_WIDTH);
  const before = from > 0 ? '…' : '';
  const after = to < line.length ? '…' : '';
  return {
    text: before + line.slice(from, to) + after,
    column: column - from + before.length,
    length: within(from, to - from),
  };
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Blanks as wide as a text is on a terminal; tabs are kept, so that they end at the same stops. */
export function marginOf(text: string): string {
  let margin = '';
  for (const char of text) {
    if (char === '\t') margin += char;
    else if (WIDE.test(char)) margin += '  ';
    else if (!/\p{M}/u.test(char)) margin += ' ';
  }
  return margin;
}
