import assert from 'node:assert/strict';
import { monotonicMicros, wallMillis } from '../../../src/base/clock.js';
import {
  fromSeconds,
  MICROS_PER_CENTISECOND,
  MICROS_PER_MILLI,
  MICROS_PER_SECOND,
  toMillisCeil,
  toSeconds,
} from '../../../src/base/time.js';

describe('base/time', () => {
  it('turns seconds into whole microseconds', () => {
    assert.equal(fromSeconds(1), 1_000_000);
    assert.equal(fromSeconds(0.1), 100_000);
    assert.equal(fromSeconds(0.000_000_4), 0);
    assert.equal(fromSeconds(0.000_000_6), 1);
    // Fractions that a double cannot hold still become the integer that was meant.
    assert.equal(fromSeconds(0.29), 290_000);
    assert.equal(fromSeconds(4.35), 4_350_000);
  });

  it('turns them back', () => {
    assert.equal(toSeconds(3_609_375), 3.609375);
    assert.equal(toSeconds(fromSeconds(40.95)), 40.95);
  });

  it('never wakes a millisecond early', () => {
    assert.equal(toMillisCeil(0), 0);
    assert.equal(toMillisCeil(1), 1);
    assert.equal(toMillisCeil(1_000), 1);
    assert.equal(toMillisCeil(1_001), 2);
  });

  it('has units that fit together', () => {
    assert.equal(MICROS_PER_SECOND, 1_000 * MICROS_PER_MILLI);
    assert.equal(MICROS_PER_SECOND, 100 * MICROS_PER_CENTISECOND);
  });
});

describe('base/clock', () => {
  it('counts whole microseconds and never backwards', () => {
    let last = monotonicMicros();
    for (let i = 0; i < 1_000; i++) {
      const now = monotonicMicros();
      assert.ok(Number.isSafeInteger(now) && now >= last, `${last} then ${now}`);
      last = now;
    }
  });

  it('knows the time of day', () => {
    assert.ok(wallMillis() > Date.UTC(2020, 0, 1));
  });
});
