/**
 * Where something stands in the configuration, and the shapes that the text takes on its way to a
 * model: tokens (from the lexer) and statements (from the tree stage). Everything later keeps the
 * positions, so that every message can point at the text that caused it.
 */

/** A stretch of one line. Lines and columns count from 1; columns count UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many columns the text takes, at least 1: the width of the caret line. */
  readonly length: number;
  /**
   * Of text that came out of a definition: where it stands there, which may be the use of another
   * definition in turn. The rest is the place of use.
   */
  readonly definedAt?: Position;
}

/** A word with quotes and escapes resolved. */
export interface Word {
  readonly text: string;
  readonly at: Position;
}

/** Takes the tokens of a configuration one by one, so that they need not be kept. */
export interface TokenSink {
  word(word: Word): void;
  open(at: Position): void;
  close(at: Position): void;
  /** The end of a line, which ends a statement. */
  end(): void;
}

/** As {@link TokenSink}, and it knows which block is open. */
export interface BlockSink extends TokenSink {
  /** The keyword of the innermost open block; '' at the top. */
  readonly block: string;
}

/** Builds statements, and can use those of a block again. */
export interface BlockBuilder extends BlockSink {
  /** The keyword of a block that a line has opened, with keyword, brace and nothing behind. */
  openedOn(line: number): string | undefined;
  /** What was in the block that was closed last. */
  readonly closed: readonly Statement[];
  /** Closes the innermost block, which is empty so far, with what is in another one. */
  closeWith(body: readonly Statement[]): void;
}

/** Tokens that are kept. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: Position }
  | { readonly kind: 'open' | 'close'; readonly at: Position }
  | { readonly kind: 'end' };

/** One line's worth of meaning: a keyword, its arguments, and the block that it opens. */
export interface Statement {
  readonly keyword: Word;
  readonly args: readonly Word[];
  readonly body: readonly Statement[] | undefined;
}

/** The position of text that is not there: nothing was written, a default counts. */
export const NOWHERE: Position = { file: '', line: 0, column: 0, length: 0 };

/** Makes a position; two shapes only, since a large configuration has millions of them. */
export function place(
  file: string,
  line: number,
  column: number,
  length: number,
  definedAt?: Position,
): Position {
  return definedAt === undefined
    ? { file, line, column, length }
    : { file, line, column, length, definedAt };
}

/** `file:line:column`, the form that editors open. */
export function renderPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** Where the text was defined, the nearest definition first; empty for text that stands there. */
export function definitionsOf(at: Position): Position[] {
  const found: Position[] = [];
  for (let next = at.definedAt; next; next = next.definedAt) found.push(next);
  return found;
}
