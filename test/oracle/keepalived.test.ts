/** keepalived and tandem asked about the same configurations: good ones, and mistakes in them. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { goodConfigurations } from './corpus.js';
import { Keepalived, missingForKeepalived } from './keepalived.js';
import { renderFinding, survey, writeGood } from './survey.js';

const SEEDS = 1000;

describe('oracle: keepalived -t', function () {
  this.timeout(900_000);

  before(function () {
    const missing = missingForKeepalived();
    if (missing) skip(this, missing);
  });

  it('takes the good configurations without a complaint', async () => {
    mkdirSync(path.join(ROOT, '.work'), { recursive: true });
    const folder = mkdtempSync(path.join(ROOT, '.work', 'good-'));
    const keepalived = new Keepalived();
    try {
      for (const good of goodConfigurations()) {
        const file = writeGood(good, path.join(folder, good.name));
        const { status } = await keepalived.test(file);
        assert.equal(status, 0, readFileSync(`${file}.said`, 'utf8'));
      }
    } finally {
      keepalived.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it(`agrees about ${SEEDS} mistakes in them`, async () => {
    const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
    const start = performance.now();
    const { findings, counts } = await survey(seeds);
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.log(
      `      seeds 1 to ${SEEDS}, ${seconds} s: keepalived complains about ${counts.complaints}, ` +
        `takes ${counts.taken}, gives no verdict on ${counts.none}; ` +
        `${counts.deliberate} deliberate differences; ${findings.length} findings`,
    );
    assert.equal(findings.map(renderFinding).join('\n'), '');
  });
});
