/**
 * Tokens to statements. This stage knows words, braces and line ends, and which words always open a
 * block (from the grammar tables), so that a lost brace is found where it was lost and does not
 * bury everything that follows.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { type Position, renderPosition, type Statement, type Token, type Word } from './source.js';

/** Blocks within blocks; deeper is an error that names this bound. */
export const MAX_BLOCK_DEPTH = 64;

/** What the tree stage is told about words; from the grammar tables. */
export interface TreeHints {
  /** Whether a statement that begins with this word always has a block. */
  opensBlock(word: string): boolean;
  /** Whether it is a block of the top level and of no other. */
  topLevelOnly(word: string): boolean;
  /**
   * Whether a block, by the keyword that opens it ('' is the top), can hold a keyword; `undefined`
   * if the block is not known.
   */
  holds(block: string, word: string): boolean | undefined;
}

interface OpenBlock {
  readonly statements: Statement[];
  /** The words before the brace; undefined at the top. */
  readonly words: readonly Word[] | undefined;
}

/**
 * Builds the statements of a token stream.
 *
 * @param sink receives the CONFIG_..._BRACE codes and CONFIG_BOUND_EXCEEDED.
 * @returns the statements at the top level. Blocks that were not closed are closed at the end.
 */
export function parseTree(tokens: readonly Token[], hints: TreeHints, sink: Sink): Statement[] {
  return new TreeBuilder(tokens, hints, sink).run();
}

class TreeBuilder {
  private readonly stack: OpenBlock[] = [{ statements: [], words: undefined }];
  private words: Word[] = [];
  private last: Position | undefined;

  private readonly tokens: readonly Token[];
  private readonly hints: TreeHints;
  private readonly sink: Sink;

  constructor(tokens: readonly Token[], hints: TreeHints, sink: Sink) {
    this.tokens = tokens;
    this.hints = hints;
    this.sink = sink;
  }

  run(): Statement[] {
    const { tokens } = this;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      if (token.kind === 'word') {
        if (this.words.length === 0) this.beforeStatement(token);
        this.words.push(token);
      } else if (token.kind === 'open') {
        this.openBlock(token.at);
      } else if (token.kind === 'close') {
        this.endStatement();
        this.closeBlock(token.at);
      } else if (this.words.length > 0) {
        // keepalived allows the brace on a later line, with nothing but empty lines between.
        while (tokens[i + 1]?.kind === 'end') i++;
        if (tokens[i + 1]?.kind !== 'open') this.endStatement();
      }
      if (token.kind !== 'end') this.last = token.at;
    }
    this.endStatement();
    while (this.stack.length > 1) {
      this.reportUnclosed('the configuration ends');
      this.popBlock();
    }
    return (this.stack[0] as OpenBlock).statements;
  }

  /**
   * A block that cannot stand here but could further out: the braces between were lost. Other words
   * are no such sign, they may just be misplaced.
   */
  private beforeStatement(word: Word): void {
    const { hints, stack } = this;
    if (stack.length === 1 || !hints.opensBlock(word.text)) return;
    const holds = (index: number): boolean | undefined =>
      hints.holds(stack[index]?.words?.[0]?.text ?? '', word.text);
    let outer = hints.topLevelOnly(word.text) ? 0 : stack.length - 1;
    if (outer > 0 && holds(outer) !== false) return;
    while (outer > 0 && holds(outer) !== true) outer--;
    if (outer === 0 && holds(0) !== true) return;
    this.reportUnclosed(`'${word.text}' begins at ${renderPosition(word.at)}`);
    while (stack.length > outer + 1) this.popBlock();
  }

  private openBlock(at: Position): void {
    if (this.words.length === 0) {
      this.sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', at, {
        message: "'{' without a keyword before it: what it encloses is not read",
      });
    }
    if (this.stack.length > MAX_BLOCK_DEPTH) {
      this.sink.report('CONFIG_BOUND_EXCEEDED', at, {
        message: `blocks are nested more than ${MAX_BLOCK_DEPTH} deep`,
      });
    }
    this.stack.push({ statements: [], words: this.words });
    this.words = [];
  }

  private endStatement(): void {
    const { words } = this;
    const [keyword, ...args] = words;
    if (!keyword) return;
    this.words = [];
    if (this.hints.opensBlock(keyword.text)) {
      this.sink.report('CONFIG_MISSING_OPEN_BRACE', keyword.at, {
        message: `'${keyword.text}' opens a block, but no '{' follows`,
        expected: `'${words.map((word) => word.text).join(' ')} {'`,
      });
      // The lines that follow were meant to be inside: the brace that closes them is there.
      this.stack.push({ statements: [], words });
      return;
    }
    this.top().statements.push({ keyword, args, body: undefined });
  }

  private closeBlock(at: Position): void {
    if (this.stack.length === 1) {
      this.sink.report('CONFIG_EXTRA_CLOSE_BRACE', at, {
        message: "'}' without a block to close",
      });
      return;
    }
    this.popBlock();
  }

  private popBlock(): void {
    const { words, statements } = this.stack.pop() as OpenBlock;
    const [keyword, ...args] = words ?? [];
    if (keyword && this.stack.length <= MAX_BLOCK_DEPTH) {
      this.top().statements.push({ keyword, args, body: statements });
    }
  }

  private reportUnclosed(why: string): void {
    const { words } = this.top();
    const opener = words?.[0];
    const at = this.last ?? opener?.at;
    if (!at) return;
    // Only of a known block are the arguments shown: another word's could be a password.
    const shown = this.hints.opensBlock(opener?.text ?? '') ? words : words?.slice(0, 1);
    const name = opener
      ? `block '${shown?.map((word) => word.text).join(' ')}' opened at ${renderPosition(opener.at)}`
      : 'a block';
    this.sink.report('CONFIG_MISSING_CLOSE_BRACE', at, {
      message: `missing '}': ${name} is not closed when ${why}`,
    });
  }

  private top(): OpenBlock {
    return this.stack[this.stack.length - 1] as OpenBlock;
  }
}
