/**
 * Mistakes in good configurations of the whole language, without keepalived beside: none may crash
 * or hang the loader, and what is said about one stands at the mistake. `test/oracle` compares the
 * same mistakes with keepalived's verdicts.
 */
import assert from 'node:assert/strict';
import { renderDiagnosticLine, renderDiagnostics } from '../../src/config/diagnostics/render.js';
import { isNear, loadGoodConfiguration, SLOW_MS, tell } from '../oracle/compare.js';
import { goodConfigurations } from '../oracle/corpus.js';
import { mutate } from '../oracle/mutations.js';

const SEEDS = Number(process.env['CONFIG_FUZZ_SEEDS'] ?? 1000);

describe('fuzz: mistakes in good configurations', function () {
  this.timeout(120_000);
  const goods = goodConfigurations();

  for (const good of goods) {
    it(`${good.name} is good`, () => {
      const { config, diagnostics } = loadGoodConfiguration(good);
      assert.ok(config, diagnostics.map(renderDiagnosticLine).join('\n'));
    });
  }

  it(`${SEEDS} mistakes are told where they are`, () => {
    const far: string[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const mutation = mutate(seed, goods);
      const { loaded, news, milliseconds } = tell(mutation);
      renderDiagnostics(loaded.diagnostics, loaded.sources);
      assert.ok(milliseconds < SLOW_MS, `seed ${seed}: ${milliseconds} ms`);
      for (const diagnostic of news.filter((found) => !isNear(found, mutation))) {
        far.push(`seed ${seed}, line ${mutation.line}: ${renderDiagnosticLine(diagnostic)}`);
      }
    }
    assert.deepEqual(far, []);
  });
});
