/**
 * Lines that are read many times, such as the body of a sequence: cut into words and parameters once,
 * so that each further time costs little. Whatever is not simple is left to the slow way, which
 * gives the same result.
 */
import { type Definition, type Definitions, type Reference, referenceAt } from './definitions.js';
import { type Line, pieceAt, type Use, usedLine, within } from './line.js';
import { type Position, place, type TokenSink, type Word } from './source.js';
import { isBlank, type WordHints } from './words.js';

/** What a line is made of; `slow`: it is read in the general way each time. */
export type Template =
  | { readonly kind: 'slow' }
  /** Nothing but the use of one parameter. */
  | { readonly kind: 'call'; readonly reference: Reference; use: Use | undefined }
  | {
      readonly kind: 'words';
      readonly tokens: readonly TemplateToken[];
      /** The use that the positions are for; `null` at first. */
      use: Use | undefined | null;
    };

interface TemplateToken {
  readonly kind: 'word' | 'open' | 'close';
  readonly from: number;
  readonly to: number;
  /** Text and names of parameters in turn: text first, then a name, then text ... */
  readonly parts: readonly string[];
  /** The position, for the use that the template was last read for. */
  at: Position | undefined;
  /** A word without parameters, for the same use. */
  word: Word | undefined;
  /** Of a word that is one parameter: the definition that `at` goes with. */
  definition: Definition | undefined;
}

const SLOW: Template = { kind: 'slow' };
/** Beginnings and characters that mean more than a word. */
const NOT_SIMPLE = /^(?:[@~]|include|random_seed|\$\w+=)|[\\']/;
/** Values that can be put into a word without a closer look. */
const SIMPLE_VALUE = /^[\w.:/+%,-]+$/;

/** Cuts up a line. What has a secret in it is left to the slow way, which keeps it from being shown. */
export function compileLine({ text, pieces }: Line, hints: WordHints): Template {
  if (pieces.length > 1 || pieces[0]?.width !== undefined) return SLOW;
  if (text.startsWith('$')) {
    const reference = referenceAt(text, 0);
    if (reference?.end === text.length) return { kind: 'call', reference, use: undefined };
    return SLOW;
  }
  if (NOT_SIMPLE.test(text)) return SLOW;
  const tokens: TemplateToken[] = [];
  let afterBrace = true;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) {
      at++;
      continue;
    }
    const char = text[at];
    if (char === '{' || char === '}') {
      tokens.push(token(char === '{' ? 'open' : 'close', at, at + 1, []));
      at++;
      afterBrace = true;
      continue;
    }
    const word = char === '"' ? quotedWord(text, at) : plainWord(text, at);
    if (!word || (afterBrace && (NOT_SIMPLE.test(text.slice(at)) || char === '$'))) return SLOW;
    const first = word.parts[0] as string;
    const mayBeShell = word.parts.length > 1 || hints.readsLikeShell(first);
    if (afterBrace && mayBeShell && text.includes('"', word.to)) return SLOW;
    if (afterBrace && hints.isSecret(first)) return SLOW;
    tokens.push(word);
    at = word.to;
    afterBrace = false;
  }
  return { kind: 'words', tokens, use: null };
}

function token(
  kind: TemplateToken['kind'],
  from: number,
  to: number,
  parts: readonly string[],
): TemplateToken {
  return { kind, from, to, parts, at: undefined, word: undefined, definition: undefined };
}

function plainWord(text: string, from: number): TemplateToken | undefined {
  let to = from;
  const parts: string[] = [];
  let plainFrom = from;
  for (; to < text.length; ) {
    const char = text[to] as string;
    if (char === '$') {
      const reference = referenceAt(text, to);
      if (!reference || reference.words.length > 0 || isStandard(reference)) return undefined;
      parts.push(text.slice(plainFrom, to), reference.name);
      to = reference.end;
      plainFrom = to;
    } else if (char === '{' || char === '}' || char === '"' || isBlank(text.charCodeAt(to))) {
      break;
    } else {
      to++;
    }
  }
  parts.push(text.slice(plainFrom, to));
  return token('word', from, to, parts);
}

