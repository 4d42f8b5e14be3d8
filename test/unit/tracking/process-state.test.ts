import assert from 'node:assert/strict';
import { afterCount, afterDelay, firstCount } from '../../../src/tracking/process-state.js';

type Settings = Parameters<typeof firstCount>[1];
const settings = (overrides: Partial<Settings> = {}): Settings => ({
  quorum: 1,
  forkDelay: 0,
  terminateDelay: 0,
  ...overrides,
});

/** `at:count` in a row, and what is told at each: U or D. */
function run(steps: string, quorum: Settings): string {
  const [first = '', ...rest] = steps.split(' ');
  let state = firstCount(Number(first), quorum);
  let told = state.up ? 'U' : 'D';
  for (const step of rest) {
    const [at, count] = step.split(':').map(Number) as [number, number | undefined];
    state = afterDelay(state, at);
    if (count !== undefined) state = afterCount(state, count, at, quorum);
    told += state.up ? 'U' : 'D';
  }
  return told;
}

describe('tracking: processes', () => {
  it('is up from the quorum to quorum_max, both included', () => {
    assert.equal(
      run('0 1:1 2:2 3:3 4:4 5:3 6:1', settings({ quorum: 2, quorumMax: 3 })),
      'DDUUDUD',
    );
  });

  it('quorum_max 0: up while there is none', () => {
    assert.equal(run('0 1:1 2:0', settings({ quorum: 0, quorumMax: 0 })), 'UDU');
    assert.equal(run('2 1:1 2:0', settings({ quorum: 0, quorumMax: 0 })), 'DDU');
  });

  it('waits for the terminate delay, to the microsecond, and forgets what comes back', () => {
    const slow = settings({ terminateDelay: 100 });
    assert.equal(run('1 10:0 109 110', slow), 'UUUD');
    assert.equal(run('1 10:0 50:1 110 200', slow), 'UUUUU');
    // It begins anew.
    assert.equal(run('1 10:0 50:1 60:0 159 160', slow), 'UUUUUD');
  });

  it('waits for the fork delay', () => {
    assert.equal(run('0 10:1 109 110 120:0', settings({ forkDelay: 100 })), 'DDDUD');
  });

  it('more of them is a fork, fewer an end, whichever way that takes it', () => {
    const one = settings({ quorumMax: 1, forkDelay: 100, terminateDelay: 10 });
    // A fork too many waits for the fork delay, its end for the other one.
    assert.equal(run('1 10:2 109 110 120:1 129 130', one), 'UUUDDDU');
    // What comes in between does not make it wait longer.
    assert.equal(run('1 10:2 60:3 109 110', one), 'UUUUD');
  });
});
