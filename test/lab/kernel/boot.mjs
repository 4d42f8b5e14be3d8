/**
 * Runs a command on a kernel that has IPVS: on the machine's own, in namespaces, where
 * `modprobe ip_vs` works, else inside a User Mode Linux kernel booted over the machine's own root
 * file system. Plain JavaScript and Node's own modules only: it works before anything is built.
 *
 *   node test/lab/kernel/boot.mjs -- COMMAND...
 *
 * TANDEM_LAB_TIMEOUT (seconds) bounds the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const CHECKOUT = path.resolve(HERE, '../../..');

/** Debian packages that the lab uses, by the command that shows that they are there. */
export const LAB_PACKAGES = {
  ip: 'iproute2',
  ipvsadm: 'ipvsadm',
  tcpdump: 'tcpdump',
  keepalived: 'keepalived',
  modprobe: 'kmod',
  sysctl: 'procps',
  systemctl: 'systemd',
};
/** What is needed besides where the machine's own kernel has no IPVS. */
export const UML_PACKAGES = { 'linux.uml': 'user-mode-linux', cc: 'gcc' };

const BOOT_TIMEOUT_MS = 60_000;
const DEFAULT_TIMEOUT_MS = 600_000;
const REAL_TIME = ['chrt', '--rr', '1'];
const CONSOLE_TAIL_LINES = 40;
const SEARCH_PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;

/**
 * Whether lab scenarios can run on this machine, and on which kernel.
 * `TANDEM_LAB_KERNEL=native|uml|off` overrides the choice.
 *
 * @returns {{available: boolean, reason: string, how: 'native' | 'uml'}} `reason` is for people.
 */
