/**
 * Large configurations: how long `tandemd -t` takes to read and check them, and `keepalived -t` on the
 * same file, in turns. Options: `--rounds N` (default 3), `--without-keepalived`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { instancesText, sequenceText, servicesText } from './config-texts.mjs';
import { measure, median } from './measure.mjs';

const BIN = fileURLToPath(new URL('../../bin/', import.meta.url));
const KEEPALIVED = '/usr/sbin/keepalived';
/** Seconds that one run may take. */
const LIMIT = 300;

const FILES = [
  { name: 'sequence', what: '65,024 instances by ~SEQ', text: sequenceText, slow: true },
  { name: 'instances', what: '65,024 instances written out', text: instancesText, slow: true },
  { name: 'services', what: '2,000 services of 50 servers', text: servicesText, slow: false },
];

export async function run(args) {
  const isInNetwork = args.includes('--in-network');
  const status = isInNetwork ? undefined : runInNetwork(args);
  if (status !== undefined && status !== null) return status;
  const rounds = Number(args[args.indexOf('--rounds') + 1]) || 3;
  const hasKeepalived = !args.includes('--without-keepalived') && existsSync(KEEPALIVED);
  const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
  console.log(`${cpus()[0]?.model}, ${cpus().length} processors, Node ${process.versions.node}`);
  console.log(hasKeepalived ? keepalivedVersion() : 'without keepalived');
  console.log(
    isInNetwork
      ? 'with the interfaces that are named'
      : 'without the interfaces that are named: each is an error',
  );
  try {
    for (const file of FILES) await compare(file, folder, rounds, hasKeepalived);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

async function compare({ name, what, text, slow }, folder, rounds, hasKeepalived) {
  const main = path.join(folder, `${name}.conf`);
  writeFileSync(main, text());
  const command = (program, ...args) => measure(program, args, { limit: LIMIT, cwd: folder });
  const ours = [];
  const theirs = [];
  // Theirs takes most of a minute: once is enough to compare.
  const theirRounds = hasKeepalived ? (slow ? 1 : rounds) : 0;
  for (let round = 0; round < rounds; round++) {
    ours.push(await command(path.join(BIN, 'tandemd'), '-t', '-f', main));
    if (round < theirRounds) theirs.push(await command(KEEPALIVED, '-t', '-f', main));
  }
  console.log(`\n${what}`);
  print('tandemd -t', ours);
  if (theirs.length > 0) {
    print('keepalived -t', theirs);
    const ratio = median(theirs.map(({ wall }) => wall)) / median(ours.map(({ wall }) => wall));
    const least = theirs.some(({ code }) => code === undefined) ? 'at least ' : '';
    console.log(`  keepalived takes ${least}${ratio.toFixed(1)} times as long (wall clock)`);
  }
  if (hasDiff()) {
    const changed = path.join(folder, `${name}.changed.conf`);
    writeFileSync(changed, `${text()}\nglobal_defs {\n    router_id changed\n}\n`);
    const runs = [];
    for (let round = 0; round < rounds; round++) {
      runs.push(await command(path.join(BIN, 'tandem'), 'config', 'diff', main, changed));
    }
    print('tandem config diff', runs);
  }
}

function print(what, runs) {
  const of = (pick, digits) => median(runs.map(pick)).toFixed(digits);
  const codes = [...new Set(runs.map(({ code }) => code ?? `stopped after ${LIMIT} s`))].join(', ');
  console.log(
    `  ${what.padEnd(18)} ${of((r) => r.wall, 2).padStart(7)} s wall, ${of((r) => r.cpu, 2).padStart(7)} s processor, ${of((r) => r.memory, 0).padStart(5)} MB peak  (median of ${runs.length}, exit ${codes})`,
  );
}

/**
 * Runs this benchmark again in a network of its own that has the interfaces of the files.
 *
 * @returns its exit code; `undefined` if there can be no such network.
 */
function runInNetwork(args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
  try {
    const batch = path.join(folder, 'links');
    const names = [];
    for (let bond = 0; bond < 8; bond++) {
      for (let vlan = 0; vlan < 32; vlan++) names.push(`bond${bond}.${vlan}`);
    }
    writeFileSync(batch, names.map((name) => `link add ${name} type bridge\n`).join(''));
    const { status } = spawnSync('unshare', ['-n', 'ip', '-batch', batch], { stdio: 'ignore' });
    if (status !== 0) return undefined;
    const script = `ip -batch ${batch} && exec "$@"`;
    const self = fileURLToPath(new URL('run.mjs', import.meta.url));
    const own = [process.execPath, self, 'config', ...args, '--in-network'];
    return spawnSync('unshare', ['-n', 'sh', '-c', script, 'sh', ...own], { stdio: 'inherit' })
      .status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keepalivedVersion() {
  const { stderr } = spawnSync(KEEPALIVED, ['-v'], { encoding: 'utf8' });
  return stderr.split('\n')[0];
}

/** Whether this build has the command. */
function hasDiff() {
  const { stdout, stderr } = spawnSync(path.join(BIN, 'tandem'), ['--help'], { encoding: 'utf8' });
  return /config diff/.test(`${stdout}${stderr}`);
}
