/** What the tables say about one keyword: `tandem config explain`. */
import { nearest } from '../diagnostics/nearest.js';
import { lookUpOption } from '../grammar/entry.js';
import type { Keyword, KeywordStatus } from '../grammar/keyword.js';
import {
  oldNamesOf,
  optionTables,
  optionUsage,
  rangeOf,
  referenceTables,
  STATUS_WORDS,
  usageOf,
} from './tables.js';

/** One meaning of a word; a word may have another one in another block. */
export interface Explanation {
  readonly keyword: string;
  /** Where it can stand: blocks from the top, joined by ` / `; empty text for the top. */
  readonly blocks: readonly string[];
  readonly status: KeywordStatus;
  /** As it is written, for example `priority <1..255>`. */
  readonly syntax: string;
  /** What the value is, in words; none for a keyword that stands alone. */
  readonly value?: string;
  readonly range?: readonly [number, number];
  readonly unit?: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  /** One sentence. */
  readonly description: string;
  /** Why it is without effect, what does not happen yet, or what to do instead. */
  readonly reason?: string;
  /** Of a block of entries: what a line is. */
  readonly entries?: string;
  /** Of a block: the keywords inside. */
  readonly keywords?: readonly string[];
  readonly repeatable: boolean;
  readonly secret: boolean;
  /** Of an old name: today's. */
  readonly oldNameOf?: string;
  readonly oldNames: readonly string[];
}

/**
 * Looks a keyword up.
 *
 * @param block only where this block (its keyword, or the way to it) holds it; `top` is the top.
 * @returns every meaning that it has; none: it is no keyword there.
 */
export function explain(word: string, block?: string): Explanation[] {
  const found = new Map<Keyword, Explanation>();
  for (const { ways, keywords } of referenceTables()) {
    if (!Object.hasOwn(keywords, word)) continue;
    const here = (ways.length === 0 ? [''] : ways).filter((way) => isWay(way, block));
    if (here.length === 0) continue;
    const keyword = keywords[word] as Keyword;
    // Several blocks share their keywords: that is one meaning.
    const known = found.get(keyword);
    found.set(
      keyword,
      known
        ? { ...known, blocks: [...known.blocks, ...here] }
        : explanation(word, keyword, here, oldNamesOf(word, keywords)),
    );
  }
  return [...found.values(), ...explainOption(word, block)];
}

/** Meanings of a word on the lines of addresses, routes and rules. */
function explainOption(word: string, block: string | undefined): Explanation[] {
  return optionTables().flatMap(({ ways, options, status, reason }) => {
    const option = lookUpOption(options, word);
    const here = ways.filter((way) => isWay(way, block));
    if (!option || here.length === 0) return [];
    const lack = reason;
    return [
      {
        keyword: word,
        blocks: here,
        status: lack === undefined ? status : ('planned' as const),
        syntax: optionUsage(word, option),
        description: option.doc,
        ...(lack === undefined ? {} : { reason: lack }),
        repeatable: false,
        secret: false,
        ...(option.old && option.sameAs !== undefined ? { oldNameOf: option.sameAs } : {}),
        oldNames: Object.keys(options).filter(
          (other) => options[other]?.old && options[other]?.sameAs === word,
        ),
      },
    ];
  });
}

function isWay(way: string, block: string | undefined): boolean {
  if (block === undefined || way === block) return true;
  return block === 'top' ? way === '' : way.split(' / ').at(-1) === block;
}

function explanation(
  word: string,
  keyword: Keyword,
  blocks: readonly string[],
  oldNames: readonly string[],
): Explanation {
  const { args, status, body, doc, reason } = keyword;
  const isOpaque = args.syntax === '...';
  return {
    keyword: word,
    blocks,
    status,
    syntax: usageOf(word, keyword),
    ...(isOpaque || args.max === 0 ? {} : { value: args.expects }),
    ...(args.range ? { range: args.range } : {}),
    ...(args.unit === undefined ? {} : { unit: args.unit }),
    ...(args.choices ? { choices: args.choices } : {}),
    ...(keyword.default === undefined ? {} : { default: keyword.default }),
    description: doc,
    ...(reason === undefined ? {} : { reason }),
    ...(body?.kind === 'entries' ? { entries: body.syntax } : {}),
    ...(body?.kind === 'block' ? { keywords: Object.keys(body.keywords).sort() } : {}),
    repeatable: keyword.repeatable ?? false,
    secret: keyword.secret ?? false,
    ...(keyword.oldNameOf === undefined ? {} : { oldNameOf: keyword.oldNameOf }),
    oldNames,
  };
}

/** Every word of the tables, sorted. */
export function allKeywords(): string[] {
  const words = new Set(referenceTables().flatMap(({ keywords }) => Object.keys(keywords)));
  return [...words].sort();
}

/** Every word that opens a block of keywords, sorted. */
export function allBlockWords(): string[] {
  const ways = referenceTables().flatMap((table) => table.ways);
  return [...new Set(ways.map((way) => way.split(' / ').at(-1) as string))].sort();
}

/** The words nearest to one that is none, best first. */
export function nearestKeywords(word: string): string[] {
  return nearest(word, allKeywords());
}

/** Explanations as text for people, with a newline at the end. */
export function renderExplanations(explanations: readonly Explanation[]): string {
  return explanations.map(renderExplanation).join('\n');
}

function renderExplanation(entry: Explanation): string {
  const rows: [string, string | undefined][] = [
    ['in', entry.blocks.map((way) => way || 'the top').join(', ')],
    ['status', STATUS_WORDS[entry.status] + (entry.reason ? `: ${entry.reason}` : '')],
    ['value', entry.value],
    ['range', rangeOf(entry)],
    ['choices', entry.choices?.join(', ')],
    ['default', entry.default],
    ['each line', entry.entries],
    ['keywords', entry.keywords?.join(', ')],
    ['old names', entry.oldNames.join(', ') || undefined],
    ['repeated', entry.repeatable ? 'each one adds to the others' : undefined],
    ['secret', entry.secret ? 'it is never shown' : undefined],
  ];
  const lines = rows
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `    ${`${name}:`.padEnd(11)}${text}\n`);
  return `${entry.syntax}\n    ${entry.description}\n${lines.join('')}`;
}
