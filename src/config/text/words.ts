/**
 * Text to words and braces, by keepalived's rules:
 *
 * - Words end at white space. `{` and `}` outside double quotes are tokens by themselves, even when
 *   glued to a word; `$` with braces is one piece.
 * - `"..."` is a word by itself, also when it is glued to another one. Nothing is special inside.
 * - The words of scripts, commands and regular expressions are read as a shell reads them: both
 *   kinds of quotes, also around a part of a word only, and escapes: \a \b \E \f \n \r \t \v, \nnn
 *   (up to three octal digits), \xX.. (hexadecimal digits), \cC (control C); any other escaped
 *   character is itself.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Position, TokenSink } from './source.js';

/** Text whose words are read, and what stands where in it. */
export interface Source {
  readonly text: string;
  /** The position of a stretch of the text. */
  at(from: number, to: number): Position;
  /** Whether comments are still in it: then they end what is read. */
  readonly hasComments: boolean;
}

/** What must be known about words; from the grammar tables. */
export interface WordHints {
  /** Whether the words after a keyword are read as a shell does. */
  readsLikeShell(keyword: string): boolean;
  /**
   * A keyword as the one string that all tables have: a large configuration has few keywords and
   * uses each very often. Another word is returned as it is.
   */
  intern(word: string): string;
  /** Whether what follows a keyword must not be shown. */
  isSecret(keyword: string): boolean;
}

/** Where words go and what is asked about them. */
export interface WordReader {
  readonly out: TokenSink;
  readonly sink: Sink;
  readonly hints: WordHints;
}

const SPACE = 0x20;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const DOLLAR = 0x24;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Whether a character separates words; a newline never comes here. */
export function isBlank(code: number): boolean {
  return code === SPACE || (code <= 0x0d && code >= 0x09);
}

/**
 * Reads words up to and with the first brace.
 *
 * @returns where the text goes on after the brace; `stop` if there was none or a comment began.
 */
export function readWords(source: Source, from: number, stop: number, reader: WordReader): number {
  const { text, hasComments } = source;
  const { out, hints } = reader;
  let at = from;
  let isFirst = true;
  let isShell = false;
  while (at < stop) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) {
      at++;
    } else if (code === OPEN || code === CLOSE) {
      if (code === OPEN) out.open(source.at(at, at + 1));
      else out.close(source.at(at, at + 1));
      return at + 1;
    } else if (hasComments && (code === 0x23 || code === 0x21)) {
      return stop;
    } else if (isShell) {
      at = readShellWord(source, at, stop, reader);
    } else if (code === QUOTE) {
      at = readQuoted(source, at, stop, reader);
      isFirst = false;
    } else {
      const end = endOfWord(text, at, stop, hasComments);
      let word = text.slice(at, end);
      if (isFirst) {
        word = hints.intern(word);
        isShell = hints.readsLikeShell(word);
      }
      const where = source.at(at, end);
      if (hasCurlyQuote(text, at, end)) reportCurlyQuote(where, reader.sink);
      out.word({ text: word, at: where });
      isFirst = false;
      at = end;
    }
  }
  return stop;
}

function endOfWord(text: string, from: number, stop: number, hasComments: boolean): number {
  let at = from;
  while (at < stop) {
    const code = text.charCodeAt(at);
    if (code > 0x24) {
      if (code === OPEN || code === CLOSE) break;
    } else if (code === DOLLAR) {
      at = afterParameter(text, at, stop);
      continue;
    } else if (isBlank(code) || code === QUOTE) {
      break;
    } else if (hasComments && (code === 0x23 || code === 0x21)) {
      break;
    }
    at++;
  }
  return at;
}

/** `${...}` is a parameter that is not defined, no block. */
function afterParameter(text: string, at: number, stop: number): number {
  if (text.charCodeAt(at + 1) !== OPEN) return at + 1;
  const close = text.indexOf('}', at);
  return close < 0 || close >= stop ? stop : close + 1;
}

function readQuoted(source: Source, from: number, stop: number, reader: WordReader): number {
  const close = source.text.indexOf('"', from + 1);
  const isClosed = close >= 0 && close < stop;
  const end = isClosed ? close : stop;
  const at = source.at(from, isClosed ? end + 1 : end);
  if (!isClosed) reportQuote('"', at, reader.sink);
  reader.out.word({ text: source.text.slice(from + 1, end), at });
  return isClosed ? end + 1 : stop;
}

function reportQuote(quote: string, at: Position, sink: Sink): void {
  sink.report('CONFIG_UNTERMINATED_QUOTE', at, {
    message: 'a quote is opened here and not closed on this line',
    expected: `a closing ${quote}`,
  });
}

/** Whether a word begins or ends with a quote of a word processor, which quotes nothing. */
function hasCurlyQuote(text: string, from: number, end: number): boolean {
  return isCurlyQuote(text.charCodeAt(from)) || isCurlyQuote(text.charCodeAt(end - 1));
}

function isCurlyQuote(code: number): boolean {
  return code >= 0x2018 && code <= 0x201f;
}

function reportCurlyQuote(at: Position, sink: Sink): void {
  sink.report('CONFIG_BAD_CHARACTER', at, {
    message: 'a typographic quote, which is read as a letter of the word: it quotes nothing',
    expected: '" as on the keyboard',
  });
}

function readShellWord(source: Source, from: number, stop: number, reader: WordReader): number {
  const { text, hasComments } = source;
  let value = '';
  let quote = 0;
  let at = from;
  while (at < stop) {
    const code = text.charCodeAt(at);
    if (code === 0x5c && at + 1 < stop) {
      const resolved = readEscape(text, at + 1, stop);
      value += resolved.text;
      at = resolved.end;
    } else if (quote !== 0) {
      if (code === quote) quote = 0;
      else value += text[at];
      at++;
    } else if (code === QUOTE || code === APOSTROPHE) {
      quote = code;
      at++;
    } else if (code === DOLLAR) {
      const end = afterParameter(text, at, stop);
      value += text.slice(at, end);
      at = end;
    } else if (
      isBlank(code) ||
      code === OPEN ||
      code === CLOSE ||
      (hasComments && (code === 0x23 || code === 0x21))
    ) {
      break;
    } else {
      value += text[at++];
    }
  }
  const where = source.at(from, at);
  if (hasCurlyQuote(text, from, at)) reportCurlyQuote(where, reader.sink);
  if (quote !== 0) reportQuote(String.fromCharCode(quote), where, reader.sink);
  reader.out.word({ text: value, at: where });
  return at;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const HEX = /x[\da-fA-F]+/y;
const OCTAL = /[0-7]{1,3}/y;

export function readEscape(text: string, at: number, stop: number): { text: string; end: number } {
  const char = text[at] as string;
  const simple = SIMPLE_ESCAPES[char];
  if (simple !== undefined) return { text: simple, end: at + 1 };
  HEX.lastIndex = at;
  const hex = HEX.exec(text)?.[0];
  // One byte: of more digits the last two count.
  if (hex) return { text: byte(Number.parseInt(hex.slice(1).slice(-2), 16)), end: at + hex.length };
  OCTAL.lastIndex = at;
  const octal = OCTAL.exec(text)?.[0];
  if (octal) return { text: byte(Number.parseInt(octal, 8)), end: at + octal.length };
  if (char === 'c' && at + 1 < stop) {
    return { text: byte(text.charCodeAt(at + 1) & 0x1f), end: at + 2 };
  }
  return { text: char, end: at + 1 };
}

function byte(value: number): string {
  return String.fromCharCode(value & 0xff);
}
