/**
 * Runs the lab's scenarios: boots a kernel with IPVS once and runs mocha in it. Plain JavaScript;
 * the scenarios themselves have to be built before.
 *
 *   node test/lab/run.mjs [--grep PATTERN] [FILE...]      FILE: test/lab/failover.test.ts
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { NOTHING, runAndTryAgain } from '../support/tried-again.mjs';
import { CHECKOUT, labAvailability, runInLabKernel } from './kernel/boot.mjs';

const MINUTE = 60_000;
const LIMIT = 74 * MINUTE;

/**
 * Runs scenarios and passes their output on.
 *
 * @param {{grep?: string, files?: readonly string[]}} [options] `files`: source paths; default all.
 * @returns {Promise<import('../support/tried-again.mjs').Counts>} `reason` says why scenarios were
 *   skipped, the run failed as a whole, or what was run again.
 */
export async function runLab({ grep, files = [] } = {}) {
  const scenarios = files.length > 0 ? files : allScenarios();
  const { available, reason, how } = labAvailability();
  if (!available) {
    console.log(`Lab scenarios skipped: ${reason}`);
    return { passed: 0, failed: 0, skipped: scenarios.length, reason };
  }
  console.log(`Lab: ${reason}, ${scenarios.length} files of scenarios`);
  return await runAndTryAgain(
    scenarios,
    (chosen) => runOnce(how, chosen, grep),
    built,
    (failed) => console.log(`\nLab: tried again in a fresh kernel: ${failed.join(', ')}`),
  );
}

/** The path of a file of scenarios as mocha knows it. */
function built(file) {
  return path.join(CHECKOUT, 'dist', file.replace(/\.ts$/, '.js'));
}

/** One kernel, one mocha. `files` has the counts of each file, unless the run failed as a whole. */
async function runOnce(how, scenarios, grep) {
  const work = path.join(CHECKOUT, '.work');
  mkdirSync(work, { recursive: true });
  const results = path.join(work, `results-lab-${process.pid}.json`);
  try {
    const { code, problem } = await runInLabKernel({
      command: [
        'node',
        path.join(CHECKOUT, 'node_modules/mocha/bin/mocha.js'),
        // What a scenario leaves behind ends with the kernel (or with its namespaces).
        '--exit',
        ...(grep ? ['--grep', grep] : []),
        ...scenarios.map(built),
      ],
      env: { TANDEM_TEST_RESULTS: results },
      timeoutMs: LIMIT,
    });
    if (problem) console.log(problem);
    if (!existsSync(results)) {
      return { ...NOTHING, failed: 1, reason: `${how}: ${problem ?? `mocha: ${code}`}` };
    }
    const counts = JSON.parse(readFileSync(results, 'utf8'));
    // Mocha can fail without a failed test, for example on a rejection that nobody caught.
    if (code !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(results, { force: true });
  }
}

function allScenarios() {
  return readdirSync(path.join(CHECKOUT, 'test/lab'))
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => `test/lab/${name}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const at = words.indexOf('--grep');
  const grep = at < 0 ? undefined : words.splice(at, 2)[1];
  const { passed, failed, skipped } = await runLab({ grep, files: words });
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed > 0 ? 1 : 0);
}
