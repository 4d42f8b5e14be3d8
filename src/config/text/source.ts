/**
 * Where something stands in the configuration, and the two shapes that the text takes on its way to
 * a model: tokens (from the lexer) and statements (from the tree stage). Everything later keeps the
 * positions, so that every message can point at the text that caused it.
 */

/** A stretch of one line. Lines and columns count from 1; columns count UTF-16 units. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many columns the text takes, at least 1: the width of the caret line. */
  readonly length: number;
  /** Of text that came out of a definition: where it stands there. The rest is the place of use. */
  readonly definedAt?: Position;
}

/** A word with quotes and escapes resolved. */
export interface Word {
  readonly text: string;
  readonly at: Position;
}

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: Position }
  | { readonly kind: 'open' | 'close'; readonly at: Position }
  /** The end of a line, which ends a statement. */
  | { readonly kind: 'end'; readonly at: Position };

/** One line's worth of meaning: a keyword, its arguments, and the block that it opens. */
export interface Statement {
  readonly keyword: Word;
  readonly args: readonly Word[];
  readonly body: readonly Statement[] | undefined;
}

/** The position of text that is not there: nothing was written, a default counts. */
export const NOWHERE: Position = { file: '', line: 0, column: 0, length: 0 };

/** `file:line:column`, the form that editors open. */
export function renderPosition(at: Position): string {
  return `${at.file}:${at.line}:${at.column}`;
}
