/**
 * Asks keepalived and tandem about mistakes, and says where they differ.
 *
 *   node dist/test/oracle/survey.js [FIRST [LAST]]
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostic } from '../../src/config/diagnostics/diagnostics.js';
import { ROOT } from '../support/root.js';
import { isNear, SLOW_MS, tell } from './compare.js';
import { GOOD_FOLDER, type Good, goodConfigurations } from './corpus.js';
import { DIFFERENCES } from './differences.js';
import { Keepalived } from './keepalived.js';
import { type Mutation, mutate } from './mutations.js';

/** How the two differ, or what tandem does that it must not. */
export type Fault =
  /** keepalived complains, tandem does not. */
  | 'silent'
  /** tandem refuses what keepalived takes without a complaint. */
  | 'stricter'
  /** A diagnostic stands elsewhere than the mistake. */
  | 'far'
  | 'slow'
  | 'crash';

export interface Finding {
  readonly fault: Fault;
  readonly mutation: Mutation;
  /** keepalived's exit status, and what it said. */
  readonly status: number;
  readonly said: string;
  readonly news: readonly Diagnostic[];
}

/** Its exit statuses that are no verdict: it was killed, or it ended itself (a fault of 2.2.7). */
const NO_VERDICT = new Set([137, 143]);

/** How many mistakes keepalived complained about, took, and gave no verdict on; and differences. */
export interface Counts {
  complaints: number;
  taken: number;
  none: number;
  deliberate: number;
}

/** Runs the mistakes of these seeds past both. */
export async function survey(
  seeds: readonly number[],
  workers = 2,
): Promise<{ findings: Finding[]; counts: Counts }> {
  const counts: Counts = { complaints: 0, taken: 0, none: 0, deliberate: 0 };
  const goods = goodConfigurations();
  mkdirSync(path.join(ROOT, '.work'), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, '.work', 'oracle-'));
  const keepaliveds = Array.from({ length: workers }, () => new Keepalived());
  try {
    const findings = await Promise.all(
      keepaliveds.map(async (keepalived, worker) => {
        const own: Finding[] = [];
        for (const seed of seeds.filter((_, index) => index % workers === worker)) {
          own.push(...(await askBoth(mutate(seed, goods), keepalived, folder, counts)));
        }
        return own;
      }),
    );
    const sorted = findings.flat().sort((a, b) => a.mutation.seed - b.mutation.seed);
    return { findings: sorted, counts };
  } finally {
    for (const keepalived of keepaliveds) keepalived.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function askBoth(
  mutation: Mutation,
  keepalived: Keepalived,
  folder: string,
  counts: Counts,
): Promise<Finding[]> {
  const main = writeMutated(mutation, path.join(folder, String(mutation.seed)));
  const { status } = await keepalived.test(main);
  const said = readFileSync(`${main}.said`, 'utf8');
  if (NO_VERDICT.has(status)) counts.none++;
  else if (status === 0) counts.taken++;
  else counts.complaints++;
  return judge(mutation, status, said).filter((finding) => {
    const isMeant = DIFFERENCES.some(
      ({ fault, matches }) => fault === finding.fault && matches(finding.news, said, mutation),
    );
    if (isMeant) counts.deliberate++;
    return !isMeant;
  });
}

function judge(mutation: Mutation, status: number, said: string): Finding[] {
  const finding = (fault: Fault, news: readonly Diagnostic[]): Finding => ({
    ...{ fault, mutation, status, said, news },
  });
  let told: ReturnType<typeof tell>;
  try {
    told = tell(mutation);
  } catch (error) {
    return [{ ...finding('crash', []), said: error instanceof Error ? `${error.stack}` : '' }];
  }
  const { news, milliseconds } = told;
  const findings: Finding[] = [];
  const complains = status !== 0 && !NO_VERDICT.has(status);
  if (complains && !news.some(({ severity }) => severity !== 'info')) {
    findings.push(finding('silent', news));
  }
  const errors = news.filter(({ severity }) => severity === 'error');
  if (status === 0 && errors.length > 0) findings.push(finding('stricter', errors));
  const far = news.filter((diagnostic) => !isNear(diagnostic, mutation));
  if (far.length > 0) findings.push(finding('far', far));
  if (milliseconds > SLOW_MS) findings.push(finding('slow', news));
  return findings;
}

/** Writes a configuration with its mistake, and returns where it begins. */
function writeMutated({ good, file, text }: Mutation, folder: string): string {
  return writeGood({ ...good, files: { ...good.files, [file]: text as string } }, folder);
}

/** Writes a configuration into a folder of its own, and returns where it begins. */
export function writeGood(good: Good, folder: string): string {
  for (const [file, text] of Object.entries(good.files)) {
    if (text === undefined) continue;
    const copy = path.join(folder, path.relative(GOOD_FOLDER, file));
    mkdirSync(path.dirname(copy), { recursive: true });
    writeFileSync(copy, text);
  }
  return path.join(folder, path.relative(GOOD_FOLDER, good.main));
}

/** A finding for people. */
export function renderFinding({ fault, mutation, status, said, news }: Finding): string {
  const { seed, kind, file, line, before, after } = mutation;
  return [
    `${fault}: seed ${seed}, ${kind}, ${path.relative(GOOD_FOLDER, file)}:${line}`,
    `  - ${before.trim()}`,
    `  + ${after?.trim() ?? '(gone)'}`,
    `  keepalived ${status}: ${said.trim().split('\n').slice(0, 4).join(' | ')}`,
    ...news.map((d) => `  tandem ${d.at.line}:${d.at.column} ${d.severity} ${d.code} ${d.message}`),
  ].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [first = 1, last = first] = process.argv.slice(2).map(Number);
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const start = performance.now();
  const { findings, counts } = await survey(seeds);
  for (const finding of findings) console.log(renderFinding(finding));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${seeds.length} mistakes, ${findings.length} findings, ${seconds} s`, counts);
}
