/**
 * What a grammar table is made of. The tables are the only place that knows keywords: the parser,
 * the checks of single values, the manual, completion and `did you mean` all read them.
 */
import type { DiagnosticCode, Report } from '../diagnostics/diagnostics.js';
import type { Word } from '../text/source.js';
import type { EntryOptions } from './entry.js';

export type KeywordStatus =
  /** Has its effect. */
  | 'supported'
  /** Accepted without effect; `reason` says why. A warning or an info tells so. */
  | 'ignored'
  /** Read and checked, not acted on yet: a warning says so, and `reason` what does not happen. */
  | 'planned'
  /** Known and not coming: an error; `reason` says what to do instead. */
  | 'unsupported';

/** Says what is wrong with a word; the caller adds which keyword it belongs to. */
export type ReportArg = (code: DiagnosticCode, word: Word, report: Report) => void;

/** What may follow a keyword, and how it becomes a value. */
export interface Args<T> {
  /** As the manual writes it, for example `<1..255>`; empty for a keyword that stands alone. */
  readonly syntax: string;
  /** A noun phrase for "expected ...". */
  readonly expects: string;
  readonly min: number;
  /** Further words are reported as CONFIG_EXTRA_WORD. */
  readonly max: number;
  readonly range?: readonly [number, number];
  readonly unit?: string;
  readonly choices?: readonly string[];
  /**
   * Whether the words are read as a shell reads them, with both kinds of quotes and escapes: scripts,
   * commands and regular expressions. Other words know double quotes only.
   */
  readonly readsLikeShell?: boolean;
  /** Words (at least `min`, at most `max`) to a value; `undefined` after a report. */
  parse(words: readonly Word[], report: ReportArg): T | undefined;
}

export interface BlockBody<B extends Keywords = Keywords> {
  readonly kind: 'block';
  readonly keywords: B;
}

/** A block whose lines are not keywords but entries, for example `virtual_ipaddress`. */
export interface EntriesBody {
  readonly kind: 'entries';
  readonly syntax: string;
  /** The words that can stand on a line, where they are in a table. */
  readonly options?: EntryOptions;
}

export interface Keyword {
  readonly status: KeywordStatus;
  readonly args: Args<unknown>;
  /** One sentence for the manual. */
  readonly doc: string;
  /** The default, as text for the manual. */
  readonly default?: string;
  /** Why it is ignored or unsupported, or what is planned. */
  readonly reason?: string;
  /** Of a planned keyword: whether a value asks for what happens anyway; then nothing is said. */
  readonly happensAnyway?: (value: unknown) => boolean;
  /** Of an ignored keyword: whether ignoring changes something that a user may count on. */
  readonly ignoredSeverity?: 'warning' | 'info';
  /** The word that is used today; this one is an old name of it in the same block. */
  readonly oldNameOf?: string;
  /** keepalived does not know it any more: it is suggested to nobody. */
  readonly isOutdated?: boolean;
  /** Of an outdated word: what is written today, as a suggestion has it. */
  readonly today?: string;
  /** Whether it may be given several times, each adding to the others. */
  readonly repeatable?: boolean;
  /** Given twice, the first counts, as in keepalived; of other keywords the last. */
  readonly firstCounts?: boolean;
  /** Whether its argument must never be shown. */
  readonly secret?: boolean;
  readonly body?: BlockBody | EntriesBody;
}

export type Keywords = Readonly<Record<string, Keyword>>;

/** The value type of a table's entry. */
export type ValueOf<K> = K extends { readonly args: Args<infer T> } ? T : never;

/** The table inside an entry's block; never for other entries. */
export type BodyOf<K> = K extends { readonly body: BlockBody<infer B> } ? B : never;

export type KeywordOf<T> = Keyword & { readonly args: Args<T> };
export type BlockKeyword<T, B extends Keywords> = KeywordOf<T> & { readonly body: BlockBody<B> };
export type EntriesKeyword<T> = KeywordOf<T> & { readonly body: EntriesBody };

type Extra = Partial<Pick<Keyword, 'default' | 'repeatable' | 'firstCounts' | 'secret'>>;

