/** A real keepalived in a network namespace with a /tmp of its own, to be asked for its dumps. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, NETWORK } from './daemon.js';

/** It writes its dumps to /tmp, and its files must not be ours. */
const OWN_TMP = 'mount -t tmpfs none /tmp';

export class KeepalivedOracle {
  readonly #config: string;
  readonly #directory: string;
  #process: ChildProcess | undefined;
  #output = '';

  /** @param directory where its pid files go: not below /tmp, which it has for itself. */
  constructor(config: string, directory: string) {
    this.#config = config;
    this.#directory = directory;
  }

  /** Why there is none; `undefined` if there is. */
  static whyNot(): string | undefined {
    if (process.getuid?.() !== 0) return 'keepalived wants to be root';
    try {
      execFileSync('keepalived', ['--version'], { stdio: 'pipe' });
      return undefined;
    } catch {
      return 'keepalived is not installed';
    }
  }

  start(): void {
    // Its configuration is below /tmp: it comes along.
    const script = `config=$(cat ${this.#config}); number=$(cat ${this.#directory}/number)
${OWN_TMP}; mkdir -p ${this.#directory}; echo "$config" >${this.#config}; echo "$number" >${this.#directory}/number
${NETWORK}`;
    const words = ['keepalived', '-n', '-l', '-D', '-P', '-f', this.#config];
    const pids = ['-p', '/tmp/p', '-r', '/tmp/r', '-c', '/tmp/c'];
    const args = ['--net', '--mount', 'sh', '-ec', script, 'sh', ...words, ...pids];
    const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    this.#process = child;
  }

  /** Its vrrp process; `undefined` while there is none. */
  vrrpPid(): number | undefined {
    const pid = this.#process?.pid;
    const path = `/proc/${pid}/task/${pid}/children`;
    const children = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
    return children === '' ? undefined : Number(children.split(' ')[0]);
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Both owners are MASTER, and the scripts have results. */
  async settled(): Promise<void> {
    await eventually('keepalived has settled', () =>
      ['(VI_2) Entering MASTER', '(VI_3) Entering MASTER', 'VRRP_Script(good) succeeded'].every(
        (line) => this.#output.includes(line),
      ),
    );
  }

  /** Sends a signal and waits for the file that it makes keepalived write. */
  async dump(signal: number, file: string): Promise<string> {
    const pid = this.#process?.pid ?? 0;
    const path = join(`/proc/${pid}/root/tmp`, file);
    process.kill(pid, signal);
    let last = '';
    return eventually(`keepalived writes ${file}`, () => {
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      const isWhole = text !== '' && text === last;
      last = text;
      return isWhole && text;
    });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
