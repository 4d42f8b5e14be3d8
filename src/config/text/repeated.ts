/**
 * Blocks that have the text of an earlier one. A large configuration is made by a program, and of a
 * hundred thousand real servers most differ in their address only: what is between the braces is cut
 * into words once, and all blocks with the same text share the statements of the first.
 */
import { type Position, place, type Statement } from './source.js';
import { isBlank } from './words.js';

/** The rest of a block: the lines behind that of its opening brace, that of its closing one included. */
export interface RestOfBlock {
  readonly text: string;
  readonly lines: number;
}

/** A block whose statements others share. */
export interface RepeatedBlock extends RestOfBlock {
  /** Its statements; their positions are those of the first block of this text. */
  readonly body: readonly Statement[];
  readonly file: string;
  /** The line of the first block's opening brace. */
  readonly line: number;
}

/** Texts kept at most, and characters of one: where nothing repeats, looking for it must cost little. */
const MAX_TEXTS = 4096;
const MAX_LENGTH = 4096;

/** What a character means to {@link restOfBlock}; of all others 0, of what is not ASCII {@link MORE}. */
const NEWLINE = 1;
const OPEN = 2;
const CLOSE = 3;
/** It may make more of the text than words, or hide a brace. */
const MORE = 4;
const MEANINGS = new Uint8Array(128);
MEANINGS[0x0a] = NEWLINE;
MEANINGS[0x7b] = OPEN;
MEANINGS[0x7d] = CLOSE;
for (const char of '$\\\0"\'#!@~') MEANINGS[char.charCodeAt(0)] = MORE;

export class RepeatedBlocks {
  /** Blocks with this keyword are looked at. */
  readonly keyword: string;
  private readonly byText = new Map<string, RepeatedBlock>();
  private readonly byBody = new Map<readonly Statement[], RepeatedBlock>();
  private last: RepeatedBlock | undefined;

  constructor(keyword: string) {
    this.keyword = keyword;
  }

  /**
   * The rest of a block, if others may have the same.
   *
   * @param from where the line behind the opening brace begins.
   * @returns with statements if it has been read before.
   */
  find(text: string, from: number): RestOfBlock | RepeatedBlock | undefined {
    if (this.last && text.startsWith(this.last.text, from)) return this.last;
    const rest = restOfBlock(text, from);
    const known = rest && this.byText.get(rest.text);
    if (known) this.last = known;
    return known ?? rest;
  }

  /** Remembers a block that has been read. */
  add(rest: RestOfBlock, body: readonly Statement[], file: string, line: number): void {
    // Words that act while the text is read act each time.
    if (this.byText.size >= MAX_TEXTS || /include|random_seed/.test(rest.text)) return;
    const block = { ...rest, body, file, line };
    this.byText.set(rest.text, block);
    this.byBody.set(body, block);
  }

  /** The block whose statements these are, if others may share them. */
  withBody(body: readonly Statement[]): RepeatedBlock | undefined {
    return this.byBody.get(body);
  }

  /** A statement with everything in it at its own place, as if nothing was shared. */
  unshared(statement: Statement): Statement {
    const { keyword, args, body } = statement;
    if (!body || this.byText.size === 0) return statement;
    const block = this.byBody.get(body);
    const own = block ? moved(body, block, keyword.at) : body.map((inner) => this.unshared(inner));
    return { keyword, args, body: own };
  }
}

/** In a form that means the same wherever it stands: whole lines of words, nothing behind the last brace. */
function restOfBlock(text: string, from: number): RestOfBlock | undefined {
  const limit = Math.min(text.length, from + MAX_LENGTH);
  let depth = 1;
  let lines = 1;
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    const meaning = code < 128 ? MEANINGS[code] : MORE;
    if (meaning === NEWLINE) {
      lines++;
    } else if (meaning === OPEN) {
      depth++;
    } else if (meaning === CLOSE) {
      if (--depth > 0) continue;
      let end = at + 1;
      while (text.charCodeAt(end) !== 0x0a) {
        if (end >= limit || !isBlank(text.charCodeAt(end))) return undefined;
        end++;
      }
      return { text: text.slice(from, end + 1), lines };
    } else if (meaning === MORE) {
      return undefined;
    }
  }
  return undefined;
}

/** The lines of a block. */
export type BlockLines = Pick<RepeatedBlock, 'file' | 'line' | 'lines'>;

/**
 * What was made of a block, as it would be made of one with the same text elsewhere: positions in the
 * block are moved, those of what it has from elsewhere stay. What has none is not copied.
 *
 * @param block where the positions are.
 * @param to where the other block's opening brace is.
 * @param others what is to stand for positions elsewhere; by default they stay.
 */
export function moved<T extends object>(
  value: T,
  block: BlockLines,
  to: { readonly file: string; readonly line: number },
  others?: ReadonlyMap<Position, Position>,
): T {
  if (!others && to.line === block.line && to.file === block.file) return value;
  return movedBy(value, block, { file: to.file, by: to.line - block.line, others }) as T;
}

interface Move {
  readonly file: string;
  readonly by: number;
  readonly others: ReadonlyMap<Position, Position> | undefined;
}

function movedBy(value: object, block: BlockLines, move: Move): object {
  if (isPosition(value)) {
    if (!isIn(block, value)) return move.others?.get(value) ?? value;
    return place(move.file, value.line + move.by, value.column, value.length);
  }
  let copy: Record<string, unknown> | undefined;
  // Many times a hundred thousand: `Object.keys` would make lists.
  for (const key in value) {
    const inner: unknown = value[key as keyof typeof value];
    if (typeof inner !== 'object' || inner === null) continue;
    const other = movedBy(inner, block, move);
    if (other === inner) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[key] = other;
  }
  return copy ?? value;
}

/** Whether a place is in a block, behind the line of its opening brace. */
export function isIn(block: BlockLines, { file, line }: Position): boolean {
  return line > block.line && line <= block.line + block.lines && file === block.file;
}

function isPosition(value: object): value is Position {
  return (value as Partial<Position>).column !== undefined;
}
