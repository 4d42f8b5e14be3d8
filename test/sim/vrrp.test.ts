import assert from 'node:assert/strict';
import { playSeeds } from './pool.js';
import { drawCourse, Simulation } from './simulation.js';
import { tellStory } from './story.js';

/** Some of them, for the quick loop; test/simulation plays 100,000. */
const COUNT = 200;

describe('vrrp: simulation', () => {
  it(`seeds 1 to ${COUNT}`, function () {
    this.timeout(180_000);
    const [failure] = playSeeds(1, COUNT);
    assert.equal(failure, undefined, failure && tellStory(failure.seed));
  });

  it('gives the same history for the same seed', () => {
    const [one, two] = [new Simulation(drawCourse(7)).run(), new Simulation(drawCourse(7)).run()];
    assert.ok(one.history.length > 5);
    assert.deepEqual(one.history, two.history);
  });
});
