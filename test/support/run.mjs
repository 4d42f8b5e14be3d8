/**
 * The test command. Prepares the machine, runs the layers that are asked for (all by default) and
 * closes with one line: `N passed, N failed, N skipped`. Fails when anything failed, and when
 * nothing ran.
 *
 *   node test/support/run.mjs [lint] [unit] [simulation] [process] [oracle] [lab] [--coverage]
 *                             [-- [--grep PATTERN] [FILE...]]
 *
 * FILE is a source path such as test/unit/base/ip.test.ts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { NOTHING, runAndTryAgain } from './tried-again.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORK = path.join(ROOT, '.work');
const MINUTE = 60_000;

/**
 * Layers in their order, with the folders mocha runs and a bound on their time. Those that measure no
 * time can run beside the lab, whose kernel has one processor. Real processes get a second try.
 */
const LAYERS = {
  lint: { limit: 2 * MINUTE },
  unit: { folders: ['unit', 'conformance', 'sim', 'fuzz', 'arch'], limit: 10 * MINUTE },
  simulation: { folders: ['simulation'], limit: 60 * MINUTE, besideLab: true },
  process: { folders: ['process'], limit: 15 * MINUTE, isTriedAgain: true },
  oracle: { folders: ['oracle'], limit: 60 * MINUTE, besideLab: true },
  lab: { limit: 80 * MINUTE },
};

/**
 * Counts of seeded tests when the quick layer is asked for by itself; in a whole run, and with the
 * variable set, there are more of them.
 */
const QUICK = { FUZZ_ROUNDS: '5000', CONFIG_FUZZ_SEEDS: '300' };

const options = parseArguments(process.argv.slice(2));
const totals = { passed: 0, failed: 0, skipped: 0 };
/** One line a layer, printed before the closing one. */
const summary = [];
/** What failed, repeated at the end: whoever reads a long log, or only its end, sees why. */
const failures = [];

try {
  await main();
} catch (error) {
  // What keeps the tests from running is a failure like any other.
  count('set-up', { passed: 0, failed: 1, skipped: 0 }, error.message);
}
finish();

async function main() {
  // keepalived comes with what the lab needs.
  const wantsLab = options.layers.includes('lab') || options.layers.includes('oracle');
  let lab;
  try {
    ({ lab } = prepare({ lab: wantsLab }));
  } catch (error) {
    count('build', { passed: 0, failed: 1, skipped: 0 }, error.message);
    return;
  }
  const isBeside = (layer) => cpus().length > 1 && wantsLab && LAYERS[layer].besideLab;
  const beside = options.layers.filter(isBeside);
  for (const layer of options.layers.filter((name) => !isBeside(name))) {
    heading(layer);
    if (layer === 'lint') lint();
    else if (layer === 'lab') await Promise.all([runTheLab(lab), runBeside(beside)]);
    else await runMocha(layer, LAYERS[layer]);
  }
}

/** Runs layers one after the other, as what has time for them; each is shown when it has ended. */
async function runBeside(layers) {
  if (layers.length > 0) console.log(`Beside it, shown at their end: ${layers.join(', ')}`);
  for (const layer of layers) await runMocha(layer, LAYERS[layer], true);
}

function lint() {
  const biome = path.join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const result = spawnSync(process.execPath, [biome, 'check'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: LAYERS.lint.limit,
  });
  const good = result.status === 0;
  count('lint', { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0 });
}

async function runMocha(layer, { folders, limit, isTriedAgain }, isBeside = false) {
  const chosen = options.files.filter((file) => folders.some((f) => file.startsWith(`test/${f}/`)));
  if (options.files.length > 0 && chosen.length === 0) return;
  const files = options.files.length > 0 ? chosen : folders.flatMap(testsUnder);
  if (files.length === 0) {
    count(layer, { passed: 0, failed: 0, skipped: 1 }, `no tests in ${folders.join(', ')}`);
    return;
  }
  const runOnce = (some) => runMochaOnce(layer, some, limit, isBeside);
  const counts = await (isTriedAgain
    ? runAndTryAgain(files, runOnce, built, (failed) => heading(`${layer} again: ${failed}`))
    : runOnce(files));
  count(layer, counts, counts.reason ?? '');
}

