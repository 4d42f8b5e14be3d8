/** What both ways to build a tree of blocks share: the plain one, and the one for lost braces. */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Position } from './source.js';

/** Blocks within blocks; deeper is an error that names this bound. */
export const MAX_BLOCK_DEPTH = 64;

/** What the tree stage is told about words; from the grammar tables. */
export interface TreeHints {
  /** Whether a statement that begins with this word always has a block. */
  opensBlock(word: string): boolean;
  /** Whether it is a keyword and never opens a block. */
  isPlain(word: string): boolean;
  /** Whether it is a block of the top level and of no other. */
  topLevelOnly(word: string): boolean;
  /**
   * Whether a block, by the keyword that opens it ('' is the top), can hold a keyword; `undefined`
   * if the block is not known.
   */
  holds(block: string, word: string): boolean | undefined;
  /**
   * The only block within another that can hold a keyword, where the other cannot; `undefined` if
   * there is none or more than one.
   */
  homeOf(word: string, block: string): string | undefined;
}

/** Reports a `{` that no keyword stands before. */
export function reportBareBrace(at: Position, sink: Sink): void {
  sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', at, {
    message: "'{' without a keyword before it: what it encloses is not read",
  });
}

/** Reports a block that is too deep. */
export function reportDepth(at: Position, sink: Sink): void {
  sink.report('CONFIG_BOUND_EXCEEDED', at, {
    message: `blocks are nested more than ${MAX_BLOCK_DEPTH} deep`,
  });
}
