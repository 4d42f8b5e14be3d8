/** When an advert came. */
import assert from 'node:assert/strict';
import { arrival } from '../../../src/vrrp/arrival.js';

describe('vrrp/arrival', () => {
  const ages: readonly (readonly [string, number, number, number])[] = [
    ['it came as long ago as the kernel says', 3_000, 0, 97_000],
    ['not before what happened before', 3_000, 98_000, 98_000],
    ['nothing is known', 0, 0, 100_000],
    ['the clock was set back', -3_000, 0, 100_000],
    ['after a stall it came now', 10_001, 0, 100_000],
    ['never later than now', 3_000, 100_001, 100_000],
  ];
  for (const [name, age, notBefore, expected] of ages) {
    it(name, () => {
      assert.equal(arrival(100_000, age, notBefore), expected);
    });
  }
});
