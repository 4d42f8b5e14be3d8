/**
 * Mistakes as people make them, by seed: a word with a typo or in another's place, a brace lost, a
 * value lost or out of its range, a file gone, a line cut or lost.
 */
import { seeded } from '../unit/config/support.js';
import type { Good } from './corpus.js';

export const KINDS = [
  'typo',
  'other word',
  'open brace lost',
  'close brace lost',
  'value lost',
  'number out of range',
  'file missing',
  'line cut',
  'line lost',
] as const;

export type Kind = (typeof KINDS)[number];

/** One mistake in one file. */
export interface Mutation {
  readonly seed: number;
  readonly kind: Kind;
  readonly good: Good;
  readonly file: string;
  /** The text of that file now; `undefined`: there is no such file. */
  readonly text: string | undefined;
  /** The line of the mistake; of a lost line the line that stands there now. */
  readonly line: number;
  /** The line as it was, and as it is; of a lost line the latter is undefined. */
  readonly before: string;
  readonly after: string | undefined;
}

interface Piece {
  readonly text: string;
  readonly from: number;
}

type Dice = (below: number) => number;

const NUMBERS = [
  '-1',
  '0',
  '256',
  '1001',
  '65536',
  '4294967296',
  '99999999999999999999',
  '-100000',
  '1000000000',
] as const;

/** The mistake of a seed: a kind, a configuration, a place. */
export function mutate(seed: number, goods: readonly Good[]): Mutation {
  const dice = seeded(seed);
  for (;;) {
    const kind = KINDS[dice(KINDS.length)] as Kind;
    const good = pick(goods, dice);
    const file = pick(Object.keys(good.files), dice);
    const made = attempt(kind, good, file, dice);
    if (made && made.text !== good.files[file]) return { seed, kind, good, file, ...made };
  }
}

type Made = Pick<Mutation, 'text' | 'line' | 'before' | 'after'>;

function attempt(kind: Kind, good: Good, file: string, dice: Dice): Made | undefined {
  const lines = (good.files[file] as string).split('\n');
  if (kind === 'file missing') {
    if (file === good.main) return undefined;
    return { text: undefined, line: 1, before: '', after: undefined };
  }
  const index = dice(lines.length);
  const before = lines[index] as string;
  const pieces = piecesOf(before);
  if (pieces.length === 0) return undefined;
  if (kind === 'line lost') {
    const text = lines.toSpliced(index, 1).join('\n');
    return { text, line: index + 1, before, after: undefined };
  }
  const after = changedLine(kind, before, pieces, lines, dice);
  if (after === undefined) return undefined;
  return { text: lines.toSpliced(index, 1, after).join('\n'), line: index + 1, before, after };
}

function changedLine(
  kind: Kind,
  line: string,
  pieces: readonly Piece[],
  lines: readonly string[],
  dice: Dice,
): string | undefined {
  const words = pieces.filter(({ text }) => text !== '{' && text !== '}');
  const replaced = ({ text, from }: Piece, by: string): string =>
    line.slice(0, from) + by + line.slice(from + text.length);
  const some = (candidates: readonly Piece[]): Piece | undefined =>
    candidates.length === 0 ? undefined : pick(candidates, dice);
  if (kind === 'typo') {
    const word = some(words);
    return word && replaced(word, misspelt(word.text, dice));
  }
  if (kind === 'other word') {
    const word = some(words);
    const others = lines.flatMap(piecesOf).filter(({ text }) => text !== '{' && text !== '}');
    return word && replaced(word, pick(others, dice).text);
  }
  if (kind === 'open brace lost' || kind === 'close brace lost') {
    const brace = some(pieces.filter(({ text }) => text === (kind[0] === 'o' ? '{' : '}')));
    return brace && replaced(brace, '');
  }
  if (kind === 'value lost') {
    const word = some(words.slice(1));
    return word && replaced(word, '');
  }
  if (kind === 'number out of range') {
    const word = some(words.slice(1).filter(({ text }) => /^-?\d+(?:\.\d+)?$/.test(text)));
    return word && replaced(word, pick(NUMBERS, dice));
  }
  const first = pieces[0] as Piece;
  const last = pieces.at(-1) as Piece;
  const length = last.from + last.text.length - first.from;
  return line.slice(0, first.from + 1 + dice(Math.max(1, length - 1)));
}

function misspelt(word: string, dice: Dice): string {
  const at = dice(word.length);
  const ways = [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + word.charAt(at) + word.slice(at),
    `${word.slice(0, at)}x${word.slice(at + 1)}`,
    `${word}x`,
    word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2),
  ];
  return pick(ways, dice);
}

/** Words, quoted ones whole, and braces of a line; nothing of a comment. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  const expression =
    /[#!].*|[{}]|(?:\$\{[^}]*\}|"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|\\.|[^\s{}#!"'])+/g;
  for (const match of line.matchAll(expression)) {
    if (/^[#!]/.test(match[0])) break;
    pieces.push({ text: match[0], from: match.index });
  }
  return pieces;
}

function pick<T>(list: readonly T[], dice: Dice): T {
  return list[dice(list.length)] as T;
}
