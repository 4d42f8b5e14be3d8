/**
 * Lines of canonical text, each with the place that its value comes from: what `dump` writes and
 * `tandem config show` annotates.
 */
import type { Micros } from '../../base/time.js';
import { toSeconds } from '../../base/time.js';
import type { Origins } from '../model/index.js';
import type { Position } from '../text/source.js';

export interface Line {
  /** Words as they are written, without a brace. */
  readonly text: string;
  /** Where the value was given; `undefined`: it is a default. */
  readonly from: Position | undefined;
  /** The lines of a block; `undefined`: no block. */
  readonly body?: readonly Line[];
}

/** What origins are looked up in. */
interface HasOrigins {
  readonly origins: Origins;
}

/** A keyword and its values; its place is the object's origin of that keyword. */
export function line(
  object: HasOrigins,
  keyword: string,
  ...values: readonly (string | number)[]
): Line {
  return { text: [keyword, ...values].join(' '), from: object.origins[keyword] };
}

/** As {@link line} with one text, quoted as needed; nothing for `undefined`. */
export function optional(
  object: HasOrigins,
  keyword: string,
  value: string | number | undefined,
): Line[] {
  if (value === undefined) return [];
  return [line(object, keyword, typeof value === 'string' ? quote(value) : value)];
}

/** As {@link line}, if `on`. */
export function flag(
  on: boolean,
  object: HasOrigins,
  keyword: string,
  ...values: readonly (string | number)[]
): Line[] {
  return on ? [line(object, keyword, ...values)] : [];
}

/** `keyword yes` or `keyword no`. */
export function yesNo(object: HasOrigins, keyword: string, value: boolean): Line {
  return line(object, keyword, value ? 'yes' : 'no');
}

/** As {@link yesNo}, nothing for a default: of what is planned it would only bring warnings. */
export function givenYesNo(object: HasOrigins, keyword: string, value: boolean): Line[] {
  return object.origins[keyword] ? [yesNo(object, keyword, value)] : [];
}

/** A block at the place of its keyword. */
export function block(text: string, from: Position | undefined, body: readonly Line[]): Line {
  return { text, from, body };
}

/** As {@link block}, nothing for an empty one. */
export function blockUnlessEmpty(
  text: string,
  from: Position | undefined,
  body: readonly Line[],
): Line[] {
  return body.length === 0 ? [] : [block(text, from, body)];
}

/** Microseconds as decimal seconds; never in exponent form. */
export function seconds(micros: Micros): string {
  return toSeconds(micros)
    .toFixed(6)
    .replace(/\.?0+$/, '');
}

/** A word as it must be written to be read as this text. No word that was read has a `"` in it. */
export function quote(text: string): string {
  return /^[^\s#!{}"$@~\p{C}\\]+$/u.test(text) ? text : `"${text}"`;
}

/** As {@link quote}, for words that are read as a shell reads them. */
export function quoteForShell(text: string): string {
  if (text !== '' && /^[^\s#!{}"'\\$@~\p{C}]+$/u.test(text)) return text;
  let inner = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    // Octal, because its three digits end by themselves; $, @ and ~ begin what preprocessing takes.
    if (code < 0x20 || code === 0x7f || '$@~'.includes(char)) {
      inner += `\\${code.toString(8).padStart(3, '0')}`;
    } else {
      inner += char === '"' || char === '\\' ? `\\${char}` : char;
    }
  }
  return `"${inner}"`;
}

/**
 * Lines to text, four columns a level.
 *
 * @param note what stands behind a line, `''` for nothing.
 */
export function renderLines(
  lines: readonly Line[],
  note: (line: Line) => string = () => '',
  depth = 0,
): string {
  const indent = '    '.repeat(depth);
  let text = '';
  for (const entry of lines) {
    const own = `${indent}${entry.text}${entry.body ? ' {' : ''}`;
    text += `${own}${note({ ...entry, text: own })}\n`;
    if (entry.body) text += `${renderLines(entry.body, note, depth + 1)}${indent}}\n`;
  }
  return text;
}
