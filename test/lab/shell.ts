/** A shell on a machine that stays: what was typed before is still in force. */
import { type ChildProcess, spawn } from 'node:child_process';
import { ENVIRONMENT, type Machine } from './classic-network.js';

const TIMEOUT_MS = 60_000;
const MARK = '--- end of what it printed: ';

export interface Printed {
  readonly lines: readonly string[];
  readonly code: number;
}

export class Shell {
  readonly #child: ChildProcess;
  #text = '';
  #heard: () => void = () => {};

  /**
   * @param folder where it is.
   * @param programs a folder that is looked into before others.
   */
  constructor(machine: Machine, folder: string, programs: string) {
    const shell = 'exec bash --norc --noprofile 2>&1';
    this.#child = spawn('ip', ['netns', 'exec', machine, 'sh', '-c', shell], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PATH: `${programs}:${ENVIRONMENT['PATH']}` },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#heard();
    });
    this.#child.on('exit', () => this.#heard());
    this.#child.stdin?.on('error', () => {});
  }

  /** Types a command and waits for its end; both outputs in the order in which they came. */
  async run(command: string): Promise<Printed> {
    this.#text = '';
    this.#child.stdin?.write(`${command}\nprintf '\\n%s%d\\n' '${MARK}' "$?"\n`);
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const at = this.#text.indexOf(`\n${MARK}`);
      const code = at < 0 ? undefined : /(\d+)\n/.exec(this.#text.slice(at + MARK.length))?.[1];
      if (code !== undefined) {
        const printed = this.#text.slice(0, at).replace(/\n$/, '');
        const lines = printed.split('\n').map((line) => line.trimEnd());
        return { lines: printed === '' ? [] : lines, code: Number(code) };
      }
      if (Date.now() > deadline || this.#child.exitCode !== null) {
        throw new Error(`${command}: no end; until now:\n${this.#text}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
