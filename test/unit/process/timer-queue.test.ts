import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { monotonicMicros } from '../../../src/base/clock.js';
import { TimerQueue } from '../../../src/process/timer-queue.js';

/** A queue whose operating system timer plays no part: the test asks with instants of its own. */
function queue(): TimerQueue {
  return new TimerQueue({ onDue: () => {} });
}

const FAR = monotonicMicros() + 3_600_000_000;

describe('process/timer-queue', () => {
  let timers: TimerQueue;

  beforeEach(() => {
    timers = queue();
  });

  afterEach(() => timers.clear());

  function takeAll(now: number): string[] {
    const keys: string[] = [];
    for (let due = timers.takeDue(now); due; due = timers.takeDue(now)) keys.push(due.key);
    return keys;
  }

  it('is due at its instant and not a microsecond before', () => {
    timers.arm('a', FAR);
    assert.equal(timers.takeDue(FAR - 1), undefined);
    assert.deepEqual(timers.takeDue(FAR), { key: 'a', dueAt: FAR });
    assert.equal(timers.takeDue(FAR), undefined);
  });

  it('tells the instant it was armed for, however late', () => {
    timers.arm('a', FAR);
    assert.deepEqual(timers.takeDue(FAR + 5_000_000), { key: 'a', dueAt: FAR });
  });

  it('gives the earliest first', () => {
    for (const n of [5, 1, 4, 2, 3]) timers.arm(`t${n}`, FAR + n);
    assert.deepEqual(takeAll(FAR + 10), ['t1', 't2', 't3', 't4', 't5']);
  });

  it('moves a timer that is armed again, either way', () => {
    timers.arm('a', FAR);
    timers.arm('a', FAR + 10);
    assert.equal(timers.takeDue(FAR + 9), undefined);
    timers.arm('a', FAR + 5);
    assert.deepEqual(timers.takeDue(FAR + 5), { key: 'a', dueAt: FAR + 5 });
    assert.deepEqual(takeAll(FAR + 100), []);
  });

  it('forgets what is cancelled', () => {
    timers.arm('a', FAR);
    timers.arm('b', FAR + 1);
    timers.cancel('a');
    timers.cancel('never armed');
    assert.deepEqual(takeAll(FAR + 1), ['b']);
  });

  it('peeks without taking', () => {
    timers.arm('a', FAR);
    assert.equal(timers.peekDue(FAR - 1), undefined);
    assert.deepEqual(timers.peekDue(FAR), { key: 'a', dueAt: FAR });
    assert.deepEqual(timers.takeDue(FAR), { key: 'a', dueAt: FAR });
  });

  it('agrees with sorting, over many arms, re-arms and cancels', () => {
    // A linear congruential generator: the same sequence in every run.
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const model = new Map<string, number>();
    for (let i = 0; i < 5_000; i++) {
      const key = `k${random(50)}`;
      if (random(4) === 0) {
        timers.cancel(key);
        model.delete(key);
      } else {
        // Distinct instants, so that the order is determined.
        const dueAt = FAR + random(1_000) * 10_000 + i;
        timers.arm(key, dueAt);
        model.set(key, dueAt);
      }
    }
    const expected = [...model].sort((a, b) => a[1] - b[1]).map(([key]) => key);
    assert.deepEqual(takeAll(FAR + 100_000_000), expected);
  });

  it('calls when a timer is due, with one operating system timer', async () => {
    const called = new Promise<number>((resolve) => {
      timers = new TimerQueue({ onDue: () => resolve(monotonicMicros()) });
    });
    const dueAt = monotonicMicros() + 3_000;
    timers.arm('later', FAR);
    timers.arm('soon', dueAt);
    const at = await called;
    assert.ok(at >= dueAt, `${dueAt - at} µs early`);
    assert.deepEqual(timers.takeDue(at)?.key, 'soon');
  });

  it('is never early for exact timers either, calls once for each, and lets others run', async () => {
    const expired: string[] = [];
    let turns = 0;
    const counting = setInterval(() => turns++, 1);
    await new Promise<void>((resolve) => {
      timers = new TimerQueue({
        isExact: (key) => key.startsWith('exact'),
        onDue: () => {
          const now = monotonicMicros();
          for (let due = timers.takeDue(now); due; due = timers.takeDue(now)) {
            assert.ok(now >= due.dueAt);
            expired.push(due.key);
          }
          if (expired.length === 5) resolve();
        },
      });
      const start = monotonicMicros();
      timers.arm('exact 1', start + 5_000);
      timers.arm('plain 2', start + 6_200);
      timers.arm('exact 3', start + 6_300);
      timers.arm('exact gone', start + 9_000);
      timers.arm('exact 4', start + 20_000);
      timers.arm('plain 5', start + 30_000);
      timers.cancel('exact gone');
    });
    clearInterval(counting);
    assert.deepEqual(expired, ['exact 1', 'plain 2', 'exact 3', 'exact 4', 'plain 5']);
    assert.ok(turns > 0);
  });

  it('sleeps until shortly before an exact timer, and lets the event loop turn for what comes', async () => {
    const told: string[] = [];
    let now = 0;
    let slept = 0;
    await new Promise<void>((resolve) => {
      timers = new TimerQueue({
        // It goes on while it is looked at.
        clock: () => now++,
        isExact: () => true,
        onDue: () => {
          const due = timers.takeDue(now);
          told.push(`${due?.key} is due`);
          resolve();
        },
        pause: (micros) => {
          assert.ok(micros > 0 && micros < 2_000, `${micros} µs`);
          slept++;
          if (slept > 1) {
            now += micros;
            return true;
          }
          now += 100;
          setImmediate(() => told.push('what came is read'));
          return false;
        },
      });
      timers.arm('exact', 1_500);
    });
    assert.deepEqual(told, ['what came is read', 'exact is due']);
    assert.equal(slept, 2);
    assert.ok(now >= 1_500);
  });

  it('gives warning of an exact timer once, and of no other', () => {
    const told: string[] = [];
    let now = 0;
    // Neither the machine's clock nor its timers: however busy it is, the instants are these.
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      timers = new TimerQueue({
        clock: () => now,
        isExact: (key) => key === 'exact',
        onNear: () => told.push(`near at ${now}`),
        onDue() {
          for (let due = timers.takeDue(now); due; due = timers.takeDue(now)) {
            told.push(`${due.key} at ${now}`);
          }
        },
      });
      timers.arm('plain', 1_000);
      timers.arm('exact', 36_000);
      for (let millis = 1; millis <= 33; millis++) {
        now = millis * 1_000;
        mock.timers.tick(1);
      }
      assert.deepEqual(told, ['plain at 1000', 'near at 18000']);
      now = 36_000;
      mock.timers.tick(3);
    } finally {
      mock.timers.reset();
    }
    assert.deepEqual(told, ['plain at 1000', 'near at 18000', 'exact at 36000']);
  });

  for (const { title, takes, told: expected } of [
    { title: 'again shortly before, if there is time', takes: 5_000, told: [200_000, 380_000] },
    { title: 'once, if what is done then takes long', takes: 6_000, told: [200_000] },
  ]) {
    it(`gives warning of an exact timer ${title}`, () => {
      const told: number[] = [];
      let now = 0;
      mock.timers.enable({ apis: ['setTimeout'] });
      try {
        timers = new TimerQueue({
          clock: () => now,
          isExact: () => true,
          onNear() {
            told.push(now);
            now += takes;
          },
          onDue: () => {},
        });
        timers.arm('exact', 400_000);
        for (let millis = 1; millis <= 397; millis++) {
          now = Math.max(now, millis * 1_000);
          mock.timers.tick(1);
        }
      } finally {
        mock.timers.reset();
      }
      assert.deepEqual(told, expected);
    });
  }

  it('gives no warning of an exact timer that is armed again in time', async () => {
    let warnings = 0;
    timers = new TimerQueue({ isExact: () => true, onNear: () => warnings++, onDue: () => {} });
    for (let i = 0; i < 10; i++) {
      timers.arm('exact', monotonicMicros() + 1_000_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(warnings, 0);
  });

  it('calls for an instant that has passed', async () => {
    const called = new Promise<boolean>((resolve) => {
      timers = new TimerQueue({ onDue: () => resolve(true) });
    });
    timers.arm('past', monotonicMicros() - 1_000_000);
    assert.equal(await called, true);
  });

  it('does not call after clear', async () => {
    let calls = 0;
    timers = new TimerQueue({ onDue: () => void calls++ });
    timers.arm('a', monotonicMicros() + 1_000);
    timers.clear();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(calls, 0);
  });
});
