/**
 * Statements to settings, by the grammar tables: every keyword is looked up, its status minded, its
 * words turned into values. What comes out is typed by the table it came from.
 */
import type { Sink } from '../diagnostics/diagnostics.js';
import { nearest, quoted } from '../diagnostics/nearest.js';
import { allBlocks, blocksOf, lookUp } from '../grammar/index.js';
import {
  ANYTHING,
  type BodyOf,
  type Keyword,
  type Keywords,
  type ReportArg,
  type ValueOf,
} from '../grammar/keyword.js';
import type { Position, Statement, Word } from '../text/source.js';

/** A keyword with its value, as it was written. */
export interface Setting<K = Keyword> {
  readonly value: ValueOf<K>;
  /** The first word of the value; of a block or a keyword that stands alone the keyword. */
  readonly at: Position;
  /** Its place among the settings of the block, from 0. */
  readonly order: number;
  readonly args: readonly Word[];
  /** The block of a block keyword. */
  readonly section: Section<BodyOf<K>>;
  /** The lines of an entries block; empty for other keywords. */
  readonly entries: readonly Statement[];
}

type Names<G> = keyof G & string;

/** The settings of one block. */
export class Section<G> {
  private readonly found = new Map<string, Setting[]>();
  private readonly failed = new Set<string>();
  private count = 0;
  /** Whether it holds a word that nobody knows: that may be any keyword. */
  isIncomplete = false;

  /** The keyword that opened the block. */
  readonly at: Position;

  constructor(at: Position) {
    this.at = at;
  }

  add(keyword: string, setting: Omit<Setting, 'order'>): void {
    const numbered = { ...setting, order: this.count++ };
    const earlier = this.found.get(keyword);
    if (earlier) earlier.push(numbered);
    else this.found.set(keyword, [numbered]);
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
    const settings = [...other.found].flatMap(([keyword, list]) =>
      list.map((setting) => ({ keyword, setting })),
    );
    settings.sort((a, b) => a.setting.order - b.setting.order);
    for (const { keyword, setting } of settings) {
      if (wanted(keyword, setting)) this.add(keyword, setting);
    }
    for (const keyword of other.failed) this.fail(keyword);
    this.isIncomplete ||= other.isIncomplete;
  }

  /** Remembers a keyword that was there but wrong, so that it is not called missing as well. */
  fail(keyword: string): void {
    this.failed.add(keyword);
  }

  /** Whether a keyword was given, be it rightly or wrongly, or may have been. */
  mentions(keyword: Names<G>): boolean {
    return this.found.has(keyword) || this.failed.has(keyword) || this.isIncomplete;
  }

  /** The setting that counts: the last one given. */
  get<K extends Names<G>>(keyword: K): Setting<G[K]> | undefined {
    return this.found.get(keyword)?.at(-1) as Setting<G[K]> | undefined;
  }

  /** All settings of a keyword, in order. */
  all<K extends Names<G>>(keyword: K): readonly Setting<G[K]>[] {
    return (this.found.get(keyword) ?? []) as readonly Setting<G[K]>[];
  }
}

/**
 * Interprets the statements of a block.
 *
 * @param blockName the keyword that opened it, for messages; empty at the top.
 * @param at the place of that keyword.
 * @param planned the block is planned as a whole, which was said: it is not said of each keyword.
 */
export function interpret<G extends Keywords>(
  blockName: string,
  keywords: G,
  statements: readonly Statement[],
  at: Position,
  sink: Sink,
  planned = false,
): Section<G> {
  const section = new Section<G>(at);
  const block = { name: blockName, keywords, planned };
  for (const statement of statements) interpretOne(block, statement, section, sink);
  return section;
}

interface Block {
  readonly name: string;
  readonly keywords: Keywords;
  readonly planned: boolean;
}

