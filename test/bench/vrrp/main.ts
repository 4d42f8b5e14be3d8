/** Runs the cases for both products and prints what they measured, beside each other. */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import type { Product } from '../../lab/director.js';
import { Lab } from '../../lab/lab.js';
import type { Bench, BenchOptions } from './bench.js';
import { type Row, table } from './figures.js';
import { many } from './many.js';
import { busyPace, pace } from './pace.js';
import { failBack, handOver } from './planned.js';
import { takeOver } from './take-over.js';
import { thousands } from './thousands.js';

const CASES: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  'take-over': takeOver,
  'hand-over': handOver,
  'fail-back': failBack,
  pace,
  many,
  thousands,
  'busy-pace': busyPace,
};
const RARE: readonly string[] = ['thousands', 'busy-pace'];
const DEFAULT_CASES = Object.keys(CASES).filter((name) => !RARE.includes(name));

const words = process.argv.slice(2);
const product = option('--product');
const options: BenchOptions = {
  rounds: Number(option('--rounds') ?? 10),
  seconds: Number(option('--seconds') ?? 60),
  instances: Number(option('--instances') ?? 250),
};
const names = words.length > 0 ? words : DEFAULT_CASES;
const unknown = names.filter((name) => !Object.hasOwn(CASES, name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there is ${Object.keys(CASES).join(', ')}.`);
  process.exit(2);
}

const products: readonly Product[] =
  product === 'tandem' || product === 'keepalived' ? [product] : ['keepalived', 'tandem'];
const load = loadavg()[0]?.toFixed(1);
console.log(`${cpus()[0]?.model}, ${cpus().length} processors, load ${load} at the start`);
console.log(`Node ${process.versions.node}, ${keepalivedVersion()}\n`);
const columns = new Map<Product, Row[]>();
for (const name of names) {
  for (const each of products) {
    const lab = await Lab.build('pair');
    const rows = (await CASES[name]?.({ ...options, lab, product: each })) ?? [];
    await lab.close();
    for (const { what, value } of rows) console.log(`${each}: ${what}: ${value}`);
    columns.set(each, [...(columns.get(each) ?? []), ...rows]);
  }
}
console.log(`\n${table(columns)}`);
process.exit(0);

function option(name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words.splice(at, 2)[1];
}

function keepalivedVersion(): string {
  try {
    return execFileSync('sh', ['-c', 'keepalived -v 2>&1 | head -1'], { encoding: 'utf8' }).trim();
  } catch {
    return 'no keepalived';
  }
}
