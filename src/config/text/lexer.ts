/**
 * Text to tokens: words, braces and line ends. The rules are keepalived's:
 *
 * - `#` and `!` start a comment anywhere outside quotes, even inside a word.
 * - `{` and `}` outside quotes are tokens by themselves, even when glued to a word.
 * - A word may be partly quoted with " or '; both kinds know escapes; no quote spans lines.
 * - A line that begins with `@ID` stands only where the config-id is ID, one that begins with `@^ID`
 *   only where it is not; otherwise it is as if it were not there, its braces too.
 * - Escapes, in and out of quotes: \a \b \E \f \n \r \t \v, \nnn (up to three octal digits),
 *   \xX.. (hexadecimal digits), \cC (control C); any other escaped character is itself.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Position, Token } from './source.js';

/** Keywords whose arguments are file patterns: there braces are part of the word. */
export const INCLUDE_WORDS: ReadonlySet<string> = new Set([
  'include',
  'includer',
  'includem',
  'includew',
  'includeb',
  'includea',
]);

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

/**
 * Splits the text of one file into tokens.
 *
 * @param file the name that positions carry.
 * @param sink receives CONFIG_UNTERMINATED_QUOTE, CONFIG_BAD_CHARACTER and CONFIG_PLANNED (for
 *   definitions of parameters and `~SEQ`, which the preprocessing stage will take).
 * @param configId what `@ID` is compared with (`tandemd -i`, or the host's name); without one no
 *   `@ID` matches.
 * @returns the tokens, always closed by an `end`.
 */
export function lex(file: string, text: string, sink: Sink, configId?: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let start = 0;
  while (start <= text.length) {
    let stop = text.indexOf('\n', start);
    if (stop < 0) stop = text.length;
    lexLine(file, line, text, start, stop, tokens, sink, configId);
    start = stop + 1;
    line++;
  }
  return tokens;
}

function lexLine(
  file: string,
  line: number,
  text: string,
  start: number,
  stop: number,
  tokens: Token[],
  sink: Sink,
  configId: string | undefined,
): void {
  const position = (from: number, to: number): Position => ({
    file,
    line,
    column: from - start + 1,
    length: Math.max(1, to - from),
  });
  const firstToken = tokens.length;
  let inInclude = false;
  let at = afterCondition(text, start, stop, configId);
  while (at < stop) {
    const char = text[at] as string;
    if (isSpace(char)) {
      at++;
    } else if (char === '#' || char === '!') {
      break;
    } else if (!inInclude && (char === '{' || char === '}')) {
      tokens.push({ kind: char === '{' ? 'open' : 'close', at: position(at, at + 1) });
      at++;
    } else {
      const from = at;
      const word = readWord(text, at, stop, inInclude);
      at = word.end;
      const where = position(from, at);
      if (word.problem === 'quote') {
        sink.report('CONFIG_UNTERMINATED_QUOTE', where, {
          message: 'a quote is opened here and not closed on this line',
          expected: `a closing ${word.quote}`,
        });
      }
      if (word.problem === 'nul') {
        sink.report('CONFIG_BAD_CHARACTER', where, {
          message: 'a NUL character in a word: is this a text file?',
        });
      }
      const isFirst = tokens.length === firstToken;
      const planned = plannedSyntax(text.slice(from, at), isFirst);
      if (planned) {
        sink.report('CONFIG_PLANNED', where, { message: `${planned} not read yet` });
        // What a condition or a parameter would make of the line is not known: skip it whole.
        tokens.length = firstToken;
        break;
      }
      tokens.push({ kind: 'word', text: word.text, at: where });
      if (isFirst && INCLUDE_WORDS.has(word.text)) inInclude = true;
    }
  }
  tokens.push({ kind: 'end', at: position(stop, stop) });
}