function interpretOne(
  block: Block,
  statement: Statement,
  section: Section<unknown>,
  sink: Sink,
): void {
  const { keywords } = block;
  const written = statement.keyword;
  const entry = lookUp(keywords, written.text);
  if (!entry) {
    const meant = reportUnknown(block.name, keywords, written, sink);
    // The mistake is told. Going on with what was meant keeps it one message.
    const [only] = meant;
    if (only === undefined || !isMeant(only, keywords, statement, section)) {
      section.isIncomplete = true;
    } else {
      const keyword = { text: only, at: written.at };
      interpretOne(block, { ...statement, keyword }, section, sink);
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
  const said = block.planned && keyword.status === 'planned';
  if (!said && !isRead(written, keyword, sink)) return;
  if (!bodyFits(statement, keyword, sink)) return;
  const value = readValue(statement, keyword, sink);
  if (keyword.status === 'planned') reportPlanned(written, keyword, value, sink);
  if (value === undefined && keyword.body === undefined) {
    section.fail(name);
    return;
  }
  const repeated = !keyword.repeatable && section.get(name as never) !== undefined;
  if (repeated) {
    const which = keyword.firstCounts ? 'first' : 'last';
    sink.report('CONFIG_REPEATED', written.at, {
      message: `'${name}' is given more than once in this block: the ${which} one counts`,
    });
    if (keyword.firstCounts) return;
  }
  const body = statement.body ?? [];
  const inner =
    keyword.body?.kind === 'block'
      ? interpret(
          written.text,
          keyword.body.keywords,
          body,
          written.at,
          sink,
          keyword.status === 'planned',
        )
      : undefined;
  section.add(name, {
    value: value as never,
    at: keyword.body ? written.at : (statement.args[0]?.at ?? written.at),
    args: statement.args,
    section: inner as never,
    entries: keyword.body?.kind === 'entries' ? body : [],
  });
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

/** Reports it, and returns the keywords of this block that may have been meant. */
function reportUnknown(
  blockName: string,
  keywords: Keywords,
  word: Word,
  sink: Sink,
): readonly string[] {
  const where = blockName === '' ? 'at the top of a configuration' : `in ${blockName}`;
  const elsewhere = blocksOf(word.text);
  const hint =
    elsewhere.length === 0
      ? ''
      : `; it belongs ${elsewhere.map((opener) => (opener === '' ? 'at the top' : `in ${opener}`)).join(' or ')}`;
  const usual = Object.keys(keywords).filter((known) => keywords[known]?.oldNameOf === undefined);
  const meant = nearest(word.text, usual);
  sink.report('CONFIG_UNKNOWN_KEYWORD', word.at, {
    message: `unknown keyword '${word.text}' ${where}${hint}`,
    suggestion: quoted(meant) ?? (hint === '' ? suggestElsewhere(word.text) : undefined),
  });
  return elsewhere.length === 0 ? meant : [];
}

/** The nearest keyword of any other block, with that block: the typo may be misplaced as well. */
function suggestElsewhere(word: string): string | undefined {
  const known = new Set([...allBlocks().values()].flatMap((keywords) => Object.keys(keywords)));
  const [best] = nearest(word, known);
  if (best === undefined) return undefined;
  const [opener] = blocksOf(best);
  return opener ? `'${best}' in ${opener}` : `'${best}' at the top`;
}

/** Minds the status; false if the statement is to be passed over. */
function isRead(word: Word, keyword: Keyword, sink: Sink): boolean {
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
    sink.report('CONFIG_IGNORED', word.at, {
      message: `'${word.text}' has no effect: ${keyword.reason}`,
      severity: keyword.ignoredSeverity ?? 'warning',
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
    sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', word.at, {
      message: `'${word.text}' takes no block: what its braces enclose is not read`,
    });
    return false;
  }
  return true;
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
    sink.report('CONFIG_EXTRA_WORD', extra.at, {
      message:
        max === 0
          ? `'${word.text}' takes no value: what follows it is ignored`
          : `'${word.text}' takes no more words: what follows is ignored`,
    });
  }
  const report: ReportArg = (code, at, detail) => {
    sink.report(code, at.at, { ...detail, message: `${word.text}: ${detail.message}` });
  };
  return keyword.args.parse(args.slice(0, max), report);
}
