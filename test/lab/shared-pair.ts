/** One pair of directors for the tests of a file: starting them costs more than most scenarios. */
import type { Lab } from './lab.js';
import { type PairOptions, settled, startPair } from './steps.js';

/** Noise may spoil a scenario; a defect spoils all attempts. */
const ATTEMPTS = 3;

/**
 * Tests that find `a` MASTER and `b` BACKUP, and leave them so that they become it again by
 * themselves. After one that failed, and where the options are others, the machines are switched off
 * and on; one that failed is tried again, up to three times in all.
 *
 * @param suite `this` of the suite's body.
 * @returns what brings the pair into that state.
 */
export function sharedPair(
  suite: Mocha.Suite,
  lab: () => Lab,
): (options?: PairOptions) => Promise<void> {
  let running: string | undefined;
  suite.retries(ATTEMPTS - 1);
  afterEach(function () {
    if (this.currentTest?.state !== 'passed') running = undefined;
  });
  return async (options = {}) => {
    const wanted = JSON.stringify(options);
    if (running === wanted) {
      await settled(lab(), 'a', 'b');
      return;
    }
    await lab().reboot(lab().directors.filter((director) => director.pids().length > 0));
    await startPair(lab(), options);
    running = wanted;
  };
}
