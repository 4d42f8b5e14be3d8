/** A scheduler whose time is moved by the test. */
import type { Scheduler } from '../../src/netlink/scheduler.js';

export class FakeScheduler implements Scheduler {
  now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  after(millis: number, run: () => void): () => void {
    const timer = { at: this.now + millis, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  afterInput(run: () => void): void {
    setImmediate(run);
  }

  /** Milliseconds until the next timer; undefined without one. */
  get next(): number | undefined {
    if (this.#timers.length === 0) return undefined;
    return Math.min(...this.#timers.map(({ at }) => at)) - this.now;
  }

  /** Moves time on, running what becomes due in its order, and lets promises settle. */
  async advance(millis: number): Promise<void> {
    const until = this.now + millis;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.now = due.at;
      due.run();
      await turn();
    }
    this.now = until;
    await turn();
  }
}

/** Lets everything that is ready run: promises, and callbacks of setImmediate. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
