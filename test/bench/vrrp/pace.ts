/** Adverts of 10 ms: how many come in a time, how even they are, and whether anybody takes over. */
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { now, sleep } from '../../lab/clock.js';
import { type Bench, restart, startBoth } from './bench.js';
import { quantile, type Row } from './figures.js';

const ADVERT_INT = 0.01;
const ENTERING = /Entering MASTER STATE/g;
const CASES = [
  { what: 'idle', busy: false, globals: [] },
  { what: 'every processor busy', busy: true, globals: [] },
  {
    what: 'every processor busy, vrrp_rt_priority 50',
    busy: true,
    globals: ['vrrp_rt_priority 50'],
  },
] as const;

export function pace(bench: Bench): Promise<Row[]> {
  return measure(bench, CASES);
}

/** The busy ones alone: ten minutes of them, `--seconds 600`, say whether anybody ever takes over. */
export function busyPace(bench: Bench): Promise<Row[]> {
  return measure(
    bench,
    CASES.filter(({ busy }) => busy),
  );
}

async function measure(bench: Bench, cases: readonly (typeof CASES)[number][]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, busy, globals } of cases) {
    await startBoth(bench, ADVERT_INT, globals);
    const burners = busy ? burn() : [];
    await sleep(1000);
    const other = bench.lab.director('b');
    const takeOvers = other.logs().match(ENTERING)?.length ?? 0;
    const from = now();
    await sleep(bench.seconds * 1000);
    const to = now();
    for (const burner of burners) burner.kill('SIGKILL');
    await sleep(200);
    const all = bench.lab.capture.adverts(undefined, from).filter(({ at }) => at < to);
    const ours = all.filter(({ source }) => source === bench.lab.director('a').address());
    const deviations = ours
      .slice(1)
      .map(({ at }, i) => Math.abs(at - (ours[i]?.at ?? at) - ADVERT_INT * 1000));
    const due = Math.round((to - from) / (ADVERT_INT * 1000));
    const name = `adverts of 10 ms, ${what}`;
    rows.push(
      { what: `${name}: sent of ${bench.seconds} s`, value: `${ours.length} of ${due}` },
      {
        what: `${name}: deviation of an interval, median / p99 / worst`,
        value: `${[0.5, 0.99, 1].map((share) => quantile(deviations, share).toFixed(2)).join(' / ')} ms`,
      },
      {
        what: `${name}: take-overs, and adverts of the other`,
        value: `${(other.logs().match(ENTERING)?.length ?? 0) - takeOvers}, ${all.length - ours.length}`,
      },
    );
    await restart(bench);
  }
  return rows;
}

/** One process for each processor that does nothing but compute, with the priority that is usual. */
function burn(): ChildProcess[] {
  return Array.from({ length: availableParallelism() }, () =>
    spawn('nice', ['-n', '-10', process.execPath, '-e', 'for (;;) Math.random()'], {
      stdio: 'ignore',
    }),
  );
}
