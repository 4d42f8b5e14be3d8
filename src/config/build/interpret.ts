/**
 * Statements to settings, by the grammar tables: every keyword is looked up, its status minded, its
 * words turned into values. What comes out is typed by the table it came from.
 */
import { Sink } from '../diagnostics/diagnostics.js';
import { distance } from '../diagnostics/nearest.js';
import { blocksOf, lookUp } from '../grammar/index.js';
import {
  ANYTHING,
  type BodyOf,
  type Keyword,
  type Keywords,
  type ReportArg,
  type ValueOf,
} from '../grammar/keyword.js';
import type { Position, Statement, Word } from '../text/source.js';
import { isForeign, reportUnknown } from './unknown.js';

/** A keyword with its value, as it was written. */
export class Setting<K = Keyword> {
  readonly keyword: string;
  readonly value: ValueOf<K>;
  /** Its place among the settings of the block, from 0. */
  readonly order: number;
  /** The block of a block keyword. */
  readonly section: Section<BodyOf<K>>;
  /** The setting before it in its block. */
  previous: Setting | undefined;
  private readonly statement: Statement;

  constructor(
    keyword: string,
    statement: Statement,
    value: ValueOf<K>,
    section: Section<BodyOf<K>>,
    order: number,
  ) {
    this.keyword = keyword;
    this.statement = statement;
    this.value = value;
    this.section = section;
    this.order = order;
    this.previous = undefined;
  }

  /** The same at another place of a block. */
  renumbered(order: number): Setting<K> {
    return new Setting(this.keyword, this.statement, this.value, this.section, order);
  }

  /** The first word of the value; of a block or a keyword that stands alone the keyword. */
  get at(): Position {
    const { keyword, args, body } = this.statement;
    return body ? keyword.at : (args[0] ?? keyword).at;
  }

  get args(): readonly Word[] {
    return this.statement.args;
  }

  /** The lines of an entries block; those of a block of keywords are in {@link section}. */
  get entries(): readonly Statement[] {
    return this.statement.body ?? [];
  }
}

type Names<G> = keyof G & string;

/** Blocks with more settings have them listed by keyword. */
const FEW = 24;

/**
 * The settings of one block. Most blocks have few, and a large configuration has hundreds of
 * thousands of blocks: a chain from the last one back is smaller than a map or an array, and no
 * slower.
 */
export class Section<G> {
  private last: Setting | undefined;
  private byKeyword: Map<string, Setting[]> | undefined;
  private failed: string[] | undefined;
  /** Whether it holds a word that nobody knows: that may be any keyword. */
  isIncomplete = false;

  /** The keyword that opened the block. */
  readonly at: Position;

  constructor(at: Position) {
    this.at = at;
  }

  add(keyword: string, statement: Statement, value: unknown, section: unknown): void {
    this.append(new Setting(keyword, statement, value as never, section as never, this.size));
  }

  private get size(): number {
    return this.last ? this.last.order + 1 : 0;
  }

  private append(setting: Setting): void {
    setting.previous = this.last;
    this.last = setting;
    if (this.byKeyword) list(this.byKeyword, setting);
    else if (this.size > FEW) {
      const byKeyword = new Map<string, Setting[]>();
      for (const one of this.chosen(() => true)) list(byKeyword, one);
      this.byKeyword = byKeyword;
    }
  }

  /** Those that are wanted, in order. */
  private chosen(isWanted: (setting: Setting) => boolean): Setting[] {
    const found: Setting[] = [];
    for (let one = this.last; one; one = one.previous) if (isWanted(one)) found.push(one);
    return found.length > 1 ? found.reverse() : found;
  }

  /**
   * Takes over the settings of another block of the same kind, as if they came after.
   *
   * @param wanted asked for each, in order; by default all are taken.
   */
  addAll(
    other: Section<G>,
    wanted: (keyword: string, setting: Setting) => boolean = () => true,
  ): void {
    for (const setting of other.chosen(() => true)) {
      if (wanted(setting.keyword, setting)) this.append(setting.renumbered(this.size));
    }
    for (const keyword of other.failed ?? []) this.fail(keyword);
    this.isIncomplete ||= other.isIncomplete;
  }

