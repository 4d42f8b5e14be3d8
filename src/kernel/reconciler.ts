/**
 * The loop that makes wishes true: read the kernel, plan, apply, read back, report. One pass at a
 * time; wishes that arrive during a pass are met by one more pass after it; a pass that was not
 * complete, or failed, is repeated with growing pauses; and every so often there is one anyway,
 * because others change the kernel too.
 */
import { type Scheduler, systemScheduler } from '../netlink/scheduler.js';

export interface ReconcilerOptions<Report> {
  /** One pass over the newest wishes. May reject. */
  readonly pass: () => Promise<Report>;
  /** Whether everything is as wanted; otherwise the pass is repeated after a pause. */
  readonly isComplete: (report: Report) => boolean;
  readonly onReport?: (report: Report) => void;
  /** A pass that rejected. */
  readonly onError?: (error: unknown) => void;
  /** Milliseconds between passes that nobody asked for; 10000. 0: none. Asked after each pass. */
  readonly intervalMillis?: number | (() => number);
  /** Milliseconds of the first pause after an incomplete pass, doubled up to the second; 100, 10000. */
  readonly retryMillis?: { readonly first: number; readonly longest: number };
  readonly scheduler?: Scheduler;
}

interface Waiter<Report> {
  resolve(report: Report): void;
  reject(error: unknown): void;
}

export class Reconciler<Report> {
  readonly #options: ReconcilerOptions<Report>;
  readonly #interval: () => number;
  readonly #retry: { readonly first: number; readonly longest: number };
  readonly #scheduler: Scheduler;
  #running: Promise<void> | undefined;
  #wanted = false;
  /** Bounded by its callers, who await. */
  #waiters: Waiter<Report>[] = [];
  #failures = 0;
  #cancelTimer: () => void = () => {};
  #stopped = false;

  /** Does nothing until it is triggered the first time. */
  constructor(options: ReconcilerOptions<Report>) {
    this.#options = options;
    const { intervalMillis = 10_000 } = options;
    this.#interval = typeof intervalMillis === 'number' ? () => intervalMillis : intervalMillis;
    this.#retry = options.retryMillis ?? { first: 100, longest: 10_000 };
    this.#scheduler = options.scheduler ?? systemScheduler;
  }

  /** Asks for a pass: it starts at once, or after the one under way. */
  trigger(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    if (!this.#running) this.#start();
  }

  /**
   * Asks for a pass that begins after this call.
   *
   * @returns its report. Rejects with what the pass rejected with, or when stopped.
   */
  reconcileNow(): Promise<Report> {
    if (this.#stopped) return Promise.reject(new Error('the reconciler has been stopped'));
    const report = new Promise<Report>((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
    });
    this.trigger();
    return report;
  }

  /** No further passes; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wanted = false;
    this.#cancelTimer();
    await this.#running;
    for (const waiter of this.#waiters.splice(0)) {
      waiter.reject(new Error('the reconciler has been stopped'));
    }
  }

  #start(): void {
    this.#cancelTimer();
    this.#running = this.#loop().finally(() => {
      this.#running = undefined;
      if (!this.#stopped) this.#schedule();
    });
  }

  async #loop(): Promise<void> {
    while (this.#wanted && !this.#stopped) {
      this.#wanted = false;
      const waiters = this.#waiters.splice(0);
      try {
        const report = await this.#options.pass();
        this.#failures = this.#options.isComplete(report) ? 0 : this.#failures + 1;
        this.#options.onReport?.(report);
        for (const waiter of waiters) waiter.resolve(report);
      } catch (error) {
        this.#failures++;
        this.#options.onError?.(error);
        for (const waiter of waiters) waiter.reject(error);
      }
    }
  }

  #schedule(): void {
    if (this.#wanted) {
      this.#start();
      return;
    }
    let pause = this.#interval();
    if (this.#failures > 0) {
      const { first, longest } = this.#retry;
      const retry = Math.min(longest, first * 2 ** Math.min(this.#failures - 1, 20));
      pause = pause > 0 ? Math.min(pause, retry) : retry;
    }
    if (pause > 0) this.#cancelTimer = this.#scheduler.after(pause, () => this.trigger());
  }
}
