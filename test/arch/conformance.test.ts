/** The tables of test/conformance/vrrp/README.md name cases that are there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { ROOT } from '../support/root.js';
import { readText } from './tree.js';

const FOLDER = 'test/conformance/vrrp/';
/** What RFC 9568 6.4.1, 6.4.2 and 6.4.3 tell a router to do. */
const ROWS: Readonly<Record<string, number>> = { '6.4.1': 4, '6.4.2': 10, '6.4.3': 9 };

/** The rows of all tables, without their heads. */
function rowsOf(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (-|section|what \|)/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The cases and linked files of a row that are not there. */
function missing(row: readonly string[]): string[] {
  const cell = row.at(-1) ?? '';
  const link = /\]\((.+)\)/.exec(cell)?.[1];
  const paths = link ? [link] : cell.split(', ').map((name) => `${name}/01-input.jsonl`);
  return paths.filter((path) => path === '/01-input.jsonl' || !existsSync(ROOT + FOLDER + path));
}

describe('arch: conformance', () => {
  const rows = rowsOf(readText(`${FOLDER}README.md`) ?? '');

  it('finds rows without a case', () => {
    const table = '| section | cases |\n| --- | --- |\n| 6.4.1 | start-owner, no-such-case |';
    assert.deepEqual(rowsOf(table), [['6.4.1', 'start-owner, no-such-case']]);
    assert.deepEqual(missing(['6.4.1', 'start-owner, no-such-case']), [
      'no-such-case/01-input.jsonl',
    ]);
    assert.equal(missing(['6.4.1', '']).length, 1);
  });

  it('has every row of RFC 9568 6.4', () => {
    for (const [section, count] of Object.entries(ROWS)) {
      assert.equal(rows.filter(([first]) => first === section).length, count, section);
    }
  });

  it('every row has a case that is there', () => {
    assert.deepEqual(
      rows.filter((row) => missing(row).length > 0),
      [],
    );
  });
});
