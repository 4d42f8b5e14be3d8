/**
 * One child process of the supervisor: started, watched, restarted with growing delay when it dies
 * or hangs, stopped in bounded time.
 *
 *     start() -> running -> dies -> onDeath() -> waits 1, 2, 4 … 60 s -> running
 *                   |    -> no pong for HANG_LIMIT -> SIGKILL -> dies
 *                   +-----> stop() -> `shutdown` -> exits, or SIGKILL at the deadline
 */
import { type ChildProcess, fork } from 'node:child_process';
import { monotonicMicros } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { MAIN } from '../program.js';
import type { FromChild, Role } from './ipc.js';

const FIRST_DELAY_MILLIS = 1_000;
const LONGEST_DELAY_MILLIS = 60_000;
/** One that ran this long before it died begins again with the first delay. */
const STABLE_AFTER: Micros = 60 * MICROS_PER_SECOND;
const PING_EVERY_MILLIS = 2_000;
/** Longer than any stall of a machine that still works; the peer has taken over long before. */
const HANG_LIMIT: Micros = 12 * MICROS_PER_SECOND;

/**
 * The vrrp process makes little at a time and for a moment, most of it when hundreds of instances take
 * over at once: that is to fit into the young generation, which is not to shrink in between (each of its
 * collections walks what lives, however little has gone), and a small heap needs no threads that collect it.
 * Functions are put into others less eagerly: to compile them took as long in the first minute as to
 * run them.
 */
const FLAGS: Readonly<Partial<Record<Role, readonly string[]>>> = {
  vrrp: [
    '--max-semi-space-size=8',
    '--min-semi-space-size=4',
    '--single-threaded-gc',
    '--max-inlined-bytecode-size-cumulative=200',
  ],
};

interface Handlers<Receive> {
  onMessage(message: Receive): void;
  /** It ended without having been asked to; called once a death, before the restart is planned. */
  onDeath(how: string): void;
}

export class Child<Send extends object, Receive extends FromChild | { readonly kind: string }> {
  readonly role: Role;
  readonly #env: NodeJS.ProcessEnv;
  readonly #logger: Logger;
  readonly #handlers: Handlers<Receive>;
  #process: ChildProcess | undefined;
  #startedAt: Micros = 0;
  #lastSign: Micros = 0;
  #delayMillis = FIRST_DELAY_MILLIS;
  #restartTimer: NodeJS.Timeout | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #stopping = false;
  #restarts = 0;

  constructor(role: Role, env: NodeJS.ProcessEnv, logger: Logger, handlers: Handlers<Receive>) {
    this.role = role;
    this.#env = env;
    this.#logger = logger;
    this.#handlers = handlers;
  }

  /** The running process's id. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** How often it had to be started again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Starts the process. */
  start(): void {
    const child = fork(MAIN, ['--role', this.role], {
      serialization: 'advanced',
      execArgv: [...process.execArgv, ...(FLAGS[this.role] ?? [])],
      env: this.#env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process = child;
    this.#startedAt = monotonicMicros();
    this.#lastSign = this.#startedAt;
    child.on('message', (message) => {
      this.#lastSign = monotonicMicros();
      if ((message as FromChild).kind !== 'pong') this.#handlers.onMessage(message as Receive);
    });
    child.on('error', (error) => {
      this.#logger.error('child-error', `${this.role} process: ${error.message}`);
    });
    child.on('exit', (code, signal) => this.#exited(child, code, signal));
    this.#pingTimer = setInterval(() => this.#ping(), PING_EVERY_MILLIS);
    this.#logger.notice(
      'child-started',
      `Starting ${title(this.role)} child process, pid=${child.pid}`,
    );
  }

  /** Sends a message; one for a process that is not there is lost, as it would be with it. */
  send(message: Send): void {
    if (this.#process?.connected) this.#process.send(message, () => {});
  }

  /** Asks the process to withdraw everything and waits for its end; kills it at the deadline. */
  stop(deadlineMillis: number): Promise<'stopped' | 'killed'> {
    this.#stopping = true;
    if (this.#restartTimer) clearTimeout(this.#restartTimer);
    const child = this.#process;
    if (!child) return Promise.resolve('stopped');
    return new Promise((resolve) => {
      let killed = false;
      const timer = setTimeout(() => {
        killed = true;
        child.kill('SIGKILL');
      }, deadlineMillis);
      child.once('exit', () => {
        clearTimeout(timer);
        resolve(killed ? 'killed' : 'stopped');
      });
      this.send({ kind: 'shutdown' } as unknown as Send);
    });
  }

  #ping(): void {
    if (monotonicMicros() - this.#lastSign > HANG_LIMIT) {
      this.#logger.error(
        'child-hangs',
        `${title(this.role)} child process does not answer: killing it`,
      );
      this.#process?.kill('SIGKILL');
      return;
    }
    this.send({ kind: 'ping' } as unknown as Send);
  }

  #exited(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (child !== this.#process) return;
    this.#process = undefined;
    if (this.#pingTimer) clearInterval(this.#pingTimer);
    if (this.#stopping) return;
    const how = signal ? `killed by ${signal}` : `exited with status ${code}`;
    this.#handlers.onDeath(how);
    if (monotonicMicros() - this.#startedAt > STABLE_AFTER) this.#delayMillis = FIRST_DELAY_MILLIS;
    this.#logger.error(
      'child-died',
      `${title(this.role)} child process(${child.pid}) ${how}: Respawning in ${this.#delayMillis / 1000} s`,
    );
    this.#restartTimer = setTimeout(() => {
      this.#restarts++;
      this.start();
    }, this.#delayMillis);
    this.#delayMillis = Math.min(LONGEST_DELAY_MILLIS, 2 * this.#delayMillis);
  }
}

function title(role: Role): string {
  return role === 'vrrp' ? 'VRRP' : 'Healthcheck';
}
