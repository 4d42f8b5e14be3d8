import assert from 'node:assert/strict';
import { playAll } from '../sim/pool.js';
import { tellStory } from '../sim/story.js';

/** VRRP_SIM_SEEDS=5000000 VRRP_SIM_FIRST=1 plays more of them, as does `npm run simulate`. */
const COUNT = Number(process.env['VRRP_SIM_SEEDS'] ?? 100_000);
const FIRST = Number(process.env['VRRP_SIM_FIRST'] ?? 1);
const BLOCK = 10_000;

describe('vrrp: simulation of two to five nodes', () => {
  for (let first = FIRST; first < FIRST + COUNT; first += BLOCK) {
    const count = Math.min(BLOCK, FIRST + COUNT - first);
    it(`seeds ${first} to ${first + count - 1}`, async function () {
      this.timeout(600_000);
      const { seeds, failures } = await playAll(first, count);
      assert.equal(failures.length, 0, failures[0] && tellStory(failures[0].seed));
      assert.equal(seeds, count);
    });
  }
});
