/**
 * Renders doc/keywords.md from the grammar tables, so that it cannot differ from the parser.
 *
 *   npm run keywords
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { grammar } from '../../src/config/grammar/index.js';
import type { Keyword, Keywords } from '../../src/config/grammar/keyword.js';
import { ROOT } from './root.js';

export const KEYWORDS_FILE = 'doc/keywords.md';

/** The whole document. */
export function renderKeywords(): string {
  const blocks = blocksOf(grammar);
  const counts = { supported: 0, ignored: 0, planned: 0, unsupported: 0 };
  const sections: string[] = [];
  for (const { title, keywords } of blocks) {
    const entries = Object.entries(keywords).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, keyword] of entries) counts[keyword.status]++;
    sections.push(`## ${title}`, '', ...section(entries), '');
  }
  const unsupported = counts.unsupported > 0 ? `, ${counts.unsupported} will not come` : '';
  return [
    '# Keywords',
    '',
    'Every keyword of the configuration, block by block, made from the tables that the parser works',
    'with: `npm run keywords` writes this file, a test compares it.',
    '',
    `Of the places where a keyword can stand, ${counts.supported} have their effect, ` +
      `${counts.ignored} are accepted without effect, ${counts.planned} are known and not built yet` +
      `${unsupported}. What is not built yet is an error when the configuration is read.`,
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

interface Block {
  readonly title: string;
  readonly keywords: Keywords;
}

/** Every table once, with the ways to it. */
function blocksOf(top: Keywords): Block[] {
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
  return [...ways].map(([keywords, names]) => ({
    title: names.length > 0 ? names.map((name) => `\`${name}\``).join(', ') : 'At the top',
    keywords,
  }));
}

function section(entries: readonly (readonly [string, Keyword])[]): string[] {
  const lines: string[] = [];
  const built = entries.filter(([, { status }]) => status === 'supported' || status === 'ignored');
  if (built.length > 0) lines.push('| keyword | what it does | default |', '| --- | --- | --- |');
  for (const [word, keyword] of built) lines.push(row(word, keyword));
  const named = (status: string): string =>
    entries
      .filter(([, keyword]) => keyword.status === status)
      .map(([word]) => `\`${word}\``)
      .join(', ');
  const planned = named('planned');
  if (planned) lines.push(...(lines.length > 0 ? [''] : []), `Not built yet: ${planned}.`);
  const unsupported = entries.filter(([, { status }]) => status === 'unsupported');
  if (unsupported.length > 0) lines.push('', 'Not coming:', '');
  for (const [word, { reason }] of unsupported) lines.push(`- \`${word}\`: ${reason ?? ''}`);
  return lines;
}

function row(word: string, keyword: Keyword): string {
  const body = keyword.body ? ' { ... }' : '';
  const syntax = keyword.status === 'ignored' || keyword.oldNameOf ? '' : keyword.args.syntax;
  const name = `${word}${syntax ? ` ${syntax}` : ''}${body}`;
  const inside = keyword.body?.kind === 'entries' ? ` Each line: \`${keyword.body.syntax}\`.` : '';
  const unit = keyword.args.unit ? ` In ${keyword.args.unit}.` : '';
  const cells = [`\`${name}\``, `${keyword.doc}${inside}${unit}`, keyword.default ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

if (process.argv[1]?.endsWith('support/keywords.js')) {
  writeFileSync(path.join(ROOT, KEYWORDS_FILE), renderKeywords());
}
