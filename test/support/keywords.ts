/**
 * Writes doc/keywords.md and the manual page tandem.conf(5) from the grammar tables.
 *
 *   npm run keywords
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderManual } from '../../src/config/reference/manual.js';
import { renderKeywords } from '../../src/config/reference/markdown.js';
import { ROOT } from './root.js';

/** The generated documents: their names and what they should hold. */
export function generatedDocuments(): ReadonlyMap<string, string> {
  const frame = readFileSync(path.join(ROOT, 'doc/man/tandem.conf.5.in'), 'utf8');
  return new Map([
    ['doc/keywords.md', renderKeywords()],
    ['doc/man/tandem.conf.5', renderManual(frame)],
  ]);
}

if (process.argv[1]?.endsWith('support/keywords.js')) {
  for (const [name, text] of generatedDocuments()) writeFileSync(path.join(ROOT, name), text);
}
