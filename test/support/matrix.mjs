/**
 * Runs the unit tests on other versions of Node, in copies of the checkout under .work/: Node comes
 * as the npm package `node` (binary and headers), raw-socket is compiled against it.
 *
 *   node test/support/matrix.mjs [VERSION...]      default: 22 24 26
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './prepare.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORK = path.join(ROOT, '.work', 'matrix');
const MINUTE = 60_000;
const FOLDERS = ['unit', 'conformance', 'sim', 'fuzz', 'arch'];
const NATIVE = ['raw-socket', 'koffi', 'netlink'];

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : ['22', '24', '26'];
const rows = [];

try {
  prepare();
  for (const version of versions) rows.push(runOn(version));
} catch (error) {
  console.error(error.message);
  rows.push({ version: '-', failed: 1, note: error.message });
}
report();

function runOn(version) {
  const started = Date.now();
  const row = { version, node: '', passed: 0, failed: 0, skipped: 0, note: '', seconds: 0 };
  console.log(`\n=== Node ${version} ===`);
  try {
    const home = installNode(version);
    row.node = output(home.binary, ['--version']).trim().slice(1);
    const copy = copyCheckout(version);
    compileNative(home, copy);
    Object.assign(row, runTests(home, copy));
  } catch (error) {
    row.failed++;
    row.note = error.message;
  }
  row.seconds = Math.round((Date.now() - started) / 1000);
  return row;
}

/** Node of a version from the npm registry: its binary and the folder with its headers. */
function installNode(version) {
  const prefix = path.join(WORK, `node-${version}`);
  const found = () => {
    const home = path.join(prefix, 'node_modules/node/node_modules', `node-linux-${process.arch}`);
    const other = path.join(prefix, 'node_modules', `node-linux-${process.arch}`);
    return [home, other].find((folder) => existsSync(path.join(folder, 'bin/node')));
  };
  if (!found()) {
    mkdirSync(prefix, { recursive: true });
    // The package fetches its binary, itself an npm package, in an install script.
    const manifest = {
      private: true,
      dependencies: { node: version },
      allowScripts: { node: true },
    };
    writeFileSync(path.join(prefix, 'package.json'), JSON.stringify(manifest));
    const result = runNpm(['install', '--no-package-lock'], prefix);
    if (result.status !== 0 || !found())
      throw new Error(`the npm package node@${version}: ${tail(result)}`);
  }
  const home = found();
  return { home, binary: path.join(home, 'bin/node') };
}

/** The checkout with its build; node_modules as hard links, but for what is compiled. */
function copyCheckout(version) {
  const copy = path.join(WORK, `checkout-${version}`);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  const listed = output('git', ['ls-files', '-coz', '--exclude-standard']).split('\0');
  for (const file of [...listed.filter((name) => name !== ''), 'dist']) {
    const from = path.join(ROOT, file);
    if (existsSync(from)) cpSync(from, path.join(copy, file), { recursive: true });
  }
  const linked = spawnSync('cp', ['-al', path.join(ROOT, 'node_modules'), copy]);
  if (linked.status !== 0) throw new Error(`node_modules cannot be copied: ${linked.stderr}`);
  // A hard link, too: the copy is to get one of its own.
  rmSync(path.join(copy, 'node_modules', '.tandem-stamp'), { force: true });
  const native = path.join(copy, 'node_modules', 'raw-socket');
  rmSync(native, { recursive: true });
  cpSync(path.join(ROOT, 'node_modules', 'raw-socket'), native, { recursive: true });
  return copy;
}

function compileNative({ home, binary }, copy) {
  const gyp = path.join(path.dirname(npmCli()), '../node_modules/node-gyp/bin/node-gyp.js');
  const result = spawnSync(binary, [gyp, 'rebuild', `--nodedir=${home}`], {
    cwd: path.join(copy, 'node_modules', 'raw-socket'),
    // npm's own setting reaches node-gyp through the environment and would win.
    env: { ...process.env, npm_config_nodedir: home, npm_package_config_node_gyp_nodedir: home },
    encoding: 'utf8',
    timeout: 5 * MINUTE,
  });
  if (result.status !== 0) throw new Error(`raw-socket does not compile: ${tail(result)}`);
  for (const module of NATIVE) {
    const loaded = spawnSync(binary, ['-e', `require('${module}')`], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (loaded.status !== 0) throw new Error(`${module} does not load: ${tail(loaded)}`);
  }
}

function runTests({ binary }, copy) {
  const results = path.join(copy, 'results.json');
  const result = spawnSync(
    binary,
    [
      path.join(copy, 'node_modules/mocha/bin/mocha.js'),
      ...FOLDERS.filter((folder) => existsSync(path.join(copy, 'dist/test', folder))).map(
        (folder) => `dist/test/${folder}/**/*.test.js`,
      ),
    ],
    {
      cwd: copy,
      encoding: 'utf8',
      timeout: 5 * MINUTE,
      maxBuffer: 1 << 28,
      env: { ...process.env, TANDEM_TEST_RESULTS: results },
    },
  );
  if (!existsSync(results)) throw new Error(`the tests did not end: ${tail(result)}`);
  const counts = JSON.parse(readFileSync(results, 'utf8'));
  if (result.status !== 0) {
    process.stdout.write(result.stdout.slice(result.stdout.lastIndexOf(' passing')));
    counts.failed = Math.max(1, counts.failed);
  }
  return counts;
}

function report() {
  console.log(
    `\n${'Node'.padEnd(12)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'skipped'.padStart(9)}${'seconds'.padStart(9)}`,
  );
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const row of rows) {
    const cells = ['passed', 'failed', 'skipped', 'seconds'].map((name, i) =>
      String(row[name] ?? 0).padStart([8, 8, 9, 9][i]),
    );
    console.log(
      `${(row.node || row.version).padEnd(12)}${cells.join('')}  ${row.note ?? ''}`.trimEnd(),
    );
    for (const name of Object.keys(totals)) totals[name] += row[name] ?? 0;
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

function output(command, args) {
  const result = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${tail(result)}`);
  return result.stdout;
}

function runNpm(args, cwd) {
  return spawnSync(process.execPath, [npmCli(), ...args], {
    cwd,
    env: { ...process.env, npm_config_loglevel: 'error' },
    encoding: 'utf8',
    timeout: 5 * MINUTE,
  });
}

/** npm's own script, beside the node that runs or as npm told us. */
function npmCli() {
  const told = process.env.npm_execpath;
  if (told?.endsWith('npm-cli.js')) return told;
  const prefix = path.dirname(path.dirname(process.execPath));
  return path.join(prefix, 'lib/node_modules/npm/bin/npm-cli.js');
}

function tail(result) {
  const text = `${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`.trim();
  return text.split('\n').slice(-4).join(' | ');
}
