/** The truth table of `nopreempt`, asked of keepalived in network namespaces. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { missingForKeepalived } from './keepalived.js';

interface Row {
  readonly state: string;
  readonly priority: number;
  readonly after: string;
  readonly master: string;
}

const WORDS: Readonly<Record<string, string>> = {
  'fault cleared': 'fault',
  'script weight': 'weight',
};
/** Each row waits most of its 15 s. */
const AT_ONCE = 10;
const LIMIT_MILLIS = 60_000;

describe('oracle: nopreempt, a truth table', () => {
  it('keepalived agrees with every row', async function () {
    this.timeout(600_000);
    const missing = missingForKeepalived();
    if (missing !== undefined) skip(this, missing);
    const rows = JSON.parse(
      readFileSync(`${ROOT}test/conformance/nopreempt/nopreempt.json`, 'utf8'),
    ) as Row[];
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const asked = rows.slice(i, i + AT_ONCE);
      const said = await Promise.all(asked.map(ask));
      assert.deepEqual(
        asked.map((row, j) => [row.state, row.priority, row.after, said[j]]),
        asked.map((row) => [row.state, row.priority, row.after, row.master]),
      );
    }
  });
});

function ask({ state, priority, after }: Row): Promise<string> {
  const words = [state, String(priority), WORDS[after] ?? after];
  return new Promise((resolve) => {
    execFile(
      'sh',
      [`${ROOT}test/oracle/nopreempt.sh`, ...words],
      { timeout: LIMIT_MILLIS },
      (error, stdout, stderr) => resolve(stdout.trim() || stderr.trim() || String(error)),
    );
  });
}
