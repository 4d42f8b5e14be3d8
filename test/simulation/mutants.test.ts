import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCase, writeCase, writeNodeCase } from '../sim/case-files.js';
import type { Core } from '../sim/core.js';
import { hasPlace, loadMutant, MUTATIONS } from '../sim/mutants.js';
import { brokenRule, shrink } from '../sim/shrink.js';
import { drawCourse, Simulation } from '../sim/simulation.js';
import { tellStory } from '../sim/story.js';
import { skip } from '../support/skip.js';

const WITHIN = 200;
/** More than these have to be put right before others are lost. */
const LOST = 4;

describe('vrrp: the simulation finds mistakes', () => {
  MUTATIONS.forEach((mutation, number) => {
    it(mutation.title, async function () {
      this.timeout(120_000);
      if (!hasPlace(mutation)) skip(this, `${mutation.file}.ts has it no more: ${mutation.find}`);
      const core = await loadMutant(mutation, number);
      const within = mutation.within ?? WITHIN;
      let found: number | undefined;
      for (let seed = 1; seed <= within && found === undefined; seed++) {
        if (new Simulation(drawCourse(seed), core).run().violations.length > 0) found = seed;
      }
      assert.notEqual(found, undefined, `not found within ${within} seeds`);
    });
  });
});

describe('vrrp: the list of mistakes', () => {
  it('has its places in the engine, but for a few that a change of text may have cost', () => {
    const lost = MUTATIONS.filter((mutation) => !hasPlace(mutation));
    assert.ok(lost.length <= LOST, lost.map(({ file, find }) => `${file}: ${find}`).join('\n'));
  });
});

describe('vrrp: a failing schedule is made small', () => {
  it('what is left still breaks the same rule, and plays the same from its files', async function () {
    this.timeout(120_000);
    const at = MUTATIONS.findIndex(({ title }) => title.startsWith('a weight is forgotten'));
    const core = await loadMutant(MUTATIONS[at] as (typeof MUTATIONS)[number], 1000 + at);
    const seed = firstFailing(core);
    const course = drawCourse(seed);
    const smallest = shrink(course, core);
    assert.equal(brokenRule(smallest, core), brokenRule(course, core));
    // Without any of what is left it would not fail.
    assert.ok(smallest.happenings.length < course.happenings.length);
    for (let i = 0; i < smallest.happenings.length; i++) {
      const happenings = smallest.happenings.filter((_, j) => j !== i);
      assert.notEqual(brokenRule({ ...smallest, happenings }, core), brokenRule(course, core));
    }
    const folder = mkdtempSync(join(tmpdir(), 'tandem-case-'));
    try {
      writeCase(folder, 'a weight is forgotten', smallest);
      assert.equal(brokenRule(readCase(folder), core), brokenRule(course, core));
      assert.equal(brokenRule(readCase(folder)), undefined, 'tandem does it right');
    } finally {
      rmSync(folder, { recursive: true });
    }
    const story = tellStory(seed, core);
    assert.match(story, new RegExp(`npm run simulate -- --from ${seed} --seeds 1`));
    assert.match(story, /--- settings\.json/);
  });

  it('what one node saw is a case of the engine', async function () {
    this.timeout(60_000);
    const at = MUTATIONS.findIndex(({ file }) => file === 'timing');
    const core = await loadMutant(MUTATIONS[at] as (typeof MUTATIONS)[number], 2000 + at);
    const course = shrink(drawCourse(firstFailing(core)), core);
    const [violation] = new Simulation(course, core).run().violations;
    const folder = mkdtempSync(join(tmpdir(), 'tandem-case-'));
    try {
      writeNodeCase(folder, course, Number(/n(\d)/.exec(violation?.text ?? '')?.[1]), core);
      const lines = readFileSync(join(folder, '01-input.jsonl'), 'utf8').split('\n');
      const kinds = lines
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as { kind: string }).kind);
      assert.equal(kinds[0], 'configured');
      assert.ok(kinds.includes('packet-received'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function firstFailing(core: Core): number {
  for (let seed = 1; seed <= WITHIN; seed++) {
    if (brokenRule(drawCourse(seed), core) !== undefined) return seed;
  }
  throw new Error('no seed fails');
}
