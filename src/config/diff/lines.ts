/**
 * Differences between canonical texts, line by line, whatever the lines mean. Secrets are marked in
 * them, and stars in what comes out.
 */
import { hideMarked } from '../dump/index.js';
import type { Line } from '../dump/text.js';
import { allBlocks, lookUp } from '../grammar/index.js';
import type { Position } from '../text/source.js';

/** One value before and after. */
export interface ValueChange {
  /** The blocks inside the object that lead to it, and its keyword. */
  readonly path: readonly string[];
  /** As it is written after the keyword; undefined: it was not there. Secrets are stars. */
  readonly old: string | undefined;
  readonly new: string | undefined;
  /** Where it was given; undefined: a default, or not there. */
  readonly oldAt: Position | undefined;
  readonly newAt: Position | undefined;
  /** Whether this version acts on it; otherwise the change has no effect yet. */
  readonly isActedOn: boolean;
}

/** Whether two blocks mean the same, places aside. */
export function sameLines(a: Line, b: Line): boolean {
  if (a.text !== b.text) return false;
  if (!a.body || !b.body) return a.body === b.body;
  if (a.body.length !== b.body.length) return false;
  return a.body.every((line, i) => sameLines(line, (b.body as readonly Line[])[i] as Line));
}

/**
 * What differs inside two blocks. A block that is there on one side only is one change.
 *
 * @param blocks the keywords of the blocks that lead here, outermost first.
 */
export function compareBlocks(
  old: Line,
  next: Line,
  blocks: readonly string[],
  path: readonly string[] = [],
): ValueChange[] {
  const [left, right] = withoutSameEnds(old.body ?? [], next.body ?? []);
  const before = keyed(left, right);
  const after = keyed(right, left);
  const changes: ValueChange[] = [];
  for (const [key, one] of before) {
    const other = after.get(key);
    if (!other) {
      changes.push(change(blocks, path, one, undefined));
    } else if (!sameLines(one, other)) {
      if (!one.body || !other.body || one.text !== other.text) {
        changes.push(change(blocks, path, one, other));
      }
      if (one.body && other.body) {
        const inside = [...path, hideMarked(one.text)];
        changes.push(...compareBlocks(one, other, [...blocks, keywordOf(one)], inside));
      }
    }
  }
  for (const [key, one] of after) {
    if (!before.has(key)) changes.push(change(blocks, path, undefined, one));
  }
  return changes;
}

function change(
  blocks: readonly string[],
  path: readonly string[],
  old: Line | undefined,
  next: Line | undefined,
): ValueChange {
  const word = keywordOf((old ?? next) as Line);
  return {
    path: [...path, hideMarked(word)],
    old: old && hideMarked(wordsAfter(old)),
    new: next && hideMarked(wordsAfter(next)),
    oldAt: old?.from,
    newAt: next?.from,
    isActedOn: isActedOn(blocks, word),
  };
}

function isActedOn(blocks: readonly string[], word: string): boolean {
  return [...blocks, word].every((keyword, i) => {
    const table = allBlocks().get(blocks[i - 1] ?? '');
    const entry = table && lookUp(table, keyword);
    // Lines of a block of entries are no keywords.
    return entry === undefined || entry.status === 'supported';
  });
}

/** Two lists without what is the same at their beginnings and ends: mostly next to nothing is left. */
function withoutSameEnds(
  a: readonly Line[],
  b: readonly Line[],
): readonly [readonly Line[], readonly Line[]] {
  const shorter = Math.min(a.length, b.length);
  let from = 0;
  while (from < shorter && sameLines(a[from] as Line, b[from] as Line)) from++;
  let end = 0;
  while (end < shorter - from && sameLines(a.at(-1 - end) as Line, b.at(-1 - end) as Line)) end++;
  return [a.slice(from, a.length - end), b.slice(from, b.length - end)];
}

/**
 * The lines of a block by what they are about: a keyword that stands once on either side is itself,
 * others are told apart by all of their words, and repeated ones by their number.
 */
function keyed(of: readonly Line[], other: readonly Line[]): Map<string, Line> {
  const counts = new Map<string, number>();
  for (const lines of [of, other]) {
    const here = new Map<string, number>();
    for (const line of lines) {
      const word = keywordOf(line);
      here.set(word, (here.get(word) ?? 0) + 1);
    }
    for (const [word, count] of here) counts.set(word, Math.max(counts.get(word) ?? 0, count));
  }
  const found = new Map<string, Line>();
  const used = new Map<string, number>();
  for (const line of of) {
    const word = keywordOf(line);
    const name = counts.get(word) === 1 && !OBJECTS.has(word) ? word : line.text;
    const number = used.get(name) ?? 0;
    used.set(name, number + 1);
    found.set(number === 0 ? name : `${name} #${number}`, line);
  }
  return found;
}

/** Blocks that are another object under another name, even if there is only one. */
const OBJECTS: ReadonlySet<string> = new Set(['real_server']);

/** The first word of a line. */
export function keywordOf({ text }: Line): string {
  const space = text.indexOf(' ');
  return space < 0 ? text : text.slice(0, space);
}

/** What follows the first word. */
export function wordsAfter({ text }: Line): string {
  const space = text.indexOf(' ');
  return space < 0 ? '' : text.slice(space + 1);
}
