/** A failing seed in words: the smallest schedule that breaks the same rule, and how to play it again. */
import { renderCase } from './case-files.js';
import { type Core, TANDEM } from './core.js';
import { shrink } from './shrink.js';
import { drawCourse, Simulation } from './simulation.js';

/** What a person needs who is to find out why a seed fails. */
export function tellStory(seed: number, core: Core = TANDEM): string {
  const course = drawCourse(seed);
  const smallest = shrink(course, core);
  const { violations, history } = new Simulation(smallest, core).run();
  const broken = violations[0]?.text ?? 'nothing is broken any more';
  const [settings, input] = renderCase(broken, smallest);
  return [
    `seed ${seed}: ${violations.map(({ at, rule, text }) => `${at} ${rule}: ${text}`).join('\n')}`,
    `play it:  npm run simulate -- --from ${seed} --seeds 1`,
    `keep it:  npm run simulate -- --from ${seed} --keep test/conformance/simulation/NAME`,
    `${course.happenings.length} happenings, ${smallest.happenings.length} of them are enough:`,
    `--- settings.json\n${settings}--- 01-input.jsonl\n${input}--- what comes of it`,
    ...history.slice(-60),
  ].join('\n');
}
