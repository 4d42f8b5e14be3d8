/** Time for the parts that wait: injected, so that tests need no sleep. */
export interface Scheduler {
  /**
   * Calls `run` after that many milliseconds. Returns the cancellation, which may be called at any
   * time, also afterwards.
   */
  after(millis: number, run: () => void): () => void;
  /** Calls `run` once everything that has arrived by now has been read. */
  afterInput(run: () => void): void;
}

/** The event loop's own timers. They do not keep a process alive. */
export const systemScheduler: Scheduler = {
  after(millis, run) {
    const timer = setTimeout(run, millis);
    timer.unref();
    return () => clearTimeout(timer);
  },
  afterInput(run) {
    // The first turn leaves the timers' phase, the second has polled the sockets in between.
    setImmediate(() => setImmediate(run));
  },
};