/** Where a line's text begins after its condition; its end if the condition does not hold. */
function afterCondition(
  text: string,
  start: number,
  stop: number,
  configId: string | undefined,
): number {
  let at = start;
  while (at < stop && isSpace(text[at] as string)) at++;
  if (text[at] !== '@') return at;
  const isNegated = text[at + 1] === '^';
  const from = at + (isNegated ? 2 : 1);
  for (at = from; at < stop && !isSpace(text[at] as string); ) at++;
  const isSame = configId !== undefined && text.slice(from, at) === configId;
  return isSame === isNegated ? stop : at;
}

interface ReadWord {
  readonly text: string;
  readonly end: number;
  readonly problem: 'quote' | 'nul' | undefined;
  readonly quote: string;
}

function readWord(text: string, from: number, stop: number, bracesAreText: boolean): ReadWord {
  let value = '';
  let quote = '';
  let at = from;
  let plainFrom = from;
  while (at < stop) {
    const char = text[at] as string;
    if (char === '\\' && at + 1 < stop) {
      value += text.slice(plainFrom, at);
      const resolved = readEscape(text, at + 1, stop);
      value += resolved.text;
      at = resolved.end;
      plainFrom = at;
    } else if (quote !== '') {
      if (char === quote) {
        value += text.slice(plainFrom, at);
        quote = '';
        plainFrom = at + 1;
      }
      at++;
    } else if (char === '"' || char === "'") {
      value += text.slice(plainFrom, at);
      quote = char;
      at++;
      plainFrom = at;
    } else if (char === '$' && text[at + 1] === '{') {
      // A parameter, not a block: kept whole for the preprocessing stage.
      const close = text.indexOf('}', at);
      at = close < 0 || close >= stop ? stop : close + 1;
    } else if (
      isSpace(char) ||
      char === '#' ||
      char === '!' ||
      (!bracesAreText && (char === '{' || char === '}'))
    ) {
      break;
    } else {
      at++;
    }
  }
  value += text.slice(plainFrom, at);
  const problem = quote !== '' ? 'quote' : value.includes('\0') ? 'nul' : undefined;
  return { text: value, end: at, problem, quote };
}

function readEscape(text: string, at: number, stop: number): { text: string; end: number } {
  const char = text[at] as string;
  const simple = SIMPLE_ESCAPES[char];
  if (simple !== undefined) return { text: simple, end: at + 1 };
  if (char === 'x') {
    let end = at + 1;
    while (end < stop && /[0-9a-f]/i.test(text[end] as string)) end++;
    if (end === at + 1) return { text: 'x', end };
    return {
      text: String.fromCharCode(
        Number.parseInt(text.slice(end - 2 > at ? end - 2 : at + 1, end), 16),
      ),
      end,
    };
  }
  if (char >= '0' && char <= '7') {
    let end = at;
    while (
      end < stop &&
      end < at + 3 &&
      (text[end] as string) >= '0' &&
      (text[end] as string) <= '7'
    )
      end++;
    return { text: String.fromCharCode(Number.parseInt(text.slice(at, end), 8) & 0xff), end };
  }
  if (char === 'c' && at + 1 < stop) {
    return { text: String.fromCharCode(text.charCodeAt(at + 1) & 0x1f), end: at + 2 };
  }
  return { text: char, end: at + 1 };
}

/**
 * What the preprocessing stage would act on. A parameter that is not defined stays as it is
 * written, so that only definitions, keepalived's own parameters (`${_...}`), conditions and
 * sequences matter.
 */
function plannedSyntax(raw: string, isFirst: boolean): string | undefined {
  if (!/[$~]/.test(raw)) return undefined;
  if (isFirst && /^\$[A-Za-z_]\w*=/.test(raw)) return 'definitions of parameters are';
  if (/\$\{_[A-Z]/.test(raw) || /^\$_[A-Z]+$/.test(raw)) return 'parameters are';
  if (/~(?:SEQx?|LST)\(/.test(raw)) return 'sequences (~SEQ, ~LST) are';
  return undefined;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\r' || char === '\f' || char === '\v';
}
