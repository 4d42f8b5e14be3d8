/** Many instances on one interface. */
import { now, sleep } from '../../lab/clock.js';
import { HIGH, LOW } from '../../lab/steps.js';
import { type Bench, restart } from './bench.js';
import type { Row } from './figures.js';
import { configOf, owned, START_LIMIT, virtualAddress } from './instances.js';
import { memoryMegabytes, processorMillis } from './processes.js';

export async function many(bench: Bench): Promise<Row[]> {
  const { lab, product, instances: count, seconds } = bench;
  const [a, b] = [lab.director('a'), lab.director('b')];
  const began = now();
  b.start(product, configOf(LOW, ['eth0'], count));
  await lab.eventually(() => owned(b) === count, START_LIMIT, 'b is MASTER of all', 200);
  a.start(product, configOf(HIGH, ['eth0'], count));
  await lab.eventually(
    () => owned(a) === count && owned(b) === 0,
    START_LIMIT,
    'a is MASTER of all',
    200,
  );
  await sleep(2000);
  const byVrid = firstOf(lab.capture.adverts('b', began));
  const firsts = [...byVrid.values()];
  const rows: Row[] = [
    {
      what: `${count} instances: from the first MASTER to the last`,
      value: `${(Math.max(...firsts) - Math.min(...firsts)).toFixed(1)} ms`,
    },
  ];

  const states = [
    [a, 'MASTER'],
    [b, 'BACKUP'],
  ] as const;
  // A daemon runs for months; what its beginning costs is told beside it.
  for (const when of ['at first', 'then']) {
    const before = states.map(([director]) => processorMillis(director.pids()));
    const from = now();
    await sleep(seconds * 1000);
    const minute = 60_000 / (now() - from);
    for (const [i, [director, state]] of states.entries()) {
      const used = (processorMillis(director.pids()) - (before[i] ?? 0)) * minute;
      rows.push({
        what: `${count} instances: processor a minute as ${state}, ${when}`,
        value: `${used.toFixed(0)} ms`,
      });
    }
  }
  for (const [director, state] of states) {
    rows.push({
      what: `${count} instances: memory as ${state}`,
      value: `${memoryMegabytes(director.pids()).toFixed(0)} MB`,
    });
  }

  const signalled = now();
  await a.stop();
  await lab.eventually(() => owned(b) === count, 30_000, 'b has all', 100);
  await sleep(500);
  const announced = new Map<string, number>();
  for (let vrid = 1; vrid <= count; vrid++) {
    const first = lab.capture.announcements(virtualAddress(0, vrid), 'b', signalled)[0];
    if (first) announced.set(first.senderIp, first.at);
  }
  rows.push({
    what: `${count} instances: all moved and announced after SIGTERM`,
    value: `${(Math.max(...announced.values()) - signalled).toFixed(0)} ms (${announced.size})`,
  });
  const released = [...firstOf(lab.capture.adverts('a', signalled)).values()];
  const taken = [...firstOf(lab.capture.adverts('b', signalled)).values()];
  const [zero, advert] = [released, taken].map((times) => Math.max(...times) - signalled);
  rows.push({
    what: `${count} instances: of that, until the last priority 0, and the last first advert`,
    value: `${zero?.toFixed(0)}, ${advert?.toFixed(0)} ms`,
  });
  await restart(bench);
  return rows;
}

/** The first advert of each VRID. */
function firstOf(
  adverts: readonly { readonly at: number; readonly vrid: number }[],
): Map<number, number> {
  const firsts = new Map<number, number>();
  for (const { at, vrid } of adverts) if (!firsts.has(vrid)) firsts.set(vrid, at);
  return firsts;
}
