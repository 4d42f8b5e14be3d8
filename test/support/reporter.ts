/**
 * Mocha's spec output, closed by one plain line that a machine can read:
 * `N passed, N failed, N skipped`. Skipped tests are listed with their reason, which is the text
 * that `skip()` of support/skip.ts put on them.
 *
 * With TANDEM_TEST_RESULTS set the counts go into that file instead, for run.mjs, which closes
 * with one line for all layers. So do those of each file, and what failed.
 */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import { skipReason } from './skip.js';

const { Spec } = Mocha.reporters;

/** A test that failed, as run.mjs repeats it at the end. */
interface Failure {
  readonly file: string;
  readonly title: string;
  readonly message: string;
}

/** Where in the tests it happened. */
function ownFrames(error: Error): string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at .*\.test\./.test(line));
  return frames.slice(0, 2).map((line) => line.trim());
}

export default class Reporter extends Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    /** Counts of each file of tests, by its path in dist/. */
    const files: Record<string, { passed: number; failed: number; skipped: number }> = {};
    const count = (test: Mocha.Runnable, what: 'passed' | 'failed' | 'skipped'): void => {
      const file = test.file ?? '';
      files[file] ??= { passed: 0, failed: 0, skipped: 0 };
      files[file][what] += 1;
    };
    runner.on('pass', (test) => count(test, 'passed'));
    const failed: Failure[] = [];
    runner.on('fail', (test, error: Error) => {
      count(test, 'failed');
      const message = [error.message ?? String(error), ...ownFrames(error)].join('\n    ');
      failed.push({ file: test.file ?? '', title: test.fullTitle(), message });
    });
    runner.on('pending', (test) => {
      skipped.push(`${test.fullTitle()}: ${skipReason(test)}`);
      count(test, 'skipped');
    });
    // A test that is tried again is not silent about the time before.
    runner.on('retry', (test: Mocha.Runnable, error: Error) => {
      console.log(`    tried again: ${test.fullTitle()}: ${error.message.split('\n')[0]}`);
    });
    runner.once('end', () => {
      for (const line of skipped) console.log(`  skipped: ${line}`);
      const { passes: passed = 0, failures = 0, pending = 0 } = this.stats;
      const file = process.env['TANDEM_TEST_RESULTS'];
      const counts = { passed, failed: failures, skipped: pending, files, failures: failed };
      if (file) writeFileSync(file, JSON.stringify(counts));
      else console.log(`\n${passed} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}