  /** Remembers a keyword that was there but wrong, so that it is not called missing as well. */
  fail(keyword: string): void {
    if (!this.failed) this.failed = [keyword];
    else if (!this.failed.includes(keyword)) this.failed.push(keyword);
  }

  /** Whether a keyword was given, be it rightly or wrongly, or may have been. */
  mentions(keyword: Names<G>): boolean {
    if (this.isIncomplete || this.get(keyword) !== undefined) return true;
    return this.failed?.includes(keyword) === true;
  }

  /** The setting that counts: the last one given. */
  get<K extends Names<G>>(keyword: K): Setting<G[K]> | undefined {
    if (this.byKeyword) return this.byKeyword.get(keyword)?.at(-1) as Setting<G[K]> | undefined;
    let one = this.last;
    while (one && one.keyword !== keyword) one = one.previous;
    return one as unknown as Setting<G[K]> | undefined;
  }

  /** All settings of some keywords, in order. */
  among(keywords: { has(keyword: string): boolean }): readonly Setting[] {
    return this.chosen((setting) => keywords.has(setting.keyword));
  }

  /** All settings of a keyword, in order. */
  all<K extends Names<G>>(keyword: K): readonly Setting<G[K]>[] {
    if (this.byKeyword) {
      return (this.byKeyword.get(keyword) ?? []) as unknown as readonly Setting<G[K]>[];
    }
    return this.chosen((setting) => setting.keyword === keyword) as unknown as Setting<G[K]>[];
  }
}

function list(byKeyword: Map<string, Setting[]>, setting: Setting): void {
  const same = byKeyword.get(setting.keyword);
  if (same) same.push(setting);
  else byKeyword.set(setting.keyword, [setting]);
}

/** What became of blocks that share their statements. */
export interface SharedSections {
  /**
   * `undefined` for a block that shares nothing, and before the first of those that do.
   *
   * @param at where the keyword of the block stands that is wanted now.
   */
  get(body: readonly Statement[], at: Position): Section<unknown> | undefined;
  /** Told of every block that was not known, when it has been interpreted. */
  add(body: readonly Statement[], at: Position, section: Section<unknown>): void;
}

/**
 * Interprets the statements of a block.
 *
 * @param blockName the keyword that opened it, for messages; empty at the top.
 * @param at the place of that keyword.
 * @param planned the block is planned as a whole, which was said: it is not said of each keyword.
 * @param shared blocks in it that are interpreted once; their settings have the positions of the first.
 */
export function interpret<G extends Keywords>(
  blockName: string,
  keywords: G,
  statements: readonly Statement[],
  at: Position,
  sink: Sink,
  planned = false,
  shared?: SharedSections,
): Section<G> {
  const section = new Section<G>(at);
  if (isForeign(blockName, keywords, statements, at, sink)) {
    section.isIncomplete = true;
    return section;
  }
  const block = { name: blockName, keywords, planned, shared };
  /** What the block before may hold, if no brace opened it: that is told. */
  let unopened: Keywords | undefined;
  for (const statement of statements) {
    const { text } = statement.keyword;
    const entry = lookUp(keywords, text);
    if (unopened && !entry && lookUp(unopened, text)) continue;
    interpretOne(block, statement, section, sink);
    const isUnopened = entry?.body?.kind === 'block' && !statement.body;
    unopened = isUnopened ? entry.body.keywords : undefined;
  }
  return section;
}

interface Block {
  readonly name: string;
  readonly keywords: Keywords;
  readonly planned: boolean;
  readonly shared: SharedSections | undefined;
}

