import assert from 'node:assert/strict';
import { masterDownInterval, skewTime } from '../../../src/vrrp/timing.js';

describe('vrrp/timing', () => {
  it('version 2: skew in 256ths of a second, whatever the interval (RFC 3768 6.1)', () => {
    assert.equal(skewTime(2, 100, 1_000_000), 609_375);
    assert.equal(skewTime(2, 100, 5_000_000), 609_375);
    assert.equal(skewTime(2, 255, 1_000_000), 3_906);
    assert.equal(skewTime(2, 1, 1_000_000), 996_093);
    assert.equal(skewTime(2, 254, 1_000_000), 7_812);
  });

  it('version 3: skew in 256ths of the interval (RFC 9568 6.1), not cut to centiseconds', () => {
    assert.equal(skewTime(3, 100, 1_000_000), 609_375);
    assert.equal(skewTime(3, 100, 100_000), 60_937);
    assert.equal(skewTime(3, 100, 10_000), 6_093);
    assert.equal(skewTime(3, 255, 10_000), 39);
    assert.equal(skewTime(3, 1, 40_950_000), 40_790_039);
  });

  it('three intervals and the skew', () => {
    assert.equal(masterDownInterval(2, 100, 1_000_000), 3_609_375);
    assert.equal(masterDownInterval(3, 100, 100_000), 360_937);
    assert.equal(masterDownInterval(3, 254, 10_000), 30_078);
  });

  it('a better priority never waits as long as a worse one', () => {
    for (const interval of [10_000, 100_000, 1_000_000]) {
      for (let priority = 2; priority <= 255; priority++) {
        assert.ok(skewTime(3, priority, interval) < skewTime(3, priority - 1, interval));
      }
    }
  });
});
