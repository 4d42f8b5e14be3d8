/**
 * One run of a script: as a user, in a process group of its own, in bounded time.
 *
 *     spawn -> exits                        outcome: exited or killed
 *          \-> deadline: SIGTERM to group   outcome: timeout
 *               \-> grace over: SIGKILL to group
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import type { CommandSettings } from '../../tracking/settings.js';
import { mayChangeUser } from './capabilities.js';

export type ScriptOutcome =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'killed'; readonly signal: string }
  /** Its time was up; its process group is being ended. */
  | { readonly kind: 'timeout' }
  /** It could not be started: not found, not executable, its user not allowed. */
  | { readonly kind: 'not-started'; readonly reason: string };

export interface RunningScript {
  /** How it went; never rejects. */
  readonly outcome: Promise<ScriptOutcome>;
  /** Resolves when nothing of its process group is left that this run has to wait for. */
  readonly ended: Promise<void>;
  /** Ends its process group now. */
  stop(): void;
}

/** An outcome for people: `exited with status 1`. */
export function describeOutcome(outcome: ScriptOutcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `exited with status ${outcome.status}`;
    case 'killed':
      return `ended by ${outcome.signal}`;
    case 'timeout':
      return 'timed out';
    case 'not-started':
      return `could not be run: ${outcome.reason}`;
  }
}

/** How long a script may take to clean up after SIGTERM. */
const GRACE_MILLIS = 500;
/** util-linux; it sets the signal that ends a script whose daemon was killed (prctl(2), PDEATHSIG). */
const SETPRIV = '/usr/bin/setpriv';

/**
 * Starts a script. Its input and output are /dev/null: what a forked child of it keeps open holds
 * nothing up.
 *
 * @param timeoutMillis from the start; then the outcome is `timeout`.
 * @param env the whole environment of the script.
 * @param options `outlives`: it goes on when the daemon ends meanwhile, as what tells of the end has
 *   to; otherwise it gets SIGTERM then.
 */
export function runScript(
  command: CommandSettings,
  timeoutMillis: number,
  env: NodeJS.ProcessEnv,
  options: { readonly outlives?: boolean } = {},
): RunningScript {
  let child: ChildProcess;
  try {
    child = start(command, env, options.outlives ?? false);
    if (child.pid !== undefined) giveUpProtection(child.pid);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      outcome: Promise.resolve({ kind: 'not-started', reason }),
      ended: Promise.resolve(),
      stop: () => {},
    };
  }
  let killer: NodeJS.Timeout | undefined;
  let hasExited = false;
  const end = (): void => {
    if (killer || child.pid === undefined) return;
    signalGroup(child.pid, 'SIGTERM');
    killer = setTimeout(() => signalGroup(child.pid as number, 'SIGKILL'), GRACE_MILLIS);
  };
  let markEnded: () => void;
  const ended = new Promise<void>((resolve) => {
    markEnded = resolve;
  });
  const outcome = new Promise<ScriptOutcome>((resolve) => {
    const deadline = setTimeout(() => {
      resolve({ kind: 'timeout' });
      end();
    }, timeoutMillis);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(deadline);
      resolve({ kind: 'not-started', reason: error.code ?? error.message });
      markEnded();
    });
    child.once('exit', (status, signal) => {
      hasExited = true;
      clearTimeout(deadline);
      if (killer && child.pid !== undefined) {
        // What the script leaves behind in its group after SIGTERM ends with it.
        clearTimeout(killer);
        signalGroup(child.pid, 'SIGKILL');
      }
      resolve(signal === null ? outcomeOf(status ?? 0) : { kind: 'killed', signal });
      markEnded();
    });
  });
  return {
    outcome,
    ended,
    stop() {
      if (!hasExited) end();
    },
  };
}

/** 126 and 127 are what every shell answers for a program that it cannot run. */
function outcomeOf(status: number): ScriptOutcome {
  if (status === 126) return { kind: 'not-started', reason: 'not executable' };
  if (status === 127) return { kind: 'not-started', reason: 'not found' };
  return { kind: 'exited', status };
}

let hasSetpriv: boolean | undefined;

function start(
  { words, user: wanted }: CommandSettings,
  env: NodeJS.ProcessEnv,
  outlives: boolean,
): ChildProcess {
  const [program, ...args] = words;
  const user = wanted && otherUser(wanted);
  hasSetpriv ??= canExecute(SETPRIV);
  const options = { detached: true, stdio: 'ignore', cwd: '/', env } as const;
  if (!hasSetpriv) {
    // libuv drops the supplementary groups when it changes the user.
    return spawn(program, args, user ? { ...options, uid: user.uid, gid: user.gid } : options);
  }
  const asUser = user
    ? [
        `--reuid=${user.uid}`,
        `--regid=${user.gid}`,
        user.supplementaryGroups ? '--init-groups' : '--clear-groups',
      ]
    : [];
  const signal = outlives ? 'clear' : 'TERM';
  return spawn(SETPRIV, [`--pdeathsig=${signal}`, ...asUser, '--', program, ...args], options);
}

/**
 * Who a script runs as; `undefined`: as this process, which already is that user.
 *
 * @throws {Error} that it cannot be: setpriv(1) ends with 127 then, as for a script that is not there.
 */
function otherUser(user: NonNullable<CommandSettings['user']>): CommandSettings['user'] {
  if (mayChangeUser()) return user;
  const { uid, gid } = user;
  if (uid === process.getuid?.() && gid === process.getgid?.()) return undefined;
  throw new Error(`not allowed to run as user ${uid}, group ${gid}: no CAP_SETUID and CAP_SETGID`);
}

let isProtected: boolean | undefined;

/**
 * The daemon is among the last that are ended when memory is short (OOMScoreAdjust of the unit). A script,
 * and what it starts, is a program like any other.
 */
function giveUpProtection(pid: number): void {
  try {
    isProtected ??= Number(readFileSync('/proc/self/oom_score_adj', 'utf8')) < 0;
    if (isProtected) writeFileSync(`/proc/${pid}/oom_score_adj`, '0');
  } catch {
    // It has ended already, or is another user's whom we may not touch.
  }
}

function canExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}
