/**
 * The lab's time: milliseconds (with fractions) on CLOCK_MONOTONIC, which all processes of one
 * kernel share, so that what a client saw, what a capture saw and when a process was killed can be
 * compared.
 */

/** Milliseconds with fractions. */
export type Millis = number;

/** Now, monotonic. */
export function now(): Millis {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * What is added to a wall-clock instant (ms since the epoch) to get a monotonic one.
 *
 * Not by way of performance.timeOrigin: its two clocks are read at different moments of Node's
 * start, ten milliseconds apart in User Mode Linux (measured).
 */
export function wallToMonotonic(): Millis {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < CLOCK_SAMPLES; i++) {
    // Just after the wall clock's millisecond has changed it is exact. An interruption between the
    // two readings makes the difference larger, never smaller.
    const before = Date.now();
    let wall = Date.now();
    while (wall === before) wall = Date.now();
    best = Math.min(best, now() - wall);
  }
  return best;
}

const CLOCK_SAMPLES = 5;

/** Lets time pass. */
export function sleep(ms: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `12.3 ms` or `3.609 s`. */
export function renderMillis(ms: Millis): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(3)} s`;
}
