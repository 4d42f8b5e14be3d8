/** Running programs, inside a network namespace or not. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

/** What a program that ended left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Name of a network namespace to run in. */
  readonly netns?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 20_000;
const MAX_OUTPUT = 8 * 1024 * 1024;

/** The words that run a command in a namespace. */
export function inNetns(netns: string | undefined, command: readonly string[]): string[] {
  return netns === undefined ? [...command] : ['nsenter', `--net=/run/netns/${netns}`, ...command];
}

/** Runs a program to its end; never rejects for its exit code. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = 'true', ...words] = inNetns(options.netns, command);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    });
    const out: string[] = [];
    const err: string[] = [];
    let size = 0;
    const keep = (list: string[]) => (text: string) => {
      size += text.length;
      if (size < MAX_OUTPUT) list.push(text);
    };
    child.stdout.setEncoding('utf8').on('data', keep(out));
    child.stderr.setEncoding('utf8').on('data', keep(err));
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, stdout: out.join(''), stderr: err.join('') });
    });
    // A program that does not read its input ends with EPIPE here; its exit code tells more.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
  });
}

/** Like {@link run}, but anything other than exit code 0 rejects with what the program said. */
export async function must(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const ended = await run(command, options);
  if (ended.code === 0) return ended.stdout;
  const how = ended.signal ?? `exit code ${ended.code}`;
  throw new Error(`${command.join(' ')}: ${how}\n${ended.stderr}${ended.stdout}`);
}

/** Starts a program whose output goes to the end of a file. */
export function launch(
  command: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    const [program = 'true', ...words] = command;
    const child = spawn(program, words, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...env },
    });
    // A program that cannot start shows as one that ended at once.
    child.on('error', () => {});
    return child;
  } finally {
    closeSync(log);
  }
}
