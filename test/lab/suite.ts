/** Scenarios as mocha tests. */
import { skip } from '../support/skip.js';
import { Lab } from './lab.js';
import type { TopologyName } from './topology/index.js';

const TEST_TIMEOUT_MS = 300_000;

/**
 * A `describe` with a lab of its own: built before the first test, closed after the last, and
 * described at length after a test that failed. Outside the lab kernel its tests are skipped.
 *
 * @param body gets a function that returns the lab (there is none yet when the body runs).
 */
export function labSuite(
  title: string,
  topology: TopologyName,
  body: (this: Mocha.Suite, lab: () => Lab) => void,
): void {
  describe(title, function () {
    this.timeout(TEST_TIMEOUT_MS);
    let lab: Lab | undefined;

    before(async function () {
      if (process.env['TANDEM_IN_LAB'] !== '1') {
        skip(this, 'needs the lab kernel: npm test, or node test/lab/run.mjs');
      }
      lab = await Lab.build(topology);
    });

    afterEach(async function () {
      if (this.currentTest?.state === 'failed' && lab) console.log(await lab.report());
    });

    after(async () => {
      await lab?.close();
    });

    body.call(this, () => {
      if (!lab) throw new Error('the lab is built in a before hook: use it in tests');
      return lab;
    });
  });
}

/** A take-over in the lab's one-processor kernel, on a machine that others use too. */
const ATTEMPTS = 3;

/**
 * For suites that compare a time with a bound: noise only ever adds to it, so a test that failed is
 * tried again, up to three times in all, on directors that have been switched off and on.
 *
 * @param suite `this` of the suite's body.
 */
export function repeatInNoise(suite: Mocha.Suite, lab: () => Lab): void {
  suite.retries(ATTEMPTS - 1);
  afterEach(async () => {
    await lab().reboot();
  });
}
