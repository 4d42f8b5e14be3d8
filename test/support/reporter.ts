/**
 * Mocha's spec output, closed by one plain line that a machine can read:
 * `N passed, N failed, N skipped`. Skipped tests are listed with their reason, which is the text
 * that `skip()` of support/skip.ts put on them.
 */
import Mocha from 'mocha';
import { skipReason } from './skip.js';

const { Spec } = Mocha.reporters;

export default class Reporter extends Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: string[] = [];
    runner.on('pending', (test) => {
      skipped.push(`${test.fullTitle()}: ${skipReason(test)}`);
    });
    runner.once('end', () => {
      for (const line of skipped) console.log(`  skipped: ${line}`);
      const { passes = 0, failures = 0, pending = 0 } = this.stats;
      console.log(`\n${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}
