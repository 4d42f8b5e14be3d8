import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readCase } from '../../sim/case-files.js';
import { Simulation } from '../../sim/simulation.js';
import { ROOT } from '../../support/root.js';

const FOLDER = `${ROOT}test/conformance/simulation/`;

/** Schedules that broke a rule once, made small: `npm run simulate -- --keep FOLDER`. */
describe('vrrp: schedules that failed once', () => {
  for (const entry of readdirSync(FOLDER, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const { about, ...course } = readCase(FOLDER + entry.name);
    it(`${entry.name}: ${about}`, () => {
      assert.deepEqual(new Simulation(course).run().violations, []);
    });
  }
});
