/** The part of the manual page tandem.conf(5) that the grammar tables make, in roff (man(7)). */
import type { EntryOption } from '../grammar/entry.js';
import type { Keyword } from '../grammar/keyword.js';
import {
  oldNamesOf,
  optionTables,
  optionUsage,
  rangeOf,
  referenceTables,
  STATUS_WORDS,
  usageOf,
} from './tables.js';

/** The line of the page's frame that the keywords take the place of. */
export const MANUAL_MARK = '.\\" KEYWORDS';

/**
 * The whole page.
 *
 * @param frame the hand-written part, with {@link MANUAL_MARK} on a line of its own.
 */
export function renderManual(frame: string): string {
  const generated = [
    '.\\" Made by npm run keywords from the grammar tables and tandem.conf.5.in.',
    ...referenceTables().flatMap(({ ways, keywords }) => [
      `.SS ${ways.length > 0 ? argument(ways.join(', ')) : '"At the top"'}`,
      ...Object.entries(keywords)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([word, keyword]) => entry(word, keyword, oldNamesOf(word, keywords))),
    ]),
    ...optionTables().flatMap(({ ways, options }) => [
      `.SS ${argument(`Lines of ${ways.join(', ')}`)}`,
      ...Object.entries(options)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([word, option]) => optionEntry(word, option)),
    ]),
  ];
  return frame.replace(MANUAL_MARK, () => generated.join('\n'));
}

function entry(word: string, keyword: Keyword, oldNames: readonly string[]): string[] {
  const rest = usageOf(word, keyword).slice(word.length).trim();
  const { status, reason, body, args } = keyword;
  const range = rangeOf(args);
  const facts: [string, string | undefined][] = [
    ['Each line', body?.kind === 'entries' && !body.options ? body.syntax : undefined],
    ['Range', range],
    ['Default', keyword.default],
    ['Old names', oldNames.join(', ') || undefined],
    // The sentence of a keyword without effect gives its reason already.
    ['Status', STATUS_WORDS[status] + (status === 'planned' && reason ? `: ${reason}` : '')],
  ];
  return [
    '.TP',
    rest === '' ? `.B ${escaped(word)}` : `.BI ${argument(`${word} `)} ${argument(rest)}`,
    ...textLines(keyword.doc.replaceAll('`', '')),
    ...facts
      .filter(([, text]) => text !== undefined)
      .flatMap(([name, text]) => [
        '.br',
        `${name}: ${escaped((text as string).replaceAll('`', ''))}.`,
      ]),
  ];
}

function optionEntry(word: string, option: EntryOption): string[] {
  const rest = optionUsage(word, option).slice(word.length).trim();
  return [
    '.TP',
    rest === '' ? `.B ${escaped(word)}` : `.BI ${argument(`${word} `)} ${argument(rest)}`,
    ...textLines(option.doc.replaceAll('`', '')),
  ];
}

/** Text as lines that roff takes for text. */
function textLines(text: string): string[] {
  return [/^[.']/.test(text) ? `\\&${escaped(text)}` : escaped(text)];
}

/** One argument of a macro. */
function argument(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}
