import assert from 'node:assert/strict';
import { FollowUp } from '../../../src/process/follow-up.js';

/** Lets everything happen that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('process: what follows a change of wishes', () => {
  function observed() {
    const seen: string[] = [];
    let settle = (): void => {};
    const followUp = new FollowUp({
      soon: () => seen.push('soon'),
      settled: () =>
        new Promise((resolve) => {
          settle = resolve;
        }),
      later: () => seen.push('later'),
    });
    return { seen, followUp, settle: () => settle() };
  }

  it('many requests of a turn are one', async () => {
    const { seen, followUp, settle } = observed();
    for (let i = 0; i < 3; i++) followUp.request();
    assert.deepEqual(seen, []);
    await turn();
    assert.deepEqual(seen, ['soon']);
    settle();
    await followUp.done();
    assert.deepEqual(seen, ['soon', 'later']);
  });

  it('what must not wait does not wait for a pass under way: who yields stops announcing', async () => {
    const { seen, followUp, settle } = observed();
    followUp.request();
    await turn();
    followUp.request();
    await turn();
    assert.deepEqual(seen, ['soon', 'soon']);
    settle();
    await followUp.done();
    assert.deepEqual(seen, ['soon', 'soon', 'later']);
  });

  it('begins anew with a request of what came later', async () => {
    const { seen, followUp, settle } = observed();
    followUp.request();
    await turn();
    settle();
    await followUp.done();
    followUp.request();
    await turn();
    settle();
    await followUp.done();
    assert.deepEqual(seen, ['soon', 'later', 'soon', 'later']);
  });
});
