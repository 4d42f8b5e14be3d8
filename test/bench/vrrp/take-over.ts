/** The master's machine is lost: how long after the RFC's timer the other's first advert comes. */
import { now, sleep } from '../../lab/clock.js';
import { settled } from '../../lab/steps.js';
import { type Bench, KNOCK_MILLIS, masterDown, restart, startBoth } from './bench.js';
import { medianAndWorst, type Row } from './figures.js';

const INTERVALS = [1, 0.1, 0.01];

export async function takeOver(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const advertInt of INTERVALS) {
    await startBoth(bench, advertInt);
    const { lab } = bench;
    const knocking = await lab.client.knock(lab.vip, KNOCK_MILLIS);
    const late: number[] = [];
    const gaps: number[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      // Anywhere between two adverts.
      await sleep(advertInt * 1000 * (1 + (round % 7) / 7));
      const lost = now();
      // The cable is pulled at the switch; a moment later the machine cannot know of it any more.
      await lab.director('a').unplug();
      await lab.eventually(() => lab.director('b').holds(lab.vip), 20_000, 'b takes over', 200);
      await sleep(200);
      const { capture } = lab;
      const first = capture.adverts('b', lost).find(({ priority }) => priority > 0);
      const last = capture.adverts('a').findLast(({ at }) => first && at < first.at);
      const silentFrom = capture.answers(lab.vip, 'a').findLast(({ at }) => first && at < first.at);
      const answered = capture.answers(lab.vip, 'b', lost)[0];
      if (!first || !last || !silentFrom || !answered) throw new Error('the capture lacks packets');
      late.push(first.at - last.at - masterDown(advertInt));
      gaps.push(answered.at - silentFrom.at - masterDown(advertInt));
      await lab.director('a').plug();
      await settled(lab, 'a', 'b');
    }
    await knocking.stop();
    await restart(bench);
    const what = `machine lost, advert_int ${advertInt}`;
    rows.push(
      { what: `${what}: first advert after the timer`, value: medianAndWorst(late) },
      { what: `${what}: client's gap beyond the timer`, value: medianAndWorst(gaps) },
    );
  }
  return rows;
}
