/**
 * Thousands of instances on sixteen interfaces: whether they stay where they are, and what that takes.
 * The interfaces are cables from one director to the other, of which the kernel makes as many as one
 * likes.
 */
import { now, sleep } from '../../lab/clock.js';
import type { Director } from '../../lab/director.js';
import { must } from '../../lab/program.js';
import { HIGH, LOW } from '../../lab/steps.js';
import { type Bench, restart } from './bench.js';
import { quantile, type Row } from './figures.js';
import { configOf, owned, START_LIMIT } from './instances.js';
import { memoryMegabytes, processorMillis } from './processes.js';

const CABLES = 16;
const A_CABLE = 250;
const NAMES = Array.from({ length: CABLES }, (_, i) => `eth${10 + i}`);
const LOOK_MILLIS = 1_000;
/** How often it is looked whether the other has all, ms: a look at thousands of addresses takes a while. */
const MOVED_LOOK_MILLIS = 20;
const STATUS_ROUNDS = 5;

export async function thousands(bench: Bench): Promise<Row[]> {
  const { lab, product, seconds } = bench;
  const [a, b] = [lab.director('a'), lab.director('b')];
  const count = CABLES * A_CABLE;
  await connect(a, b);
  const rows: Row[] = [];
  const tell = (what: string, value: string) =>
    rows.push({ what: `${count} instances: ${what}`, value });

  const started = now();
  a.start(product, configOf(HIGH, NAMES, A_CABLE));
  b.start(product, configOf(LOW, NAMES, A_CABLE));
  await lab.eventually(() => owned(a) === count && owned(b) === 0, START_LIMIT, 'a has all', 200);
  tell('from the start until one has all', `${((now() - started) / 1000).toFixed(1)} s`);
  await sleep(5_000);

  const processor = [a, b].map((director) => processorMillis(director.pids()));
  const heard = packetsReceived(b);
  const takeOvers = takeOversOf(a) + takeOversOf(b);
  const from = now();
  let moved = 0;
  while (now() - from < seconds * 1000) {
    if (owned(a) !== count || owned(b) !== 0) moved++;
    await sleep(LOOK_MILLIS);
  }
  const passed = now() - from;
  tell('looks at which one had moved', String(moved));
  tell('take-overs meanwhile', String(takeOversOf(a) + takeOversOf(b) - takeOvers));
  const due = Math.round((passed / 1000) * count);
  tell(
    `adverts heard of those due in ${(passed / 1000).toFixed(0)} s`,
    `${packetsReceived(b) - heard} of ${due}`,
  );
  const used = [a, b].map((director, i) =>
    ((processorMillis(director.pids()) - (processor[i] ?? 0)) * (60_000 / passed)).toFixed(0),
  );
  tell('processor a minute, MASTER / BACKUP', `${used.join(' / ')} ms`);
  const memory = [a, b].map((director) => memoryMegabytes(director.pids()).toFixed(0));
  tell('memory, MASTER / BACKUP', `${memory.join(' / ')} MB`);
  if (product === 'tandem') tell('status, median and size', await statusOf(a));

  const signalled = now();
  const stopped = a.stop();
  await lab.eventually(() => owned(b) === count, START_LIMIT, 'b has all', MOVED_LOOK_MILLIS);
  tell('all moved after SIGTERM', `${((now() - signalled) / 1000).toFixed(2)} s`);
  tell('the daemon that was stopped has ended', `${((await stopped).tookMs / 1000).toFixed(2)} s`);
  await restart(bench);
  return rows;
}

/** Lays the cables; they go when one of the machines is switched off. */
async function connect(a: Director, b: Director): Promise<void> {
  const made = NAMES.map(
    (name) => `link add ${name} netns ${a.netns} type veth peer name ${name} netns ${b.netns}`,
  );
  await must(['ip', '-batch', '-'], { input: `${made.join('\n')}\n` });
  for (const director of [a, b]) {
    const last = director.address().split('.').at(-1);
    const lines = NAMES.flatMap((name, i) => [
      `link set ${name} up`,
      `addr add 10.255.${i}.${last}/24 dev ${name}`,
    ]);
    await must(['ip', '-batch', '-'], { netns: director.netns, input: `${lines.join('\n')}\n` });
  }
}

/** Packets that have come over the cables: nearly all of them are adverts. */
function packetsReceived(director: Director): number {
  let packets = 0;
  for (const line of director.procNet('dev').split('\n')) {
    const [name = '', numbers = ''] = line.split(':');
    if (NAMES.includes(name.trim())) packets += Number(numbers.trim().split(/\s+/)[1] ?? 0);
  }
  return packets;
}

/** How often an instance has become MASTER, by the daemon's log. */
function takeOversOf(director: Director): number {
  return director.logs().match(/Entering MASTER STATE/g)?.length ?? 0;
}

/** How long `tandem status` has to wait for what it shows, and how much that is. */
async function statusOf(director: Director): Promise<string> {
  const took: number[] = [];
  let size = 0;
  for (let round = 0; round < STATUS_ROUNDS; round++) {
    await sleep(LOOK_MILLIS);
    const from = now();
    const status = await director.status();
    took.push(now() - from);
    size = JSON.stringify(status).length;
  }
  return `${quantile(took, 0.5).toFixed(0)} ms, ${(size / 1e6).toFixed(1)} MB`;
}
