/** The grammar as a reference sees it: each table once, with the ways of blocks that lead to it. */
import type { EntryOption, EntryOptions } from '../grammar/entry.js';
import { grammar } from '../grammar/index.js';
import type { Keyword, KeywordStatus, Keywords } from '../grammar/keyword.js';

/** Statuses as a reader is told them. */
export const STATUS_WORDS: Readonly<Record<KeywordStatus, string>> = {
  supported: 'supported',
  planned: 'planned',
  ignored: 'accepted, without effect',
  unsupported: 'not supported',
};

export interface ReferenceTable {
  /** The blocks from the top to it, joined by ` / `; empty for the top. */
  readonly ways: readonly string[];
  readonly keywords: Keywords;
}

/** Every table, the top first. */
export function referenceTables(top: Keywords = grammar): ReferenceTable[] {
  const ways = new Map<Keywords, string[]>();
  const visit = (keywords: Keywords, way: readonly string[]): void => {
    const known = ways.get(keywords);
    if (known) {
      known.push(way.join(' / '));
      return;
    }
    ways.set(keywords, way.length > 0 ? [way.join(' / ')] : []);
    for (const [word, keyword] of Object.entries(keywords)) {
      if (keyword.body?.kind === 'block') visit(keyword.body.keywords, [...way, word]);
    }
  };
  visit(top, []);
  return [...ways].map(([keywords, found]) => ({ ways: found, keywords }));
}

export interface OptionTable {
  /** The blocks whose lines have these options, from the top, joined by ` / `. */
  readonly ways: readonly string[];
  readonly options: EntryOptions;
  /** Of the block itself. */
  readonly status: KeywordStatus;
  readonly reason?: string;
}

/** The options of lines, each table once. */
export function optionTables(): OptionTable[] {
  const found = new Map<EntryOptions, OptionTable & { readonly ways: string[] }>();
  for (const { ways, keywords } of referenceTables()) {
    for (const [word, { body, status, reason }] of Object.entries(keywords)) {
      if (body?.kind !== 'entries' || !body.options) continue;
      const here = (ways.length === 0 ? [''] : ways).map((way) =>
        way ? `${way} / ${word}` : word,
      );
      const known = found.get(body.options);
      if (known) known.ways.push(...here);
      else {
        const { options } = body;
        found.set(options, {
          ways: here,
          options,
          status,
          ...(reason === undefined ? {} : { reason }),
        });
      }
    }
  }
  return [...found.values()];
}

/** An option as it is written on a line. */
export function optionUsage(word: string, { value }: EntryOption): string {
  return value.syntax === '' ? word : `${word} ${value.syntax}`;
}

/** A keyword as it is written in a file, for example `priority <1..255>` or `url { ... }`. */
export function usageOf(word: string, keyword: Keyword): string {
  const isOpaque = keyword.oldNameOf !== undefined || keyword.args.syntax === '...';
  return [
    word,
    ...(isOpaque || keyword.args.syntax === '' ? [] : [keyword.args.syntax]),
    ...(keyword.body ? ['{ ... }'] : []),
  ].join(' ');
}

/** Its range with the unit, for example `1..255` or `0..86400 seconds`; none: `undefined`. */
export function rangeOf({
  range,
  unit,
}: Pick<Keyword['args'], 'range' | 'unit'>): string | undefined {
  if (range) return `${range[0]}..${range[1]}${unit === undefined ? '' : ` ${unit}`}`;
  return unit;
}

/** Old names of a word in a table. */
export function oldNamesOf(word: string, keywords: Keywords): string[] {
  return Object.keys(keywords).filter((other) => keywords[other]?.oldNameOf === word);
}

/** How many places of keywords have each status. */
export function statusCounts(): Record<KeywordStatus, number> {
  const counts = { supported: 0, planned: 0, ignored: 0, unsupported: 0 };
  for (const { keywords } of referenceTables()) {
    for (const { status } of Object.values(keywords)) counts[status]++;
  }
  return counts;
}
