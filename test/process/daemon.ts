/**
 * A whole daemon in a network namespace of its own, for tests with real processes. Needs root, or
 * a kernel that lets users make namespaces.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestStatus } from '../../src/cli/control-client.js';
import type { DaemonStatus } from '../../src/control/status.js';
import { asserted } from '../support/asserted.js';

const TANDEM = new URL('../../../bin/tandem', import.meta.url).pathname;
const BIN = new URL('../../../bin/tandemd', import.meta.url).pathname;
/** How a network namespace of its own is made for a process. */
export const UNSHARE =
  process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-root-user', '--net'];
/** A pair of veth ends in the namespace: `v0` with 192.0.2.1 is the daemon's. */
export const NETWORK = `ip link set lo up
ip link add v0 type veth peer name v1
ip link set v0 up
ip link set v1 up
ip addr add 192.0.2.1/24 dev v0
exec "$@"`;

/** Why such a daemon cannot be had on this machine; `undefined` if it can. */
export function whyNoNamespaces(): string | undefined {
  try {
    execFileSync('unshare', [...UNSHARE, 'ip', 'link', 'add', 'v0', 'type', 'veth'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch {
    return 'no network namespace with a veth can be made here (needs root or user namespaces)';
  }
}

/**
 * How often a test is tried again that compares a time with a bound: a machine that is busy with something
 * else only ever adds to it.
 */
export const NOISE = 2;
/** What is waited for comes on such a machine, too, only later: what never comes is what fails. */
const PATIENCE = 3;

/** Waits until something holds; for three times the time. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMillis = 15_000,
): Promise<T> {
  const limit = deadlineMillis * PATIENCE;
  const end = Date.now() + limit;
  for (;;) {
    const value = await probe();
    if (value) {
      asserted();
      return value;
    }
    if (Date.now() > end) throw new Error(`not within ${limit} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export class Daemon {
  readonly directory = mkdtempSync(join(tmpdir(), 'tandem-process-'));
  readonly configFile = join(this.directory, 'tandem.conf');
  #process: ChildProcess | undefined;
  #output = '';
  #ended: Promise<number | null> = Promise.resolve(null);

  /** Writes the configuration and starts the daemon in a fresh namespace. */
  start(config: string, options: readonly string[] = [], env: NodeJS.ProcessEnv = {}): this {
    this.configure(config);
    const words = [process.execPath, BIN, '-n', '-l', '-D', '-f', this.configFile, ...options];
    const child = spawn('unshare', [...UNSHARE, 'sh', '-ec', NETWORK, 'sh', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TANDEM_RUN_DIR: this.directory, ...env },
    });
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#process = child;
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    return this;
  }

  configure(config: string): void {
    writeFileSync(this.configFile, config);
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The supervisor: `unshare` and `sh` have become it. */
  get pid(): number {
    return this.#process?.pid as number;
  }

  /** Of a role, from its pid file; `undefined` while there is none. */
  pidOf(role: 'vrrp' | 'checkers'): number | undefined {
    const path = join(this.directory, `${role}.pid`);
    return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
  }

  /** Runs `tandem` against this daemon. */
  async tandem(words: readonly string[]): Promise<{ code: number | null; output: string }> {
    const child = spawn(process.execPath, [TANDEM, ...words], {
      env: { ...process.env, TANDEM_RUN_DIR: this.directory },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, output };
  }

  status(): Promise<DaemonStatus> {
    return requestStatus(join(this.directory, 'control.sock'));
  }

  /** Resolves with the status when a condition on it holds. */
  untilStatus(
    what: string,
    test: (status: DaemonStatus) => boolean,
    deadlineMillis?: number,
  ): Promise<DaemonStatus> {
    return eventually(
      what,
      async () => {
        const status = await this.status().catch(() => undefined);
        return status && test(status) ? status : undefined;
      },
      deadlineMillis,
    );
  }

  /** Whether an IPv4 address is on an interface of the namespace of a living process of it. */
  holds(address: string, pid = this.pid): boolean {
    return readFileSync(`/proc/${pid}/net/fib_trie`, 'utf8')
      .split('\n')
      .some(
        (line, i, all) =>
          line.includes(` ${address}\n`.trim()) && /host LOCAL/.test(all[i + 1] ?? ''),
      );
  }

  kill(signal: NodeJS.Signals | number): void {
    // ChildProcess.kill knows no real-time signals.
    if (typeof signal === 'number') process.kill(this.pid, signal);
    else this.#process?.kill(signal);
  }

  /** The exit code; bounded. */
  async ended(deadlineMillis = 5_000): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const tooLate = (): void => reject(new Error(`still alive:\n${this.#output}`));
      timer = setTimeout(tooLate, deadlineMillis * PATIENCE);
    });
    try {
      return await Promise.race([this.#ended, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends whatever is left and removes its files. */
  async clean(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) this.kill('SIGKILL');
    await this.ended();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Whether a process has not ended: a zombie that its parent has not yet waited for has. */
export function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether the first instance of a status is MASTER. */
export function isMaster(status: { vrrp?: { instances: readonly { state: string }[] } }): boolean {
  return status.vrrp?.instances[0]?.state === 'MASTER';
}
