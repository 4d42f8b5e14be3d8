/** Many instances on one interface, and thousands on sixteen. */
import { now, sleep } from '../../lab/clock.js';
import type { Director } from '../../lab/director.js';
import { HIGH, LOW } from '../../lab/steps.js';
import { type Bench, restart } from './bench.js';
import type { Row } from './figures.js';
import { memoryMegabytes, processorMillis } from './processes.js';

const START_LIMIT = 120_000;
const VLANS = 16;
const A_VLAN = 250;

export async function many(bench: Bench): Promise<Row[]> {
  const { lab, product, instances: count, seconds } = bench;
  const [a, b] = [lab.director('a'), lab.director('b')];
  const began = now();
  b.start(product, config(LOW, ['eth0'], count));
  await lab.eventually(() => owned(b) === count, START_LIMIT, 'b is MASTER of all', 200);
  a.start(product, config(HIGH, ['eth0'], count));
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

  const before = [a, b].map((director) => processorMillis(director.pids()));
  const from = now();
  await sleep(seconds * 1000);
  const minute = 60_000 / (now() - from);
  for (const [i, [director, state]] of (
    [
      [a, 'MASTER'],
      [b, 'BACKUP'],
    ] as const
  ).entries()) {
    const used = (processorMillis(director.pids()) - (before[i] ?? 0)) * minute;
    rows.push(
      {
        what: `${count} instances: processor a minute as ${state}`,
        value: `${used.toFixed(0)} ms`,
      },
      {
        what: `${count} instances: memory as ${state}`,
        value: `${memoryMegabytes(director.pids()).toFixed(0)} MB`,
      },
    );
  }

  const signalled = now();
  await a.stop();
  await lab.eventually(() => owned(b) === count, 30_000, 'b has all', 100);
  await sleep(500);
  const announced = new Map<string, number>();
  for (let vrid = 1; vrid <= count; vrid++) {
    const first = lab.capture.announcements(address(0, vrid), 'b', signalled)[0];
    if (first) announced.set(first.senderIp, first.at);
  }
  rows.push({
    what: `${count} instances: all moved and announced after SIGTERM`,
    value: `${(Math.max(...announced.values()) - signalled).toFixed(0)} ms (${announced.size})`,
  });
  await restart(bench);
  return rows;
}

/** Whether thousands of instances stay where they are. */
export async function thousands(bench: Bench): Promise<Row[]> {
  const { lab, product, seconds } = bench;
  const count = VLANS * A_VLAN;
  const names = Array.from({ length: VLANS }, (_, i) => `eth0.${i + 1}`);
  for (const director of lab.directors) {
    const last = director.address().split('.').at(-1);
    const lines = names.flatMap((name, i) => [
      `ip link add link eth0 name ${name} type vlan id ${i + 1}`,
      `ip link set ${name} up`,
      `ip addr add 10.255.${i}.${last}/24 dev ${name}`,
    ]);
    const made = await director.run(lines.join(' && '));
    if (made.code !== 0) throw new Error(made.stderr);
  }
  const [a, b] = [lab.director('a'), lab.director('b')];
  a.start(product, config(HIGH, names, A_VLAN));
  b.start(product, config(LOW, names, A_VLAN));
  await lab.eventually(() => owned(a) === count && owned(b) === 0, START_LIMIT, 'a has all', 500);
  await sleep(2000);
  const before = [a, b].map((director) => processorMillis(director.pids()));
  const from = now();
  let moved = 0;
  while (now() - from < seconds * 1000) {
    if (owned(a) !== count || owned(b) !== 0) moved++;
    await sleep(1000);
  }
  const minute = 60_000 / (now() - from);
  const used = [a, b].map((director, i) =>
    ((processorMillis(director.pids()) - (before[i] ?? 0)) * minute).toFixed(0),
  );
  const rows = [
    { what: `${count} instances: looks at which one had moved`, value: String(moved) },
    {
      what: `${count} instances: processor a minute, MASTER / BACKUP`,
      value: `${used.join(' / ')} ms`,
    },
    {
      what: `${count} instances: memory, MASTER / BACKUP`,
      value: `${[a, b].map((director) => memoryMegabytes(director.pids()).toFixed(0)).join(' / ')} MB`,
    },
  ];
  await restart(bench);
  return rows;
}

/** Virtual addresses that a director has now. */
function owned(director: Director): number {
  return director
    .addresses()
    .filter((address) => address.startsWith('10.') && !address.startsWith('10.255.')).length;
}

/** The first advert of each VRID. */
function firstOf(
  adverts: readonly { readonly at: number; readonly vrid: number }[],
): Map<number, number> {
  const firsts = new Map<number, number>();
  for (const { at, vrid } of adverts) if (!firsts.has(vrid)) firsts.set(vrid, at);
  return firsts;
}

/** The virtual address of an instance. */
function address(network: number, vrid: number): string {
  return `10.${network + 1}.0.${vrid}`;
}

function config(priority: number, interfaces: readonly string[], count: number): string {
  const blocks: string[] = [];
  for (const [i, name] of interfaces.entries()) {
    for (let vrid = 1; vrid <= count; vrid++) {
      blocks.push(
        [
          `vrrp_instance VI_${i}_${vrid} {`,
          `    interface ${name}`,
          `    virtual_router_id ${vrid}`,
          `    priority ${priority}`,
          '    advert_int 1',
          '    virtual_ipaddress {',
          `        ${address(i, vrid)}/32`,
          '    }',
          '}',
        ].join('\n'),
      );
    }
  }
  return `${blocks.join('\n')}\n`;
}