/** @param isGuess the keyword is what was probably meant: its words may follow from another. */
function interpretOne(
  block: Block,
  statement: Statement,
  section: Section<unknown>,
  sink: Sink,
  isGuess = false,
): void {
  const { keywords } = block;
  const written = statement.keyword;
  const entry = lookUp(keywords, written.text);
  if (!entry) {
    const meant = reportUnknown(block.name, keywords, written, sink);
    // The mistake is told. Going on with what was meant keeps it one message.
    const [only] = meant;
    const isClear = only !== undefined && (meant.length === 1 || distance(written.text, only) <= 2);
    if (!isClear || !isMeant(only, keywords, statement, section)) {
      section.isIncomplete = true;
      if (statement.body) sink.noteLoss();
    } else {
      // What only begins alike may have been meant for something else.
      if (distance(written.text, only) > 2) section.isIncomplete = true;
      const keyword = { text: only, at: written.at };
      interpretOne(block, { ...statement, keyword }, section, sink, true);
    }
    return;
  }
  let name = written.text;
  let keyword = entry;
  if (entry.oldNameOf !== undefined) {
    name = entry.oldNameOf;
    keyword = lookUp(keywords, name) as Keyword;
    sink.report('CONFIG_OLD_NAME', written.at, {
      message: `'${written.text}' is the old name of '${name}'`,
      suggestion: `'${name}'`,
    });
  }
  if (!isRead(statement, keyword, sink)) return;
  if (!bodyFits(statement, keyword, sink)) return;
  const value = readValue(statement, keyword, isGuess ? new Sink() : sink);
  if (value === undefined && keyword.body === undefined) {
    section.fail(name);
    return;
  }
  if (keyword.status === 'planned' && !block.planned) {
    reportPlanned(written, keyword, value, sink);
  }
  // A word that stands alone says nothing else the second time.
  const isFlag = keyword.args.max === 0 && keyword.body === undefined;
  const repeated = !keyword.repeatable && !isFlag && section.get(name as never) !== undefined;
  if (repeated) {
    const which = keyword.firstCounts ? 'first' : 'last';
    sink.report('CONFIG_REPEATED', written.at, {
      message: `'${name}' is given more than once in this block: the ${which} one counts`,
    });
    if (keyword.firstCounts) return;
  }
  section.add(name, statement, value, interpretBody(block, statement, keyword, sink));
}

function interpretBody(
  { shared }: Block,
  { keyword: { text, at }, body = [] }: Statement,
  keyword: Keyword,
  sink: Sink,
): Section<unknown> | undefined {
  if (keyword.body?.kind !== 'block') return undefined;
  const known = shared?.get(body, at);
  if (known) return known;
  const planned = keyword.status === 'planned';
  const section = interpret(text, keyword.body.keywords, body, at, sink, planned, shared);
  shared?.add(body, at, section);
  return section;
}

/** Whether a statement can be read as if its keyword were another. */
function isMeant(
  word: string,
  keywords: Keywords,
  statement: Statement,
  section: Section<unknown>,
): boolean {
  const keyword = lookUp(keywords, word) as Keyword;
  const hasBody = keyword.body !== undefined;
  if (hasBody !== (statement.body !== undefined)) return false;
  if (keyword.body?.kind === 'block') {
    const { keywords: inside } = keyword.body;
    if (!statement.body?.some((inner) => lookUp(inside, inner.keyword.text))) return false;
  }
  return keyword.repeatable === true || section.get(word as never) === undefined;
}

/** Minds the status; false if the statement is to be passed over. */
function isRead(statement: Statement, keyword: Keyword, sink: Sink): boolean {
  const { keyword: word, args } = statement;
  if (keyword.status === 'planned') {
    if (keyword.reason === undefined) {
      sink.report('CONFIG_PLANNED', word.at, { message: `'${word.text}' is not supported yet` });
      return false;
    }
    return true;
  }
  if (keyword.status === 'unsupported') {
    sink.report('CONFIG_UNSUPPORTED', word.at, {
      message: `'${word.text}' is not supported: ${keyword.reason}`,
    });
    return false;
  }
  if (keyword.status === 'ignored') {
    if (args.length < keyword.args.min) {
      // keepalived refuses the file.
      sink.report('CONFIG_MISSING_VALUE', word.at, {
        message: `'${word.text}' needs a value, and has no effect with one: ${keyword.reason}`,
      });
      return false;
    }
    sink.report('CONFIG_IGNORED', word.at, {
      message: `'${word.text}' has no effect: ${keyword.reason}`,
      severity: keyword.ignoredSeverity ?? 'warning',
      suggestion: keyword.today,
    });
    return keyword.args !== ANYTHING;
  }
  return true;
}

