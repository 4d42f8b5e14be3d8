/**
 * Builds a tree although the braces do not fit, so that one lost brace is one message at the line
 * where it was lost and does not bury everything that follows. The evidence is the indentation,
 * where the author keeps to it, and what the grammar says may stand where.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { MAX_BLOCK_DEPTH, reportBareBrace, reportDepth, type TreeHints } from './blocks.js';
import { firmly, frameOf, Indentation, type Margin, marginsOf } from './indentation.js';
import { type Position, renderPosition, type Statement, type Token, type Word } from './source.js';

/** Where the first of a block's lines in one frame begins, and how many statements were before. */
interface Inner {
  readonly margin: Margin;
  readonly at: Position;
  readonly from: number;
}

interface OpenBlock {
  readonly statements: Statement[];
  /** The words before the brace; undefined at the top. */
  readonly words: readonly Word[] | undefined;
  readonly frame: string;
  /** Where the line that opens it begins; `undefined` if that says nothing. */
  readonly margin: Margin | undefined;
  /** Whether the line that opened it was lost: nothing of it is kept. */
  readonly isLost?: boolean;
  /** By frame, of those that are not left. */
  inners?: Map<string, Inner>;
}

/**
 * Builds the statements of a token stream whose braces do not fit.
 *
 * @param sink receives the CONFIG_..._BRACE codes and CONFIG_BOUND_EXCEEDED.
 * @param sources the texts by file, for their indentation.
 */
export function recoverTree(
  tokens: readonly Token[],
  hints: TreeHints,
  sink: Sink,
  sources: ReadonlyMap<string, string>,
): Statement[] {
  return new Recovery(tokens, hints, sink, sources).run();
}

class Recovery {
  private readonly margins: readonly (Margin | undefined)[];
  private readonly indentation: Indentation;
  private readonly stack: OpenBlock[];
  /** The frames that the present token stands in, outermost first. */
  private readonly frames: string[] = [];
  private words: Word[] = [];
  private wordsMargin: Margin | undefined;
  private last: Position | undefined;
  /** The same of each file. */
  private readonly lasts = new Map<string, Position>();
  /** So many openers that were lost are told. */
  private foundOpeners = 0;
  private readonly tokens: readonly Token[];
  private readonly hints: TreeHints;
  private readonly sink: Sink;

  constructor(
    tokens: readonly Token[],
    hints: TreeHints,
    sink: Sink,
    sources: ReadonlyMap<string, string>,
  ) {
    this.tokens = tokens;
    this.hints = hints;
    this.sink = sink;
    this.margins = marginsOf(tokens, sources);
    this.indentation = new Indentation(tokens, this.margins);
    this.stack = [{ statements: [], words: undefined, frame: '', margin: undefined }];
  }