function quotedWord(text: string, from: number): TemplateToken | undefined {
  const close = text.indexOf('"', from + 1);
  if (close < 0) return undefined;
  const parts: string[] = [];
  let plainFrom = from + 1;
  for (let at = plainFrom; at < close; ) {
    if (text[at] !== '$') {
      at++;
      continue;
    }
    const reference = referenceAt(text, at);
    if (!reference || reference.words.length > 0 || isStandard(reference)) return undefined;
    parts.push(text.slice(plainFrom, at), reference.name);
    at = reference.end;
    plainFrom = at;
  }
  parts.push(text.slice(plainFrom, close));
  return token('word', from, close + 1, parts);
}

/** `_PWD` is the same in all of a file; the others are not values of their own. */
function isStandard(reference: Reference): boolean {
  return reference.name.startsWith('_') && reference.name !== '_PWD';
}

/**
 * Reads the words of a line.
 *
 * @param standard the value of `_PWD`.
 * @returns false, with nothing read, if a value is not simple: then the line is read in the slow way.
 */
export function emitTemplate(
  template: Template & { kind: 'words' },
  line: Line,
  use: Use | undefined,
  definitions: Definitions,
  standard: (name: string) => string | undefined,
  out: TokenSink,
): boolean {
  const { tokens } = template;
  if (template.use !== use) {
    for (const one of tokens) {
      one.at = undefined;
      one.word = undefined;
    }
    template.use = use;
  }
  const words: (Word | undefined)[] = [];
  for (const one of tokens) {
    const word = one.kind === 'word' ? wordOf(one, line, use, definitions, standard) : undefined;
    if (one.kind === 'word' && !word) return false;
    words.push(word);
  }
  for (let i = 0; i < tokens.length; i++) {
    const one = tokens[i] as TemplateToken;
    if (one.kind === 'word') out.word(words[i] as Word);
    else if (one.kind === 'open') out.open(positionOf(one, line, use));
    else out.close(positionOf(one, line, use));
  }
  return true;
}

function wordOf(
  token: TemplateToken,
  line: Line,
  use: Use | undefined,
  definitions: Definitions,
  standard: (name: string) => string | undefined,
): Word | undefined {
  const { parts } = token;
  if (parts.length === 1) {
    token.word ??= { text: parts[0] as string, at: positionOf(token, line, use) };
    return token.word;
  }
  let text = parts[0] as string;
  for (let i = 1; i < parts.length; i += 2) {
    const name = parts[i] as string;
    const value = simpleValue(name, definitions, standard);
    if (value === undefined) return undefined;
    text += value;
    text += parts[i + 1] as string;
  }
  if (text.startsWith('include') || text === 'random_seed') return undefined;
  const isOneParameter = parts.length === 3 && parts[0] === '' && parts[2] === '';
  if (!isOneParameter) return { text, at: positionOf(token, line, use) };
  const definition = definitions.get(parts[1] as string);
  if (token.definition !== definition || !token.at) {
    token.definition = definition;
    token.at = definition
      ? positionOfValue(token, line, use, definition)
      : positionOf(token, line, use);
  }
  return { text, at: token.at };
}

function simpleValue(
  name: string,
  definitions: Definitions,
  standard: (name: string) => string | undefined,
): string | undefined {
  const definition = definitions.get(name);
  if (definition?.isMultiline) return undefined;
  const text = definition ? (definition.lines[0] as Line).text : standard(name);
  return text !== undefined && SIMPLE_VALUE.test(text) ? text : undefined;
}

function positionOf(token: TemplateToken, line: Line, use: Use | undefined): Position {
  token.at ??= within(use, spanOf(token, line));
  return token.at;
}

function spanOf(token: TemplateToken, line: Line): Position {
  const piece = pieceAt(line, token.from);
  const column = piece.column + token.from - piece.start;
  return place(piece.file, piece.line, column, token.to - token.from);
}

/** The position of a value that makes up all of a word, quotes aside. */
function positionOfValue(
  token: TemplateToken,
  line: Line,
  parent: Use | undefined,
  definition: Definition,
): Position {
  const isQuoted = line.text[token.from] === '"';
  if (isQuoted) return within(parent, spanOf(token, line));
  const at = spanOf(token, line);
  const use: Use = { at, parent, definition, depth: (parent?.depth ?? 0) + 1 };
  const value = usedLine(definition.lines[0] as Line, use);
  const piece = pieceAt(value, 0);
  const width = piece.width ?? value.text.length;
  return within(use, place(piece.file, piece.line, piece.column, width));
}
