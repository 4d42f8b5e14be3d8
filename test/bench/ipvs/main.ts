/** Makes, reads and compares a large table with each program, and prints the times beside each other. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { IpvsClient } from '../../../src/ipvs/client.js';
import type { IpvsService } from '../../../src/ipvs/model.js';
import { IpvsTableReconciler } from '../../../src/kernel/ipvs-table.js';
import { inNamespace } from '../../lab/namespace.js';
import { keepalivedText, restoreText, wantedTable } from './table.js';

const CHECKOUT = fileURLToPath(new URL('../../../..', import.meta.url));
const WAIT_MS = 900_000;
const CASES = ['ipvsadm', 'client', 'daemon', 'keepalived', 'command', 'list'] as const;
/** Runs of each program in the case `list`, of which the shortest counts. */
const LISTS = 5;

const words = process.argv.slice(2);
const services = Number(option('--services') ?? 2_000);
const servers = Number(option('--servers') ?? 50);
const rounds = Number(option('--rounds') ?? 1);
const cases = words.length > 0 ? words : CASES;

const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
const table = wantedTable(services, servers);
const last = table.at(-1) as IpvsService;
const rows: [what: string, value: string][] = [];
/** Where the case under way has its table. */
let place = '';
let places = 0;
let client: IpvsClient;

