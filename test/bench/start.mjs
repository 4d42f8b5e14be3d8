/**
 * How long the programs take to start: commands to their end, each child of the daemon until it can be
 * configured, the daemon until a configuration is in force, and the memory of its three processes then.
 * In a network of its own, as root. Options: `--rounds N` (default 10).
 */
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, median, processorTime } from './measure.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DAEMON = path.join(ROOT, 'bin/tandemd');
const MAIN = path.join(ROOT, 'dist/src/main.js');
/** Seconds that anything here may take. */
const LIMIT = 30;
const POLL_MILLIS = 5;

const TEXT = `vrrp_instance VI_1 {
    interface bench0
    virtual_router_id 51
    virtual_ipaddress {
        192.0.2.10/32
    }
}
virtual_server 192.0.2.10 80 {
    lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 192.0.2.11 80 {
        TCP_CHECK {
        }
    }
}
`;

export async function run(args) {
  if (!args.includes('--in-network')) {
    const self = fileURLToPath(new URL('run.mjs', import.meta.url));
    const own = [process.execPath, self, 'start', ...args, '--in-network'];
    const script =
      'ip link set lo up && ip link add bench0 type bridge && ip link set bench0 up && exec "$@"';
    return spawnSync('unshare', ['-n', 'sh', '-c', script, 'sh', ...own], { stdio: 'inherit' })
      .status;
  }
  const rounds = Number(args[args.indexOf('--rounds') + 1]) || 10;
  const folder = mkdtempSync(path.join(tmpdir(), 'tandem-bench-'));
  const file = path.join(folder, 'tandem.conf');
  writeFileSync(file, TEXT);
  const command = (...words) => measure(process.execPath, words, { limit: LIMIT, cwd: folder });
  try {
    const cases = [
      ['node alone', () => command('-e', '0')],
      ['tandemd --version', () => command(DAEMON, '--version')],
      ['tandemd -t, 15 lines', () => command(DAEMON, '-t', '-f', file)],
      ['vrrp process is ready', () => child('vrrp')],
      ['checker process is ready', () => child('checker')],
      ['daemon is ready', () => daemon(file, folder)],
    ];
    const results = cases.map(() => []);
    // In turns: a machine's speed changes while this runs.
    for (let round = 0; round < rounds; round++) {
      for (const [i, [, once]] of cases.entries()) results[i].push(await once());
    }
    console.log(`Node ${process.versions.node}, medians of ${rounds}`);
    for (const [i, [what]] of cases.entries()) print(what, results[i]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

function print(what, runs) {
  const of = (pick) => median(runs.map(pick));
  const memory = runs[0].roles
    ? Object.keys(runs[0].roles).map((role) => `${role} ${of((r) => r.roles[role]).toFixed(0)}`)
    : [of((r) => r.memory).toFixed(0)];
  console.log(
    `  ${what.padEnd(26)} ${of((r) => r.wall).toFixed(3)} s wall, ${of((r) => r.cpu).toFixed(2)} s processor, ${memory.join(', ')} MB`,
  );
}

/** Starts one child of the daemon as its supervisor does, until it says that it is ready. */
function child(role) {
  return new Promise((resolve, reject) => {
    const begin = process.hrtime.bigint();
    const process_ = fork(MAIN, ['--role', role], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const timer = setTimeout(() => process_.kill('SIGKILL'), LIMIT * 1000);
    let result;
    process_.on('message', ({ kind }) => {
      if (kind !== 'ready') return;
      const wall = secondsSince(begin);
      result = { wall, cpu: processorTime(process_.pid), memory: residentMegabytes(process_.pid) };
      process_.kill('SIGKILL');
    });
    process_.on('exit', () => {
      clearTimeout(timer);
      if (result) resolve(result);
      else reject(new Error(`the ${role} process did not get ready`));
    });
  });
}

/** Starts the daemon, until its status says that the configuration is in force. */
async function daemon(file, folder) {
  const begin = process.hrtime.bigint();
  const env = { ...process.env, TANDEM_RUN_DIR: folder };
  const daemon = spawn(process.execPath, [DAEMON, '-n', '-l', '-f', file], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  try {
    for (;;) {
      const status = await ask(path.join(folder, 'control.sock'));
      if (status?.ready) {
        const wall = secondsSince(begin);
        const pids = { supervisor: daemon.pid };
        for (const { role, pid } of status.processes) if (pid) pids[role] = pid;
        const roles = Object.fromEntries(
          Object.entries(pids).map(([role, pid]) => [role, residentMegabytes(pid)]),
        );
        const cpu = Object.values(pids).reduce((sum, pid) => sum + processorTime(pid), 0);
        return { wall, cpu, roles };
      }
      if (secondsSince(begin) > LIMIT) throw new Error('the daemon did not get ready');
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
    }
  } finally {
    daemon.kill('SIGTERM');
    await ended;
  }
}

/** The daemon's status; `undefined` while nobody answers. */
function ask(socketPath) {
  return new Promise((resolve) => {
    const sent = request({ socketPath, path: '/status', timeout: LIMIT * 1000 }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    });
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}

const secondsSince = (begin) => Number(process.hrtime.bigint() - begin) / 1e9;

const residentMegabytes = (pid) =>
  Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
