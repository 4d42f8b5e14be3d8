import assert from 'node:assert/strict';
import { Simulation } from './simulation.js';

/** VRRP_SIM_SEEDS=100000 VRRP_SIM_FIRST=1 runs more of them. */
const COUNT = Number(process.env['VRRP_SIM_SEEDS'] ?? 2000);
const FIRST = Number(process.env['VRRP_SIM_FIRST'] ?? 1);
const BLOCK = 500;

describe('vrrp: simulation', () => {
  for (let first = FIRST; first < FIRST + COUNT; first += BLOCK) {
    const last = Math.min(first + BLOCK, FIRST + COUNT) - 1;
    it(`seeds ${first} to ${last}`, function () {
      this.timeout(60_000);
      for (let seed = first; seed <= last; seed++) {
        const simulation = new Simulation(seed);
        simulation.run();
        const { violations, history } = simulation;
        const story =
          `VRRP_SIM_FIRST=${seed} VRRP_SIM_SEEDS=1:\n${violations.join('\n')}\n` +
          `history:\n${history.slice(-60).join('\n')}`;
        assert.equal(violations.length, 0, story);
      }
    });
  }

  it('gives the same history for the same seed', () => {
    const [one, two] = [new Simulation(7), new Simulation(7)];
    one.run();
    two.run();
    assert.ok(one.history.length > 5);
    assert.deepEqual(one.history, two.history);
  });
});