  run(): Statement[] {
    const { tokens } = this;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i] as Token;
      const margin = this.margins[i];
      if (token.kind === 'end') {
        // keepalived allows the brace on a later line, with nothing but empty lines between.
        // What follows was looked for at the first of several ends.
        if (tokens[i - 1]?.kind === 'end') continue;
        let next = i + 1;
        while (tokens[next]?.kind === 'end') next++;
        if (tokens[next]?.kind !== 'open') this.endStatement(this.margins[next]);
        continue;
      }
      this.enterFrame(frameOf(token.at).frame, i);
      if (token.kind === 'word') {
        if (this.words.length === 0) this.beforeStatement(token, margin);
        this.words.push(token);
      } else if (token.kind === 'open') {
        this.openBlock(token.at);
      } else {
        this.endStatement(undefined);
        this.closeBlock(token.at, firmly(margin));
      }
      this.last = token.at;
      this.lasts.set(token.at.file, token.at);
    }
    this.endStatement(undefined);
    this.closeAbove(0, 'the configuration ends');
    return this.top().statements;
  }

  /** Blocks that a file or a definition leaves open, and should not, end with it. */
  private enterFrame(frame: string, index: number): void {
    const { frames, indentation } = this;
    if (frames.at(-1) === frame) return;
    if (frames.includes(frame)) {
      while (frames.at(-1) !== frame) this.leaveFrame();
      return;
    }
    for (let last = frames.at(-1); last !== undefined; last = frames.at(-1)) {
      if (indentation.lastOf(last) > index) break;
      this.leaveFrame();
    }
    frames.push(frame);
  }

  private leaveFrame(): void {
    const left = this.frames.pop() as string;
    for (const { inners } of this.stack) inners?.delete(left);
    if (this.indentation.isBalanced(left)) return;
    const first = this.stack.findIndex((block) => block.frame === left);
    if (first > 0) this.closeAbove(first - 1, 'the text around it goes on');
  }

  private beforeStatement(word: Word, margin: Margin | undefined): void {
    const isTrusted = margin !== undefined && this.indentation.isTrusted(margin.frame);
    if (isTrusted && margin.isLoose) this.compareInner(word, margin);
    else if (isTrusted && this.top().frame === margin.frame) this.compareMargins(word, margin);
    else {
      // Columns say nothing of a block that another text opens.
      this.compareHints(word);
      if (isTrusted) this.compareMargins(word, margin);
    }
    this.wordsMargin = firmly(margin);
  }

  /** A line that begins no further right than the one that opens the block ends it. */
  private compareMargins(word: Word, margin: Margin): void {
    for (;;) {
      const { margin: opener } = this.top();
      if (opener?.frame !== margin.frame || margin.column > opener.column) break;
      this.reportUnclosed(`'${word.text}' begins at ${renderPosition(word.at)}`, word.at);
      this.popBlock();
    }
    this.compareInner(word, margin);
  }

  /** A line right of where the block's first one begins stands in a block whose beginning was lost. */
  private compareInner(word: Word, margin: Margin): void {
    const block = this.top();
    const inner = block.inners?.get(margin.frame);
    if (!inner) {
      if (margin.isLoose) return;
      block.inners ??= new Map();
      block.inners.set(margin.frame, { margin, at: word.at, from: block.statements.length });
    } else if (margin.column > inner.margin.column) {
      this.reportLostOpener(word.at);
      this.stack.push({
        ...{ statements: [], words: undefined, frame: margin.frame, isLost: true },
        margin: inner.margin,
      });
    }
  }

  /**
   * A block that cannot stand here but could further out: the braces between were lost. Other words
   * are no such sign, they may just be misplaced.
   */
  private compareHints(word: Word): void {
    const { hints, stack } = this;
    if (!hints.opensBlock(word.text)) {
      this.compareHome(word);
      return;
    }
    if (stack.length === 1) return;
    const holds = (index: number): boolean | undefined =>
      hints.holds(stack[index]?.words?.[0]?.text ?? '', word.text);
    let outer = hints.topLevelOnly(word.text) ? 0 : stack.length - 1;
    if (outer > 0 && holds(outer) !== false) return;
    while (outer > 0 && holds(outer) !== true) outer--;
    if (outer === 0 && holds(0) !== true) return;
    this.reportUnclosed(`'${word.text}' begins at ${renderPosition(word.at)}`, word.at);
    while (stack.length > outer + 1) this.popBlock();
  }

  /**
   * A word that is in its place one block further in, where closing braces are too many: the line
   * that opened the block was lost. It is read as if it were there.
   */
  private compareHome(word: Word): void {
    const { frame } = frameOf(word.at);
    const around = this.stack.at(-1)?.words?.[0]?.text ?? '';
    if (around === '' || this.indentation.balanceOf(frame) + this.foundOpeners >= 0) return;
    const home = this.hints.homeOf(word.text, around);
    if (home === undefined) return;
    this.foundOpeners++;
    this.sink.report('CONFIG_MISSING_OPEN_BRACE', word.at, {
      message: `'${word.text}' belongs in ${home}, but none is opened before it, and a '}' is too many`,
      expected: `'${home} {' on a line before`,
    });
    this.words = [{ text: home, at: word.at }];
    this.pushBlock(undefined, frame);
  }

  private openBlock(at: Position): void {
    if (this.words.length === 0) reportBareBrace(at, this.sink);
    if (this.stack.length > MAX_BLOCK_DEPTH) reportDepth(at, this.sink);
    this.pushBlock(this.wordsMargin, frameOf(at).frame);
  }

  private pushBlock(margin: Margin | undefined, frame: string): void {
    this.stack.push({ statements: [], words: this.words, frame, margin });
    this.words = [];
  }

  /** @param next where the line after the statement begins. */
  private endStatement(next: Margin | undefined): void {
    const { words, wordsMargin } = this;
    const [keyword, ...args] = words;
    if (!keyword) return;
    const isDeeper =
      next !== undefined &&
      next.frame === wordsMargin?.frame &&
      this.indentation.isTrusted(next.frame) &&
      next.column > wordsMargin.column;
    const opens = this.hints.opensBlock(keyword.text);
    if (opens || (isDeeper && !this.hints.isPlain(keyword.text))) {
      this.sink.report('CONFIG_MISSING_OPEN_BRACE', keyword.at, {
        message: opens
          ? `'${keyword.text}' opens a block, but no '{' follows`
          : `no '{' follows '${keyword.text}', but the next line is indented as if it were inside`,
        expected: `'${(opens ? words : [keyword]).map((word) => word.text).join(' ')} {'`,
      });
      // The lines that follow were meant to be inside: the brace that closes them is there.
      this.pushBlock(isDeeper ? wordsMargin : undefined, frameOf(keyword.at).frame);
      return;
    }
    this.words = [];
    this.top().statements.push({ keyword, args, body: undefined });
  }

  private closeBlock(at: Position, margin: Margin | undefined): void {
    const { stack, indentation } = this;
    const { frame } = frameOf(at);
    if (margin && indentation.isTrusted(frame)) {
      const { margin: opener, inners } = this.top();
      if (stack.length === 1 || opener?.frame !== frame || margin.column > opener.column) {
        const isForeign = stack.length === 1 || (opener?.frame ?? this.top().frame) !== frame;
        const isLoose = !isForeign && opener === undefined;
        if (!isLoose && (!isForeign || !indentation.isBalanced(frame))) {
          this.extraClose(at, margin, inners?.get(margin.frame));
          return;
        }
      } else if (margin.column < opener.column) {
        const index = stack.findLastIndex(
          (block) => block.margin?.frame === frame && block.margin.column === margin.column,
        );
        if (index > 0) this.closeAbove(index, `'}' at ${renderPosition(at)} closes another`);
      }
    }
    if (stack.length === 1) this.reportExtraClose(at);
    else this.popBlock();
  }

  /** A brace that closes nothing here: the line that opened it was lost, or it is too many. */
  private extraClose(at: Position, margin: Margin, inner: Inner | undefined): void {
    const block = this.top();
    if (!inner || inner.margin.column <= margin.column || this.isAtHome(block, inner.from)) {
      this.reportExtraClose(at);
      return;
    }
    this.reportLostOpener(inner.at);
    block.statements.length = inner.from;
    block.inners?.set(margin.frame, { margin, at, from: inner.from });
  }

  /** Whether a block can hold most of what is read in it from a statement on: then it was opened. */
  private isAtHome({ words, statements }: OpenBlock, from: number): boolean {
    const name = words?.[0]?.text;
    if (name === undefined) return false;
    const read = statements.slice(from);
    const held = read.filter(({ keyword }) => this.hints.holds(name, keyword.text));
    return held.length * 2 > read.length;
  }

  private reportExtraClose(at: Position): void {
    this.sink.report('CONFIG_EXTRA_CLOSE_BRACE', at, {
      message: "'}' without a block to close",
    });
  }

  private reportLostOpener(at: Position): void {
    this.sink.report('CONFIG_MISSING_OPEN_BRACE', at, {
      message:
        'this line is indented as if it were inside a block, but none is opened before it: ' +
        'what would be inside is not read',
      expected: "a keyword and '{' on a line before",
    });
  }

  /** Closes all blocks above an index of the stack, each with a message. */
  private closeAbove(index: number, why: string): void {
    while (this.stack.length > index + 1) {
      this.reportUnclosed(why);
      this.popBlock();
    }
  }

  private popBlock(): void {
    const { words, statements, isLost } = this.stack.pop() as OpenBlock;
    const [keyword, ...args] = words ?? [];
    if (keyword && !isLost && this.stack.length <= MAX_BLOCK_DEPTH) {
      this.top().statements.push({ keyword, args, body: statements });
    }
  }

  /** @param next what shows it, if it is a word. */
  private reportUnclosed(why: string, next?: Position): void {
    const { words, isLost } = this.top();
    // That it was never opened is told already.
    if (isLost) return;
    const opener = words?.[0];
    const at = this.endOf(opener?.at, next);
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

  /**
   * The place to look for the end of a block: what is read last, but in the block's own file and not in one that it
   * includes.
   */
  private endOf(opener: Position | undefined, next: Position | undefined): Position | undefined {
    if (!opener || this.last?.file === opener.file) return this.last;
    return next?.file === opener.file ? next : (this.lasts.get(opener.file) ?? opener);
  }

  private top(): OpenBlock {
    return this.stack[this.stack.length - 1] as OpenBlock;
  }
}