function reportPlanned(word: Word, keyword: Keyword, value: unknown, sink: Sink): void {
  if (value !== undefined && keyword.happensAnyway?.(value)) return;
  sink.report('CONFIG_PLANNED', word.at, {
    message: `'${word.text}' has no effect yet: ${keyword.reason}`,
    severity: 'warning',
  });
}

function bodyFits(statement: Statement, keyword: Keyword, sink: Sink): boolean {
  const { keyword: word, body } = statement;
  if (keyword.body && !body) {
    sink.report('CONFIG_MISSING_OPEN_BRACE', word.at, {
      message: `'${word.text}' opens a block, but no '{' follows`,
      expected: `'${word.text} {'`,
    });
    return false;
  }
  if (!keyword.body && body) {
    const next = nextKeyword(statement, 1);
    if (next) {
      sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', next.at, {
        message: `'${next.text}' begins on the line of '${word.text}', which ends with its line: neither is read`,
        expected: `'${next.text}' on a line of its own`,
      });
      return false;
    }
    sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', word.at, {
      message: `'${word.text}' takes no block: what its braces enclose is not read`,
    });
    return false;
  }
  return true;
}

/** The first word after so many arguments that could be the next line of the same block. */
function nextKeyword({ keyword, args }: Statement, from: number): Word | undefined {
  const homes = new Set(blocksOf(keyword.text));
  return args.slice(from).find(({ text }) => blocksOf(text).some((home) => homes.has(home)));
}

/** A keyword of the same block with a blank for its underscore: `preempt delay 300`. */
function joinedWord({ keyword, args: [first, ...rest] }: Statement): string | undefined {
  if (!first) return undefined;
  const joined = `${keyword.text}_${first.text}`;
  const homes = new Set(blocksOf(keyword.text));
  if (!blocksOf(joined).some((home) => homes.has(home))) return undefined;
  return [joined, ...rest.map(({ text }) => text)].join(' ');
}

function readValue(statement: Statement, keyword: Keyword, sink: Sink): unknown {
  const { keyword: word, args } = statement;
  const { min, max, expects, syntax } = keyword.args;
  if (args.length < min) {
    sink.report('CONFIG_MISSING_VALUE', word.at, {
      message: `'${word.text}' needs a value`,
      expected: min === 0 ? expects : `'${word.text} ${syntax}', ${expects}`,
    });
    return undefined;
  }
  const extra = args[max];
  if (extra) {
    const isNext = nextKeyword(statement, max) === extra;
    const isAssigned = args[0]?.text === '=';
    const joined = max === 0 ? joinedWord(statement) : undefined;
    sink.report('CONFIG_EXTRA_WORD', extra.at, {
      ...(isNext ? { expected: `'${extra.text}' on a line of its own` } : {}),
      ...(isAssigned ? { expected: `'${word.text}' and its value, no '=' between them` } : {}),
      ...(joined === undefined ? {} : { suggestion: `'${joined}'` }),
      message:
        max === 0
          ? `'${word.text}' takes no value: what follows it is ignored`
          : `'${word.text}' takes no more words: what follows is ignored`,
    });
  }
  const report: ReportArg = (code, at, detail) => {
    sink.report(code, at.at, { ...detail, message: `${word.text}: ${detail.message}` });
  };
  return keyword.args.parse(args.length > max ? args.slice(0, max) : args, report);
}
