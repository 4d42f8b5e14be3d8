/**
 * Tokens to statements. This stage knows words, braces and line ends. Where the braces fit, that is
 * all; where they do not, `recovery.ts` looks for the line on which one was lost.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { MAX_BLOCK_DEPTH, reportBareBrace, reportDepth, type TreeHints } from './blocks.js';
import { recoverTree } from './recovery.js';
import type { Position, Statement, Token, Word } from './source.js';

export { MAX_BLOCK_DEPTH, type TreeHints } from './blocks.js';

/**
 * Builds the statements of a token stream.
 *
 * @param sink receives the CONFIG_..._BRACE codes and CONFIG_BOUND_EXCEEDED.
 * @returns the statements at the top level. Blocks that were not closed are closed where they
 *   should have been.
 */
export function parseTree(tokens: readonly Token[], hints: TreeHints, sink: Sink): Statement[] {
  const builder = new TreeBuilder();
  for (let i = 0; i < tokens.length && builder.fits; i++) builder.take(tokens[i] as Token);
  const statements = builder.finish(sink);
  return statements ?? recoverTree(tokens, hints, sink);
}

interface OpenBlock {
  readonly statements: Statement[];
  /** The words before the brace; undefined at the top. */
  readonly words: readonly Word[] | undefined;
}

/** Builds from tokens whose braces fit. */
class TreeBuilder {
  private readonly stack: OpenBlock[] = [{ statements: [], words: undefined }];
  private words: Word[] = [];
  /** Places of braces with something to be said about; reported if the braces fit. */
  private readonly bare: Position[] = [];
  private readonly deep: Position[] = [];
  /** Whether the line with the words has ended: keepalived allows the brace on a later one. */
  private lineEnded = false;

  /** False once there was a closing brace too many. */
  fits = true;

  take(token: Token): void {
    if (token.kind === 'end') {
      this.lineEnded = true;
      return;
    }
    if (token.kind !== 'open' && (this.lineEnded || token.kind === 'close')) this.endStatement();
    this.lineEnded = false;
    if (token.kind === 'word') this.words.push(token);
    else if (token.kind === 'open') this.openBlock(token.at);
    else this.closeBlock();
  }

  /** The statements of the top; `undefined` if the braces do not fit. */
  finish(sink: Sink): Statement[] | undefined {
    this.endStatement();
    const [top] = this.stack;
    if (!this.fits || this.stack.length > 1 || !top) return undefined;
    for (const at of this.bare) reportBareBrace(at, sink);
    for (const at of this.deep) reportDepth(at, sink);
    return top.statements;
  }

  private openBlock(at: Position): void {
    if (this.words.length === 0) this.bare.push(at);
    if (this.stack.length > MAX_BLOCK_DEPTH) this.deep.push(at);
    this.stack.push({ statements: [], words: this.words });
    this.words = [];
  }

  private closeBlock(): void {
    const closed = this.stack.pop();
    const around = this.stack.at(-1);
    if (!closed || !around) {
      this.fits = false;
      return;
    }
    const [keyword, ...args] = closed.words ?? [];
    if (keyword && this.stack.length <= MAX_BLOCK_DEPTH) {
      around.statements.push({ keyword, args, body: closed.statements });
    }
  }

  private endStatement(): void {
    const [keyword, ...args] = this.words;
    if (!keyword) return;
    this.words = [];
    this.stack.at(-1)?.statements.push({ keyword, args, body: undefined });
  }
}
