/** doc/keywords.md out of the grammar tables, so that it cannot differ from the parser. */
import type { EntriesBody, Keyword } from '../grammar/keyword.js';
import {
  optionTables,
  optionUsage,
  rangeOf,
  referenceTables,
  STATUS_WORDS,
  statusCounts,
  usageOf,
} from './tables.js';

/** The whole document. */
export function renderKeywords(): string {
  const { supported, planned, ignored, unsupported } = statusCounts();
  const sections = referenceTables().flatMap(({ ways, keywords }) => [
    `## ${ways.length > 0 ? ways.map((way) => `\`${way}\``).join(', ') : 'At the top'}`,
    '',
    '| keyword | status | range | default | what it does |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(keywords)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([word, keyword]) => row(word, keyword)),
    '',
  ]);
  return [
    '# Keywords',
    '',
    'Every keyword of the configuration, block by block, made from the tables that the parser works',
    'with: `npm run keywords` writes this file and the manual page `tandem.conf(5)`, a test compares',
    'them. `tandem config explain KEYWORD` says the same about one of them.',
    '',
    '| status | what it means | places |',
    '| --- | --- | --- |',
    `| supported | it has its effect | ${supported} |`,
    `| planned | it is read and checked, and a warning says what does not happen yet | ${planned} |`,
    `| accepted, without effect | nothing depends on it here; the reason is given | ${ignored} |`,
    `| not supported | an error that says what to do instead | ${unsupported} |`,
    '',
    'A place is a keyword in a block; a keyword of several blocks is counted once for each table.',
    '',
    ...sections,
    ...optionSections(),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** The options of lines in blocks that list addresses, routes or rules. */
function optionSections(): string[] {
  return optionTables().flatMap(({ ways, options }) => [
    `## Lines of ${ways.map((way) => `\`${way}\``).join(', ')}`,
    '',
    '| option | what it says |',
    '| --- | --- |',
    ...Object.entries(options)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([word, option]) => {
        return tableRow([`\`${optionUsage(word, option)}\``, option.doc]);
      }),
    '',
  ]);
}

function row(word: string, keyword: Keyword): string {
  const cells = [
    `\`${usageOf(word, keyword)}\``,
    STATUS_WORDS[keyword.status],
    rangeOf(keyword.args) ?? '',
    keyword.default ?? '',
    [
      keyword.doc,
      ...(keyword.body?.kind === 'entries' ? [lineOf(keyword.body)] : []),
      ...(keyword.status === 'planned' && keyword.reason ? [`Not yet: ${keyword.reason}.`] : []),
    ].join(' '),
  ];
  return tableRow(cells);
}

/** Options have a table of their own. */
function lineOf({ syntax, options }: EntriesBody): string {
  return options ? `Each line: options, see below.` : `Each line: \`${syntax}\`.`;
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
