/**
 * `include` and its variants: how they are written, and what is wrong when files are not there. What
 * is an error is for the writer to say: by the variant, or by `include_check` for all.
 */

import type { Sink } from '../diagnostics/diagnostics.js';
import { trimBlanksEnd } from './blanks.js';
import type { Matches } from './files.js';
import type { Position } from './source.js';

/** The checks of `include_check`, as bits. */
export const CHECK = { readable: 1, match: 2, wildcardMatch: 4, braceMatch: 8 } as const;
const ALL = CHECK.readable | CHECK.match | CHECK.wildcardMatch | CHECK.braceMatch;

/** What each variant adds to the checks in force. */
const VARIANTS: Readonly<Record<string, number>> = {
  include: 0,
  includer: CHECK.readable,
  includem: CHECK.readable | CHECK.match,
  includew: CHECK.readable | CHECK.match | CHECK.wildcardMatch,
  includeb: CHECK.readable | CHECK.braceMatch,
  includea: ALL,
};

/** The options of `include_check`; `read` is what keepalived's own parser calls `readable`. */
export const CHECK_OPTIONS: Readonly<Record<string, number>> = {
  readable: CHECK.readable,
  read: CHECK.readable,
  match: CHECK.match,
  wildcard_match: CHECK.wildcardMatch,
  brace_match: CHECK.braceMatch,
};

export interface IncludeLine {
  readonly keyword: string;
  /** What the variant checks. */
  readonly checks: number;
  /** The pattern as it is written, up to the end of the line; may be empty. */
  readonly pattern: string;
  /** Where the pattern begins in the text. */
  readonly from: number;
}

const INCLUDE = /^(include[rmwba]?)(?:[ \t\f\v]+(.*))?$/;

/** Takes an include line apart; `undefined` if it is none. */
export function parseInclude(text: string): IncludeLine | undefined {
  if (!text.startsWith('include')) return undefined;
  const match = INCLUDE.exec(text);
  if (!match) return undefined;
  const [, keyword = '', pattern = ''] = match;
  const from = text.length - pattern.length;
  return { keyword, checks: VARIANTS[keyword] ?? 0, pattern: trimBlanksEnd(pattern), from };
}

/**
 * The checks after an `include_check` line: words alone set them (with `readable`), `+` adds, `-`
 * takes away; no words are all of them. The grammar says what is wrong with a word.
 */
export function nextChecks(current: number, words: readonly string[]): number {
  if (words.length === 0) return ALL;
  let checks = current;
  words.forEach((word, i) => {
    const sign = word[0] === '+' || word[0] === '-' ? word[0] : '';
    const bit = CHECK_OPTIONS[word.slice(sign.length)] ?? 0;
    if (sign === '+') checks |= bit;
    else if (sign === '-') checks &= ~bit;
    else if (i === 0) checks = bit === 0 ? 0 : CHECK.readable | bit;
  });
  return checks;
}

/**
 * Says what is wrong with what a pattern names.
 *
 * @param checks those in force, the variant's included.
 * @returns the files to read.
 */
export function checkMatches(
  pattern: string,
  { files, missing }: Matches,
  checks: number,
  at: Position,
  sink: Sink,
): readonly string[] {
  const hasBraces = pattern.includes('{');
  if (files.length === 0) {
    const isWild = /[*?[]/.test(pattern);
    const check =
      missing.length === 0 ? CHECK.wildcardMatch : hasBraces ? CHECK.braceMatch : CHECK.match;
    const isError = (checks & check) !== 0;
    const quoted = /["']/.test(pattern) ? '; quotes are part of the name here' : '';
    sink.report('CONFIG_INCLUDE_NO_MATCH', at, {
      message: `no file matches '${pattern}'${quoted}: nothing is included`,
      severity: isError ? 'error' : isWild ? 'info' : 'warning',
    });
    return [];
  }
  if (missing.length === 0) return files;
  const isError = (checks & CHECK.braceMatch) !== 0;
  sink.report('CONFIG_INCLUDE_NO_MATCH', at, {
    message: `'${missing.join("', '")}' of '${pattern}' is not there: ${isError ? 'nothing' : 'only the rest'} is included`,
    severity: isError ? 'error' : 'warning',
  });
  return isError ? [] : files;
}
