/** Differences between canonical texts, line by line, whatever the lines mean. */
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

/** A block with its secrets, and the same one as it may be shown: line by line the same. */
export interface ComparedBlock {
  readonly clear: Line;
  readonly shown: Line;
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
  old: ComparedBlock,
  next: ComparedBlock,
  blocks: readonly string[],
  path: readonly string[] = [],
): ValueChange[] {
  const before = keyed(old, next);
  const after = keyed(next, old);
  const changes: ValueChange[] = [];
  for (const [key, one] of before) {
    const other = after.get(key);
    if (!other) {
      changes.push(change(blocks, path, one, undefined));
    } else if (!sameLines(one.clear, other.clear)) {
      const word = keywordOf(one.clear);
      if (one.clear.body && other.clear.body) {
        if (one.clear.text !== other.clear.text) changes.push(change(blocks, path, one, other));
        changes.push(...compareBlocks(one, other, [...blocks, word], [...path, one.shown.text]));
      } else {
        changes.push(change(blocks, path, one, other));
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
  old: ComparedBlock | undefined,
  next: ComparedBlock | undefined,
): ValueChange {
  const line = (old ?? next)?.clear as Line;
  const word = keywordOf(line);
  return {
    path: [...path, word],
    old: old && wordsAfter(old.shown),
    new: next && wordsAfter(next.shown),
    oldAt: old?.clear.from,
    newAt: next?.clear.from,
    isActedOn: isActedOn(blocks, word),
  };
}

function isActedOn(blocks: readonly string[], word: string): boolean {
  const way = [...blocks, word];
  return way.every((keyword, i) => {
    const table = allBlocks().get(i === 0 ? '' : (way[i - 1] as string));
    const entry = table && lookUp(table, keyword);
    // Lines of a block of entries are no keywords.
    return entry === undefined || entry.status === 'supported';
  });
}

/**
 * The lines of a block by what they are about: a keyword that stands once on either side is itself,
 * others are told apart by all of their words, and repeated ones by their number.
 */
function keyed(of: ComparedBlock, other: ComparedBlock): Map<string, ComparedBlock> {
  const counts = new Map<string, number>();
  for (const { clear } of [of, other]) {
    const here = new Map<string, number>();
    for (const line of clear.body ?? []) {
      const word = keywordOf(line);
      here.set(word, (here.get(word) ?? 0) + 1);
    }
    for (const [word, count] of here) counts.set(word, Math.max(counts.get(word) ?? 0, count));
  }
  const found = new Map<string, ComparedBlock>();
  const used = new Map<string, number>();
  of.clear.body?.forEach((line, i) => {
    const word = keywordOf(line);
    const name = counts.get(word) === 1 && !OBJECTS.has(word) ? word : line.text;
    const number = used.get(name) ?? 0;
    used.set(name, number + 1);
    found.set(number === 0 ? name : `${name} #${number}`, {
      clear: line,
      shown: of.shown.body?.[i] ?? line,
    });
  });
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