/** One mocha. @returns what test/support/reporter.ts counts; without `files` if it ended early. */
async function runMochaOnce(layer, files, limit, isBeside) {
  mkdirSync(WORK, { recursive: true });
  const results = path.join(WORK, `results-${layer}-${process.pid}.json`);
  const modules = path.join(ROOT, 'node_modules');
  const args = [
    path.join(modules, 'mocha', 'bin', 'mocha.js'),
    ...(options.grep ? ['--grep', options.grep] : []),
    ...files.map(built),
  ];
  if (options.coverage) {
    // Files are chosen after the source maps have led from dist/ to src/.
    args.unshift(
      path.join(modules, 'c8', 'bin', 'c8.js'),
      ...['--all', '--src', 'src', '--include', 'src/**', '--exclude-after-remap'],
      ...['--reporter', 'text', '--reporter', 'lcov'],
    );
  }
  const isQuick = layer === 'unit' && options.layers.length === 1;
  const env = {
    ...(isQuick ? { ...QUICK, ...process.env } : {}),
    TANDEM_TEST_RESULTS: results,
  };
  const command = [process.execPath, ...args];
  const code = isBeside
    ? await runBounded(['nice', '-n', '19', ...command], limit, env, (output) => {
        heading(layer);
        process.stdout.write(output);
      })
    : await runBounded(command, limit, env);
  const counts = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : undefined;
  rmSync(results, { force: true });
  if (!counts) return { ...NOTHING, failed: 1, reason: `ended early (${code})` };
  // Mocha can fail without a failed test, for example on a rejection that nobody caught.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return code === 0 ? counts : { ...counts, reason: `mocha: ${code}` };
}

/** The path of a file of tests as mocha knows it. */
function built(file) {
  return path.join(ROOT, 'dist', file.replace(/\.ts$/, '.js'));
}

/**
 * Runs a command in its own process group, ended as a whole when it takes too long.
 *
 * @param show given what it wrote when it has ended; without, that is passed on at once.
 */
function runBounded([command, ...args], limit, env, show) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', ...(show ? ['pipe', 'pipe'] : ['inherit', 'inherit'])],
      detached: true,
    });
    const written = [];
    if (show) {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part) => written.push(part));
    }
    const end = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    };
    const timer = setTimeout(() => {
      console.log(`Ended after ${limit / MINUTE} minutes.`);
      end();
    }, limit);
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => {
        end();
        process.exit(1);
      });
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      show?.(Buffer.concat(written));
      resolve(code ?? signal);
    });
  });
}

async function runTheLab(lab) {
  const entry = path.join(ROOT, 'test', 'lab', 'run.mjs');
  if (!existsSync(entry)) {
    count('lab', { passed: 0, failed: 0, skipped: 1 }, 'there is no test/lab/run.mjs');
    return;
  }
  // The lab says itself what it cannot do without; some packages are for a few scenarios only.
  if (!lab.ready) console.log(lab.reason);
  const files = options.files.filter((file) => file.startsWith('test/lab/'));
  if (options.files.length > 0 && files.length === 0) return;
  try {
    const { runLab } = await import(pathToFileURL(entry).href);
    const counts = await within(LAYERS.lab.limit, runLab({ grep: options.grep, files }));
    count('lab', counts, counts.reason ?? '');
  } catch (error) {
    console.log(error.stack);
    count('lab', { passed: 0, failed: 1, skipped: 0 }, error.message);
  }
}

function within(limit, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${limit / MINUTE} minutes`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function testsUnder(folder) {
  const top = path.join(ROOT, 'test', folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

function count(layer, { passed, failed, skipped, failures: why = [] }, note = '') {
  failures.push(...why.map((failure) => ({ layer, ...failure })));
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  const counts = `${passed} good, ${failed} bad, ${skipped} left out`;
  summary.push(`  ${layer.padEnd(8)} ${counts}${note ? `: ${note}` : ''}`);
}

function heading(text) {
  console.log(`\n=== ${text} ===`);
}

function finish() {
  if (failures.length > 0) heading('failed');
  for (const { layer, file, title, message, isFirstTry } of failures) {
    const what = `${isFirstTry ? 'at the first try: ' : ''}${title} (${path.relative(ROOT, file)})`;
    console.log(`  ${layer}: ${what}\n    ${message}`);
  }
  heading('summary');
  for (const line of summary) console.log(line);
  const { passed, failed, skipped } = totals;
  if (passed + failed === 0) console.log('  Nothing ran: that is a failure.');
  const code = failed > 0 || passed === 0 ? 1 : 0;
  // The line is last whatever a layer may have left running.
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`, () => {
    process.exit(code);
  });
}

function parseArguments(args) {
  const layers = [];
  const files = [];
  let grep;
  let coverage = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === '--') continue;
    else if (word === '--coverage') coverage = true;
    else if (word === '--grep' || word === '-g') grep = args[++i];
    else if (Object.hasOwn(LAYERS, word)) layers.push(word);
    else if (existsSync(path.join(ROOT, word))) files.push(path.normalize(word));
    else {
      console.error(`No layer and no file: ${word}`);
      process.exit(2);
    }
  }
  return { layers: layers.length > 0 ? layers : Object.keys(LAYERS), files, grep, coverage };
}