console.log(`${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the start`);
console.log(`${services} services of ${servers} servers each\n`);
try {
  for (let round = 0; round < rounds; round++) {
    if (cases.includes('ipvsadm')) await ipvsadm();
    if (cases.includes('client')) await reconciler();
    if (cases.includes('daemon')) await daemon('tandem');
    if (cases.includes('keepalived')) await daemon('keepalived');
    if (cases.includes('command')) await command();
    if (cases.includes('list')) await list();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const width = Math.max(...rows.map(([what]) => what.length));
for (const [what, value] of rows) console.log(`${what.padEnd(width)}  ${value}`);
process.exit(0);

/**
 * A network namespace of its own for each case: the kernel keeps deleted destinations for minutes and
 * looks through all of them whenever one is added.
 */
async function fresh(): Promise<void> {
  place = `bench-${process.pid}-${places++}`;
  execFileSync('ip', ['netns', 'add', place]);
  // Without an address the kernel takes every address for broadcast.
  execFileSync('ip', ['-n', place, 'link', 'set', 'lo', 'up']);
  client = await open();
}

function open(): Promise<IpvsClient> {
  return inNamespace(place, () => IpvsClient.open());
}

async function ipvsadm(): Promise<void> {
  const file = path.join(folder, 'restore');
  writeFileSync(file, restoreText(table));
  await fresh();
  await timed('ipvsadm -R from empty', () => program(['ipvsadm', '-R'], file));
  await timed('ipvsadm -Ln', () => program(['ipvsadm', '-Ln']));
}

async function reconciler(): Promise<void> {
  await fresh();
  const own = await open();
  const reconciler = new IpvsTableReconciler(own);
  const memory = process.memoryUsage().rss;
  const made = await timed('tandem: reconciler, from empty', () => reconciler.reconcile(table));
  note('  changes', `${made.changes}, ${made.failures} failed`);
  note('  memory', `+${Math.round((process.memoryUsage().rss - memory) / 1e6)} MB`);
  const same = await timed('tandem: reconciler, unchanged, whole table', () =>
    reconciler.reconcile(table),
  );
  note('  changes', String(same.changes));
  const other = table.slice();
  other[7] = { ...last, ...other[7], destinations: heavier(other[7] as IpvsService) };
  const one = await timed('tandem: reconciler, one weight', () =>
    reconciler.reconcile(other, { onlyChanged: true }),
  );
  note('  changes', String(one.changes));
  await timed('tandem: the table read with counters', () => own.readTable());
  own.close();
}

function heavier({ destinations }: IpvsService): IpvsService['destinations'] {
  return [...destinations].map((each, i) =>
    i === 3 ? { ...each, weight: each.weight + 1 } : each,
  );
}

/** From the start of the process to the last server of the last service; then its end. */
async function daemon(product: 'tandem' | 'keepalived'): Promise<void> {
  await fresh();
  const file = path.join(folder, 'daemon.conf');
  writeFileSync(file, keepalivedText(table));
  const files = ['main', 'vrrp', 'checkers'].map((name) => path.join(folder, `${name}.pid`));
  const program = product === 'tandem' ? path.join(CHECKOUT, 'bin/tandemd') : 'keepalived';
  const log = openSync(path.join(folder, `${product}.log`), 'w');
  const args = ['-n', '-l', '-C', '-f', file, '-p', files[0], '-r', files[1], '-c', files[2]];
  if (product === 'keepalived') args.push('-G');
  const child = spawn('ip', ['netns', 'exec', place, program, ...(args as string[])], {
    stdio: ['ignore', log, log],
    env: { ...process.env, TANDEM_RUN_DIR: path.join(folder, 'run') },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await timed(`${product}: start to the whole table`, async () => {
    const until = Date.now() + WAIT_MS;
    while (!(await complete())) {
      if (child.exitCode !== null || Date.now() > until) {
        throw new Error(readFileSync(path.join(folder, `${product}.log`), 'utf8').slice(-2_000));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  await timed(`${product}: stop`, async () => {
    child.kill('SIGTERM');
    await ended;
  });
}

async function complete(): Promise<boolean> {
  return (await client.readDestinations(last.id)).length === servers;
}

async function command(): Promise<void> {
  const tandem = path.join(CHECKOUT, 'bin/tandem');
  const file = path.join(folder, 'restore');
  writeFileSync(file, restoreText(table));
  if (!hasCommand(tandem)) {
    note('tandem ipvs', 'not there');
    return;
  }
  await fresh();
  await timed('tandem ipvs -R from empty', () => program([tandem, 'ipvs', '-R'], file));
  await timed('tandem ipvs -Ln', () => program([tandem, 'ipvs', '-Ln']));
  await timed('ipvsadm -Ln', () => program(['ipvsadm', '-Ln']));
}

/** `-Ln` only, the programs in turns, with what a Node that does nothing takes. */
async function list(): Promise<void> {
  const tandem = path.join(CHECKOUT, 'bin/tandem');
  await fresh();
  await new IpvsTableReconciler(client).reconcile(table);
  const programs = [
    ['ipvsadm', '-Ln'],
    [tandem, 'ipvs', '-Ln'],
    ['node', '-e', '0'],
  ];
  const least = programs.map(() => Number.POSITIVE_INFINITY);
  const outputs = new Set<string>();
  for (let i = 0; i < LISTS; i++) {
    for (const [at, command] of programs.entries()) {
      const begun = performance.now();
      await program(command);
      least[at] = Math.min(least[at] as number, performance.now() - begun);
      if (command.includes('-Ln')) outputs.add(readFileSync(path.join(folder, 'output'), 'latin1'));
    }
  }
  const [theirs = 0, ours = 0, node = 0] = least.map((took) => took / 1_000);
  note('ipvsadm -Ln, least', `${theirs.toFixed(2)} s`);
  note(
    'tandem ipvs -Ln, least',
    `${ours.toFixed(2)} s: ${(ours / theirs).toFixed(2)} times ipvsadm`,
  );
  note('node -e 0, least', `${node.toFixed(2)} s`);
  note('  lists', outputs.size === 1 ? 'the same' : 'DIFFERENT');
}

function hasCommand(tandem: string): boolean {
  try {
    return (
      existsSync(tandem) && /\bipvs\b/.test(execFileSync(tandem, ['help'], { encoding: 'utf8' }))
    );
  } catch {
    return false;
  }
}

/** Runs a program to its end, its input from a file, its output into a file. */
async function program(command: readonly string[], input = '/dev/null'): Promise<void> {
  const output = openSync(path.join(folder, 'output'), 'w');
  const child = spawn('ip', ['netns', 'exec', place, ...command], {
    stdio: [openSync(input, 'r'), output, 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) note(`  ${command.join(' ')}`, `exit code ${code}`);
}

async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const result = await run();
  const took = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const own = what.includes('reconciler') || what.includes('counters');
  note(
    what,
    `${(took / 1_000).toFixed(2)} s${own ? ` (${(user / 1e6).toFixed(2)} user, ${(system / 1e6).toFixed(2)} system)` : ''}`,
  );
  return result;
}

function note(what: string, value: string): void {
  rows.push([what, value]);
  console.log(`${what}: ${value}`);
}

function option(name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}
