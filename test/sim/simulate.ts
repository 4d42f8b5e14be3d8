/**
 * Plays seeds by the million.
 *
 *   npm run simulate -- [--from N] [--seeds N] [--minutes N]   plays; the first failure is told
 *   npm run simulate -- --from N --keep FOLDER    writes seed N, made small, as a case
 *   npm run simulate -- --play FOLDER             plays such a case
 *   npm run simulate -- --from N --node I --keep FOLDER
 *                       writes what node I saw of seed N as a case of test/conformance/vrrp
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readCase, writeCase, writeNodeCase } from './case-files.js';
import { playAll } from './pool.js';
import { shrink } from './shrink.js';
import { drawCourse, Simulation } from './simulation.js';
import { tellStory } from './story.js';

const DEFAULT_SEEDS = 100_000;
const DEFAULT_MINUTES = 60;
const REPORT_EVERY_MILLIS = 5_000;

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '1' },
      seeds: { type: 'string', default: String(DEFAULT_SEEDS) },
      minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
      keep: { type: 'string' },
      node: { type: 'string' },
      play: { type: 'string' },
    },
  });

  const from = Number(values.from);
  if (values.play !== undefined) {
    const { violations, history } = new Simulation(readCase(values.play)).run();
    console.log(history.join('\n'));
    console.log(violations.length === 0 ? 'every rule holds' : violations);
    process.exitCode = violations.length === 0 ? 0 : 1;
  } else if (values.keep !== undefined) {
    const smallest = shrink(drawCourse(from));
    const broken = new Simulation(smallest).run().violations[0]?.text ?? 'every rule holds';
    if (values.node === undefined) writeCase(values.keep, broken, smallest);
    else writeNodeCase(values.keep, smallest, Number(values.node));
    console.log(`${values.keep}: ${broken}`);
  } else await play(from, Number(values.seeds), Number(values.minutes));
}

async function play(first: number, seeds: number, minutes: number): Promise<void> {
  const begun = Date.now();
  let reported = begun;
  const rate = (played: number): string =>
    `${played} seeds, ${Math.round((1000 * played) / Math.max(1, Date.now() - begun))} a second`;
  const { seeds: played, failures } = await playAll(
    first,
    seeds,
    (so) => {
      if (Date.now() - reported < REPORT_EVERY_MILLIS) return;
      reported = Date.now();
      console.log(rate(so));
    },
    () => Date.now() - begun > 60_000 * minutes,
  );
  console.log(`${rate(played)}, from ${first}: ${failures.length} failed`);
  for (const { seed, violations } of failures) console.log(`  ${seed}: ${violations[0]?.text}`);
  if (failures[0]) console.log(tellStory(failures[0].seed));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
