/** What a client notices when the master is stopped, and when it returns. */
import { now, sleep } from '../../lab/clock.js';
import type { Lab } from '../../lab/lab.js';
import type { AnswerFrame } from '../../lab/pcap.js';
import { settled } from '../../lab/steps.js';
import { type Bench, configText, KNOCK_MILLIS, restart, startBoth } from './bench.js';
import { median, medianAndWorst, type Row } from './figures.js';

const INTERVALS = [1, 0.01];
/** A stop may wait for the other to take over. */
const LONGEST_STOP = 15_000;
/** The last answer before is one end of a gap that begins at once, ms. */
const BEFORE = 100;

export async function handOver(bench: Bench): Promise<Row[]> {
  return planned(bench, 'stopped (SIGTERM)', 'hand-over');
}

export async function failBack(bench: Bench): Promise<Row[]> {
  return planned(bench, 'returns and preempts', 'fail-back');
}

async function planned(
  bench: Bench,
  what: string,
  measured: 'hand-over' | 'fail-back',
): Promise<Row[]> {
  const { lab, product } = bench;
  const rows: Row[] = [];
  for (const advertInt of INTERVALS) {
    await startBoth(bench, advertInt);
    const knocking = await lab.client.knock(lab.vip, KNOCK_MILLIS);
    const gaps: number[] = [];
    const lost: number[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      await sleep(advertInt * 1000 * (1 + (round % 7) / 7));
      const a = lab.director('a');
      let begun = now();
      let before = unanswered(lab);
      const note = (): void => {
        gaps.push(longestGap(lab.capture.answers(lab.vip, undefined, begun - BEFORE)));
        lost.push(unanswered(lab) - before);
      };
      const stopped = a.stop();
      await lab.eventually(() => lab.director('b').holds(lab.vip), LONGEST_STOP, 'b has it', 50);
      await stopped;
      await sleep(500);
      if (measured === 'hand-over') note();
      begun = now();
      before = unanswered(lab);
      a.start(product, configText('a', advertInt, []));
      await settled(lab, 'a', 'b');
      await sleep(500);
      if (measured === 'fail-back') note();
    }
    await knocking.stop();
    await restart(bench);
    const row = `${what}, advert_int ${advertInt}`;
    rows.push(
      { what: `${row}: longest time without an answer`, value: medianAndWorst(gaps) },
      {
        what: `${row}: questions that were not answered`,
        value: `${median(lost)} / ${Math.max(...lost)}`,
      },
    );
  }
  return rows;
}

/** The longest time between two answers, ms. */
function longestGap(answers: readonly AnswerFrame[]): number {
  let longest = 0;
  answers.forEach(({ at }, i) => {
    longest = Math.max(longest, at - (answers[i - 1]?.at ?? at));
  });
  return longest;
}

/**
 * How many of the client's questions were not answered since it was switched on, by its own kernel's counters
 * (the one on its way apart).
 */
function unanswered({ client }: Lab): number {
  const lines = client.procNet('snmp').split('\n');
  const counter = (protocol: string, name: string): number => {
    const [names, values] = lines.filter((line) => line.startsWith(`${protocol}: `));
    return Number(values?.split(' ')[names?.split(' ').indexOf(name) ?? -1]);
  };
  return counter('Udp', 'OutDatagrams') - counter('Icmp', 'InDestUnreachs');
}
