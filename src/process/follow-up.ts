/**
 * What follows a change of the wishes for the kernel. Hundreds of them may come in one turn of the
 * event loop: what is needed for each turn is done once for all of it, and what waits for the kernel
 * once for all that came meanwhile.
 *
 *     request() --> end of the turn: soon()      in every turn with a request
 *               --> settled() resolves: later()  once, also for requests that came while it was pending
 */

interface Options {
  /** Must not wait: a pass over the kernel may take longer than until the next change. */
  readonly soon: () => void;
  /** Resolves when the kernel is as is wished by then; never rejects. */
  readonly settled: () => Promise<void>;
  readonly later: () => void;
}

export class FollowUp {
  readonly #options: Options;
  #isSoon = false;
  #waiting: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  request(): void {
    if (!this.#isSoon) {
      this.#isSoon = true;
      queueMicrotask(() => {
        this.#isSoon = false;
        this.#options.soon();
      });
    }
    this.#waiting ??= this.#wait();
  }

  /** Resolves when {@link Options.later} has been called for everything that was requested. */
  async done(): Promise<void> {
    while (this.#waiting) await this.#waiting;
  }

  async #wait(): Promise<void> {
    await Promise.resolve();
    await this.#options.settled();
    this.#waiting = undefined;
    this.#options.later();
  }
}
