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

/** What is added to a wall-clock instant (ms since the epoch) to get a monotonic one. */
export function wallToMonotonic(): Millis {
  // performance.timeOrigin is this process's start on the wall clock to the microsecond, and
  // performance.now() counts monotonically from it.
  return now() - (performance.timeOrigin + performance.now());
}

/** Lets time pass. */
export function sleep(ms: Millis): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `12.3 ms` or `3.609 s`. */
export function renderMillis(ms: Millis): string {
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(3)} s`;
}
