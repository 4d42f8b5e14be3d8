/**
 * The only file that touches the system's clocks. Everything else is given instants, so that
 * simulations and tests can bring their own time.
 */
import type { Micros } from './time.js';

/** Now on the monotonic clock (CLOCK_MONOTONIC), integer microseconds. Its zero has no meaning. */
export function monotonicMicros(): Micros {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1_000_000 + Math.trunc(nanos / 1000);
}

/** Now as wall-clock time, integer milliseconds since the epoch: for logs, people and signed adverts only. */
export function wallMillis(): number {
  return Date.now();
}