export function labAvailability() {
  const wish = process.env.TANDEM_LAB_KERNEL ?? '';
  const no = (reason) => ({ available: false, reason, how: 'uml' });
  if (wish === 'off') return no('TANDEM_LAB_KERNEL=off');
  if (process.platform !== 'linux') return no(`the lab runs on Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0) return no('the lab makes network namespaces: it needs root');
  const missing = missingPackages(LAB_PACKAGES);
  if (missing.length > 0) return no(`missing: apt-get install ${missing.join(' ')}`);
  if (wish === 'native' || (wish !== 'uml' && nativeIpvs())) {
    return { available: true, reason: "the machine's own kernel", how: 'native' };
  }
  if (process.arch !== 'x64')
    return no(`no IPVS in this kernel, and no User Mode Linux on ${process.arch}`);
  const missingUml = missingPackages(UML_PACKAGES);
  if (missingUml.length > 0) {
    return no(
      `no IPVS in this kernel; missing for User Mode Linux: apt-get install ${missingUml.join(' ')}`,
    );
  }
  return { available: true, reason: 'no IPVS in this kernel: User Mode Linux', how: 'uml' };
}

/**
 * Runs a command in the checkout's folder on a kernel with IPVS.
 *
 * @param {object} job
 * @param {readonly string[]} job.command words, no shell
 * @param {Readonly<Record<string, string>>} [job.env] added to the environment
 * @param {number} [job.timeoutMs] after which everything of it is killed
 * @param {(text: string) => void} [job.onOutput] its stdout and stderr as they come; default: ours
 * @returns {Promise<{code: number, how: 'native' | 'uml', problem?: string}>} the exit code, and
 *   `problem` when the command did not end by itself: no boot, a panic, out of time.
 */
export async function runInLabKernel(job) {
  const { available, reason, how } = labAvailability();
  if (!available) throw new Error(`the lab is not available: ${reason}`);
  const work = mkdtempSync(path.join(os.tmpdir(), 'tandem-lab-'));
  try {
    const result = await (how === 'native' ? runNative(job, work) : runUml(job, work));
    return { ...result, how };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The job as a script: environment, folder, command. */
function writeJob({ command, env = {} }, work) {
  const quote = (word) => `'${String(word).replaceAll("'", "'\\''")}'`;
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      /^(PATH|HOME|LANG|TERM|TANDEM_\w+|NODE_\w+|CI|COLUMNS)$/.test(name),
    ),
  );
  const lines = Object.entries({ ...inherited, ...env })
    .filter(([name]) => /^\w+$/.test(name))
    .map(([name, value]) => `export ${name}=${quote(value)}`);
  writeFileSync(
    path.join(work, 'job.sh'),
    [
      ...lines,
      'export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
      `. ${quote(path.join(HERE, 'job-prelude.sh'))}`,
      `cd ${quote(CHECKOUT)} || exit 125`,
      // `node` is this Node, wherever it was found.
      `exec ${command.map((word, i) => quote(i === 0 && word === 'node' ? process.execPath : word)).join(' ')}`,
      '',
    ].join('\n'),
  );
}

/** Namespaces of its own: nothing that the job does to the network or to /run is seen outside. */
async function runNative(job, work) {
  writeJob(job, work);
  const child = spawn(
    'unshare',
    [
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child=KILL',
      '--mount-proc',
      'sh',
      '-c',
      'mount -t tmpfs tmpfs /run && mount -t sysfs sys /sys && exec bash "$0"',
      path.join(work, 'job.sh'),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, PATH: SEARCH_PATH },
    },
  );
  return supervise(work, child, [child.stdout, child.stderr], job, () => undefined);
}

async function runUml(job, work) {
  writeJob(job, work);
  copyFileSync(path.join(HERE, 'uml-init.sh'), path.join(work, 'init.sh'));
  spawnSync('chmod', ['+x', path.join(work, 'init.sh')]);
  const env = { ...process.env, PATH: SEARCH_PATH };
  // Its memory is a file: in /dev/shm, not in a folder that we were told to use for small things.
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) delete env[name];
  const shim = buildShim(work);
  if (shim) env.LD_PRELOAD = shim;
  // Scenarios measure milliseconds: other work on the machine should not be in them. Real-time
  // priority where we may have it (a container may not); without it only precision is lost.
  const program = [...(runs([...REAL_TIME, 'true']) ? REAL_TIME : []), 'linux.uml'];
  const child = spawn(
    program[0],
    [
      ...program.slice(1),
      'mem=3G',
      'root=/dev/root',
      'rootfstype=hostfs',
      'rootflags=/',
      'rw',
      `init=${path.join(work, 'init.sh')}`,
      `LAB_WORK=${work}`,
      `uml_dir=${work}/uml`,
      'con=null',
      'con0=null,fd:1',
      'ssl0=null,fd:3',
      'quiet',
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true, env, cwd: work },
  );
  const console = [];
  const note = (text) => {
    console.push(...text.split(/\r?\n/));
    if (console.length > 10 * CONSOLE_TAIL_LINES)
      console.splice(0, console.length - 5 * CONSOLE_TAIL_LINES);
    return /Kernel panic|panic - not syncing/i.test(text)
      ? 'the User Mode Linux kernel panicked'
      : undefined;
  };
  const tail = () =>
    console
      .filter((line) => line.trim() !== '')
      .slice(-CONSOLE_TAIL_LINES)
      .join('\n');
  const outcome = await supervise(
    work,
    child,
    [child.stdio[3]],
    job,
    () => (existsSync(path.join(work, 'started')) ? undefined : 'User Mode Linux did not boot'),
    [child.stdout, child.stderr],
    note,
  );
  const file = path.join(work, 'exit-code');
  if (outcome.problem)
    return { ...outcome, problem: `${outcome.problem}; its console:\n${tail()}` };
  if (!existsSync(file)) {
    return {
      code: 125,
      problem: `User Mode Linux ended without an exit code; its console:\n${tail()}`,
    };
  }
  return { code: Number(readFileSync(file, 'utf8')) };
}

/**
 * Passes output on until the child ends, is out of time, or a message on the console says that it
 * will not end. Kills its process group, which nobody else is in.
 */
function supervise(work, child, outputs, job, bootProblem, consoles = [], note = () => undefined) {
  const onOutput = job.onOutput ?? ((text) => process.stdout.write(text));
  const timeoutMs = job.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return new Promise((resolve) => {
    let problem;
    const group = () => killTree(child.pid);
    const give = (reason) => {
      problem ??= reason;
      group();
    };
    const timers = [
      setTimeout(() => give(`out of time after ${timeoutMs / 1000} s`), timeoutMs),
      setTimeout(
        () => {
          const reason = bootProblem();
          if (reason) give(`${reason} within ${BOOT_TIMEOUT_MS / 1000} s`);
        },
        Math.min(BOOT_TIMEOUT_MS, timeoutMs),
      ),
    ];
    const interrupted = (signal) => {
      group();
      rmSync(work, { recursive: true, force: true });
      process.kill(process.pid, signal);
    };
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    process.once('exit', group);
    for (const stream of outputs) stream.setEncoding('utf8').on('data', onOutput);
    for (const stream of consoles) {
      stream.setEncoding('utf8').on('data', (text) => {
        const reason = note(text);
        // A panicked kernel may spin for ever; a moment for the rest of the message.
        if (reason) setTimeout(() => give(reason), 300);
      });
    }
    const finish = (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      process.off('exit', group);
      group();
      resolve(
        problem
          ? { code: 125, problem }
          : { code: code ?? 128, ...(signal && { problem: `ended by ${signal}` }) },
      );
    };
    child.on('error', (error) => {
      problem = `cannot start: ${error.message}`;
      finish(125, null);
    });
    // Not 'close': a process that was left behind may hold the pipes; what is in them is read first.
    child.on('exit', (code, signal) => setTimeout(() => finish(code, signal), 100));
  });
}

/** Kills a process group, and the processes that its leader traces (User Mode Linux's own). */
function killTree(leader) {
  if (!leader) return;
  const traced = tracedBy(leader);
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Gone already.
  }
  for (const pid of traced) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already.
    }
  }
}

function tracedBy(leader) {
  const pids = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      if (Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1]) === leader) pids.push(Number(name));
    } catch {
      // Ended while we looked.
    }
  }
  return pids;
}

/** Compiles the shim; without it the plain boot works on most processors. */
function buildShim(work) {
  const file = path.join(work, 'fpregs-shim.so');
  const built = spawnSync(
    'cc',
    ['-shared', '-fPIC', '-O2', '-o', file, path.join(HERE, 'fpregs-shim.c')],
    {
      env: { ...process.env, PATH: SEARCH_PATH },
    },
  );
  return built.status === 0 ? file : undefined;
}

function runs([command, ...words]) {
  return spawnSync(command, words, { env: { PATH: SEARCH_PATH } }).status === 0;
}

function nativeIpvs() {
  if (
    spawnSync('modprobe', ['ip_vs'], { env: { PATH: SEARCH_PATH } }).status !== 0 &&
    !existsSync('/proc/net/ip_vs')
  ) {
    return false;
  }
  const spaces = spawnSync(
    'unshare',
    ['--net', '--mount', '--pid', '--fork', '--mount-proc', 'true'],
    {
      env: { PATH: SEARCH_PATH },
    },
  );
  return spaces.status === 0;
}

function missingPackages(table) {
  const folders = SEARCH_PATH.split(':');
  return Object.entries(table)
    .filter(
      ([command]) => !folders.some((folder) => folder && existsSync(path.join(folder, command))),
    )
    .map(([, name]) => name);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--');
  const command = at < 0 ? [] : process.argv.slice(at + 1);
  if (command.length === 0) {
    console.error('usage: node test/lab/kernel/boot.mjs -- COMMAND...');
    process.exit(2);
  }
  const { available, reason } = labAvailability();
  if (!available) {
    console.error(`the lab is not available: ${reason}`);
    process.exit(3);
  }
  const timeoutMs = Number(process.env.TANDEM_LAB_TIMEOUT ?? DEFAULT_TIMEOUT_MS / 1000) * 1000;
  const { code, problem } = await runInLabKernel({ command, timeoutMs });
  if (problem) console.error(problem);
  process.exit(code);
}