/** A supported keyword with a value. */
export function setting<const T>(args: Args<T>, doc: string, extra: Extra = {}): KeywordOf<T> {
  return { status: 'supported', args, doc, ...extra };
}

/** A supported keyword that opens a block of keywords. */
export function block<T, B extends Keywords>(
  args: Args<T>,
  keywords: B,
  doc: string,
  extra: Extra = {},
): BlockKeyword<T, B> {
  return { status: 'supported', args, doc, ...extra, body: { kind: 'block', keywords } };
}

/** A supported keyword that opens a block of entries. */
export function entries<T>(
  args: Args<T>,
  syntax: string,
  doc: string,
  extra: Extra = {},
  options?: EntryOptions,
): EntriesKeyword<T> {
  const body: EntriesBody = { kind: 'entries', syntax, ...(options ? { options } : {}) };
  return { status: 'supported', args, doc, ...extra, body };
}

/** Another name for a keyword of the same block, accepted with a warning that names today's. */
export function oldName(today: string): KeywordOf<never> {
  return {
    status: 'supported',
    args: ANYTHING,
    doc: `Old name of \`${today}\`.`,
    oldNameOf: today,
  };
}

/** A keyword that changes nothing. `severity`: warning if a user may count on what it did. */
export function ignored(
  reason: string,
  severity: 'warning' | 'info' = 'warning',
  body?: EntriesBody,
): KeywordOf<never> {
  return {
    status: 'ignored',
    args: ANYTHING,
    doc: `Accepted without effect: ${reason}.`,
    reason,
    ignoredSeverity: severity,
    ...(body ? { body } : {}),
  };
}

/**
 * A word of old versions, or of documents about them, that keepalived calls unknown and passes over:
 * files with it run there.
 *
 * @param today what is written instead, as a suggestion has it.
 */
export function outdated(reason: string, today?: string): KeywordOf<never> {
  const keyword = { ...ignored(reason), isOutdated: true };
  if (today === undefined) return keyword;
  return { ...keyword, doc: `Accepted without effect: ${reason}; today ${today}.`, today };
}

/**
 * A keyword whose value is checked like any other and changes nothing.
 *
 * @param severity warning if a user may count on what it did.
 */
export function withoutEffect<K extends Keyword>(
  keyword: K,
  reason: string,
  severity: 'warning' | 'info' = 'info',
): K {
  const doc = `${keyword.doc} Without effect: ${reason}.`;
  return { ...keyword, doc, status: 'ignored', reason, ignoredSeverity: severity };
}

/** Words that no table describes yet. */
export function unwritten(...words: readonly string[]): Keywords {
  const keyword: KeywordOf<never> = { status: 'planned', args: ANYTHING, doc: 'Planned.' };
  return Object.fromEntries(words.map((word) => [word, keyword]));
}

/**
 * A keyword that is read, checked and kept in the model, but not acted on by this version.
 *
 * @param without what does not happen meanwhile, for example `no script is run`.
 * @param happensAnyway the value that asks for what happens anyway, if there is one.
 */
export function planned<K extends Keyword>(
  keyword: K,
  without: string,
  happensAnyway?: (value: ValueOf<K>) => boolean,
): K {
  return {
    ...keyword,
    status: 'planned',
    reason: without,
    ...(happensAnyway ? { happensAnyway } : {}),
  };
}

/** All keywords of a block that is planned as a whole. */
export function allPlanned<G extends Keywords>(keywords: G, without: string): G {
  const all = Object.entries(keywords).map(([word, keyword]) => [
    word,
    keyword.oldNameOf === undefined ? planned(keyword, without) : keyword,
  ]);
  return Object.fromEntries(all) as G;
}

/** A keyword that is an error; `reason` says what to do instead. */
export function unsupported(reason: string, body?: EntriesBody): KeywordOf<never> {
  return {
    status: 'unsupported',
    args: ANYTHING,
    doc: `Not supported: ${reason}.`,
    reason,
    ...(body ? { body } : {}),
  };
}

/** Any words, not looked at: for keywords whose effect is not there. */
export const ANYTHING: Args<never> = {
  syntax: '...',
  expects: 'anything',
  min: 0,
  max: Number.POSITIVE_INFINITY,
  parse: () => undefined,
};
