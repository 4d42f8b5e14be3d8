/** A shell that stays in a network namespace: programs start from it much faster than from Node. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One command at a time. Close it, or it stays. */
export class NamespaceShell {
  readonly #bash: ChildProcessByStdio<Writable, Readable, null>;
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'shell-'));
  #answered: (status: number) => void = () => {};

  /** @param namespace a name of `ip netns`. */
  constructor(namespace: string) {
    this.#bash = spawn('ip', ['netns', 'exec', namespace, 'bash', '--norc'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#bash.stdout }).on('line', (line) =>
      this.#answered(Number(line)),
    );
  }

  /** Runs a program with these words and this standard input. */
  run(words: readonly string[], stdin = ''): Promise<Outcome> {
    return this.script(words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '), stdin);
  }

  /** Runs a command of bash's. */
  async script(command: string, stdin = ''): Promise<Outcome> {
    const [input, out, error] = ['in', 'out', 'err'].map((name) => path.join(this.#folder, name));
    writeFileSync(input as string, stdin);
    const status = await new Promise<number>((resolve) => {
      this.#answered = resolve;
      this.#bash.stdin.write(`{ ${command}\n} <${input} >${out} 2>${error}; echo $?\n`);
    });
    const read = (file = ''): string => readFileSync(file, 'utf8');
    return { status, stdout: read(out), stderr: read(error) };
  }

  close(): void {
    this.#bash.stdin.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
