/**
 * Tokens to statements. This stage knows words, braces and line ends. Where the braces fit, that is
 * all, and no token is kept; where they do not, `recovery.ts` looks for the line on which one was
 * lost.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { MAX_BLOCK_DEPTH, reportBareBrace, reportDepth } from './blocks.js';
import type { BlockBuilder, BlockSink, Position, Statement, Token, Word } from './source.js';

export { MAX_BLOCK_DEPTH, type TreeHints } from './blocks.js';

interface OpenBlock {
  /** Where in the list of statements its own begin. */
  readonly from: number;
  /** The keyword before the brace; undefined at the top and for a brace without one. */
  readonly keyword: Word | undefined;
  readonly args: readonly Word[];
}

const NO_WORDS: readonly Word[] = [];

/** Builds from tokens whose braces fit. */
export class TreeBuilder implements BlockBuilder {
  private readonly stack: OpenBlock[] = [{ from: 0, keyword: undefined, args: NO_WORDS }];
  /**
   * The statements of all open blocks, and the arguments of the statement. A list that grows has room
   * for more, which a large configuration would have a hundred thousand times: what is kept is copied
   * out in its own length.
   */
  private readonly statements: Statement[] = [];
  private readonly args: Word[] = [];
  private argCount = 0;
  private keyword: Word | undefined;
  /** The line has ended; keepalived allows the brace of its block on a later one. */
  private lineEnded = false;
  /** Places of braces with something to be said about; reported if the braces fit. */
  private readonly bare: Position[] = [];
  private readonly deep: Position[] = [];
  /** False once there was a closing brace too many. */
  private fits = true;
  /** The brace that was the last token. */
  private opening: Position | undefined;
  closed: readonly Statement[] = [];
  private readonly taken: (statement: Statement) => Statement;

  /** @param taken told of each block of the top when it ends; returns what is kept of it. */
  constructor(taken: (statement: Statement) => Statement = (statement) => statement) {
    this.taken = taken;
  }

  get block(): string {
    return this.stack.at(-1)?.keyword?.text ?? '';
  }

  word(word: Word): void {
    if (this.lineEnded) this.endStatement();
    this.opening = undefined;
    if (this.keyword === undefined) this.keyword = word;
    else this.args[this.argCount++] = word;
  }

  open(at: Position): void {
    this.lineEnded = false;
    if (this.keyword === undefined) this.bare.push(at);
    if (this.stack.length > MAX_BLOCK_DEPTH) this.deep.push(at);
    this.stack.push({
      from: this.statements.length,
      keyword: this.keyword,
      args: this.takeArgs(),
    });
    this.keyword = undefined;
    this.opening = at;
  }

  openedOn(line: number): string | undefined {
    const keyword = this.stack.at(-1)?.keyword;
    return this.opening?.line === line && keyword?.at.line === line ? keyword.text : undefined;
  }

  close(): void {
    this.endStatement();
    this.closeBlock(undefined);
  }

  closeWith(body: readonly Statement[]): void {
    this.closeBlock(body);
  }

  /** @param shared what is in it; by default what was read since it was opened. */
  private closeBlock(shared: readonly Statement[] | undefined): void {
    this.opening = undefined;
    const closed = this.stack.pop() as OpenBlock;
    if (this.stack.length === 0) {
      this.fits = false;
      this.stack.push(closed);
      return;
    }
    const { keyword, args, from } = closed;
    const body = shared ?? this.statements.splice(from);
    this.closed = body;
    if (!keyword || this.stack.length > MAX_BLOCK_DEPTH) return;
    const statement = { keyword, args, body };
    this.statements.push(this.stack.length > 1 ? statement : this.taken(statement));
  }

  end(): void {
    this.lineEnded = this.keyword !== undefined;
  }

  /** The statements of the top; `undefined` if the braces do not fit. */
  finish(sink: Sink): Statement[] | undefined {
    this.endStatement();
    if (!this.fits || this.stack.length > 1) return undefined;
    for (const at of this.bare) reportBareBrace(at, sink);
    for (const at of this.deep) reportDepth(at, sink);
    return this.statements;
  }

  private endStatement(): void {
    const { keyword } = this;
    this.lineEnded = false;
    if (keyword === undefined) return;
    this.statements.push({ keyword, args: this.takeArgs(), body: undefined });
    this.keyword = undefined;
  }

  private takeArgs(): readonly Word[] {
    const { args, argCount } = this;
    this.argCount = 0;
    if (argCount === 0) return NO_WORDS;
    return argCount === 1 ? [args[0] as Word] : args.slice(0, argCount);
  }
}

/** Keeps tokens, for a text whose braces do not fit. */
export class TokenList implements BlockSink {
  readonly tokens: Token[] = [];
  private readonly openers: string[] = [];
  private first: string | undefined;

  get block(): string {
    return this.openers.at(-1) ?? '';
  }

  word(word: Word): void {
    this.first ??= word.text;
    this.tokens.push({ kind: 'word', text: word.text, at: word.at });
  }

  open(at: Position): void {
    this.openers.push(this.first ?? '');
    this.first = undefined;
    this.tokens.push({ kind: 'open', at });
  }

  close(at: Position): void {
    this.openers.pop();
    this.first = undefined;
    this.tokens.push({ kind: 'close', at });
  }

  end(): void {
    this.first = undefined;
    this.tokens.push({ kind: 'end' });
  }
}
