import assert from 'node:assert/strict';
import { SharedAnswer } from '../../../src/process/shared-answer.js';

describe('process: shared answer', () => {
  it('asks once for all callers, and again when the answer is old', async () => {
    let now = 0;
    let asked = 0;
    const shared = new SharedAnswer(
      () => Promise.resolve(++asked),
      100,
      () => now,
    );
    const first = [shared.get(), shared.get()];
    now = 99;
    assert.deepEqual(await Promise.all([...first, shared.get()]), [1, 1, 1]);
    now = 100;
    assert.equal(await shared.get(), 2);
  });
});
