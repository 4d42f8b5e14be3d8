/**
 * How the kernel schedules this process: priority, real time, processors. Of every thread of it: the
 * main thread waits for those that collect garbage and read files.
 */
import { readdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { monotonicMicros } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_SECOND, type Micros, toMillisCeil, toSeconds } from '../base/time.js';
import {
  getAffinity,
  limitRealtime,
  setAffinity,
  setOrdinary,
  setRoundRobin,
} from '../packet-io/libc.js';
import { configuredPriority, raisedPriority } from './auto-priority.js';
import type { SchedulingSettings } from './scheduling-settings.js';
import { SwapGuard } from './swap-guard.js';

const THREADS = '/proc/self/task';
/** The kernel moves the limit on by a second with each signal; after this it is put back. */
const WARN_AGAIN_MILLIS = 60_000;
/** The least that goes before everything with ordinary scheduling (sched(7)). */
const HURRIED = 1;
const THIS_THREAD = 0;

export class Scheduling {
  readonly #logger: Logger;
  readonly #swap: SwapGuard;
  #settings: SchedulingSettings | undefined;
  /** 0: none. */
  #realtime = 0;
  #raisedAt: Micros = Number.NEGATIVE_INFINITY;
  #startedWith: readonly number[] | undefined;
  readonly #startPriority = getPriority();
  /** {@link hurry} until then; undefined: as the settings say. */
  #hurryUntil: Micros | undefined;
  #guarded = false;
  /** Between a signal and the next. */
  #warned = false;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#swap = new SwapGuard(logger);
  }

  /** Puts settings in force; what they have in common with those in force is left alone. */
  async want(settings: SchedulingSettings): Promise<void> {
    // The threads for files are started by their first use; later ones would be ordinary.
    if (!this.#settings) await stat(THREADS);
    const before = this.#settings;
    this.#settings = settings;
    this.#setCpus(settings.cpus, before?.cpus ?? []);
    this.#setPriority(settings.priority, before?.priority);
    const realtime = configuredPriority(this.#realtime, before, settings);
    const { soft, hard } = settings.realtimeLimit;
    const moved = before?.realtimeLimit.soft !== soft || before.realtimeLimit.hard !== hard;
    if (realtime !== this.#realtime || (realtime > 0 && moved)) this.#setRealtime(realtime);
    this.#swap.want(settings.noSwap);
  }

  /** A timer was that late. */
  late(late: Micros): void {
    if (!this.#settings) return;
    const now = monotonicMicros();
    const raised = raisedPriority(this.#realtime, late, now - this.#raisedAt, this.#settings);
    if (raised === undefined) return;
    this.#raisedAt = now;
    this.#logger.info(
      'timer-late',
      `A thread timer expired ${toSeconds(late).toFixed(6)} seconds ago`,
    );
    if (this.#setRealtime(raised)) {
      this.#logger.info('realtime-raised', `Set realtime priority ${raised}`);
    }
  }

  /**
   * Something is near that may not wait for other programs: until then this thread goes before all that have
   * ordinary scheduling, unless the configuration says how it is to be scheduled. A low priority value is not
   * enough: where the kernel shares the processor among sessions first (autogroup of sched(7)) it counts
   * within one only, and who has just worked is put aside for others.
   */
  hurry(until: Micros): void {
    if (!this.#settings?.mayHurry || this.#realtime > 0) return;
    if (this.#hurryUntil !== undefined) {
      this.#hurryUntil = Math.max(this.#hurryUntil, until);
      return;
    }
    try {
      setRoundRobin(THIS_THREAD, HURRIED);
    } catch (error) {
      this.#logger.debug('hurry-failed', `No real-time priority: ${messageOf(error)}`);
      return;
    }
    this.#hurryUntil = until;
    this.#calmDown();
  }

  #calmDown(): void {
    const left = (this.#hurryUntil ?? 0) - monotonicMicros();
    if (left > 0) {
      setTimeout(() => this.#calmDown(), toMillisCeil(left)).unref();
      return;
    }
    this.#hurryUntil = undefined;
    // A real-time priority that came meanwhile stays.
    if (this.#realtime === 0) setOrdinary(THIS_THREAD);
  }

  #setCpus(cpus: readonly number[], before: readonly number[]): void {
    if (cpus.join() === before.join()) return;
    this.#try('cpu-affinity', 'Unable to set CPU affinity', () => {
      this.#startedWith ??= getAffinity();
      const wanted = cpus.length > 0 ? cpus : this.#startedWith;
      forEachThread((thread) => setAffinity(thread, wanted));
    });
  }

  #setPriority(wanted: number | undefined, before: number | undefined): void {
    if (wanted === before) return;
    const priority = wanted ?? this.#startPriority;
    this.#try('process-priority', `Unable to set process priority to ${priority}`, () =>
      forEachThread((thread) => setPriority(thread, priority)),
    );
  }

  #setRealtime(priority: number): boolean {
    const limit = this.#settings?.realtimeLimit;
    const done = this.#try('realtime', `Unable to set realtime priority ${priority}`, () => {
      if (priority > 0 && limit) {
        this.#guardLimit();
        this.#limit();
      }
      forEachThread((thread) =>
        priority > 0 ? setRoundRobin(thread, priority) : setOrdinary(thread),
      );
    });
    if (done) this.#realtime = priority;
    return done;
  }

  #limit(): void {
    const limit = this.#settings?.realtimeLimit;
    if (!limit) return;
    this.#try('realtime-limit', 'Unable to limit the time of real-time scheduling', () =>
      limitRealtime(limit.soft, limit.hard),
    );
  }

  /** Without a handler the warning of RLIMIT_RTTIME would end the process. */
  #guardLimit(): void {
    if (this.#guarded) return;
    this.#guarded = true;
    process.on('SIGXCPU', () => {
      if (this.#warned) return;
      this.#warned = true;
      const { soft = 0, hard = 0 } = this.#settings?.realtimeLimit ?? {};
      this.#logger.warning(
        'realtime-limit',
        `Ran with real-time priority for longer than ${soft / MICROS_PER_SECOND} s without a pause (at ${hard / MICROS_PER_SECOND} s the kernel ends the process)`,
      );
      setTimeout(() => {
        this.#warned = false;
        this.#limit();
      }, WARN_AGAIN_MILLIS).unref();
    });
  }

  /** Not being allowed to is no reason not to run. */
  #try(event: string, what: string, action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.#logger.warning(`${event}-failed`, `${what}: ${messageOf(error)}`);
      return false;
    }
  }
}

/** A thread that ended meanwhile is none. */
function forEachThread(action: (thread: number) => void): void {
  for (const name of readdirSync(THREADS)) {
    try {
      action(Number(name));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function isGone(error: unknown): boolean {
  const { errnoName, code } = error as { errnoName?: string; code?: string };
  const info = (error as { info?: { code?: string } }).info;
  return [errnoName, code, info?.code].includes('ESRCH');
}
