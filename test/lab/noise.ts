/**
 * How much of the lab's processor was taken away meanwhile: a thread that sleeps for a few
 * milliseconds again and again notes by how much it overslept. What a scenario compares with a
 * bound was late for the same reason, so that much is added to the bound. On a quiet machine that
 * is next to nothing.
 */
import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { type Millis, now } from './clock.js';

const TICK: Millis = 5;
/** Sleeping is never exact: less than this is no noise, ms. */
const USUAL: Millis = 3;
/** Entries of the ring: an hour of a machine that is late at every second tick. */
const SLOTS = 1 << 18;

/** Entry 0 counts all notes; note n is at 1 + 2 (n mod SLOTS): when it ended, how late it was. */
let notes: Float64Array | undefined;

/** Begins to watch, once for all scenarios; the thread ends with the process. */
export function watchNoise(): void {
  if (notes) return;
  notes = new Float64Array(new SharedArrayBuffer(8 * (1 + 2 * SLOTS)));
  const worker = new Worker(new URL('./noise-thread.js', import.meta.url), {
    workerData: { notes, tick: TICK, usual: USUAL, slots: SLOTS },
  });
  worker.unref();
}

/** Milliseconds of an interval that the machine did something else. */
export function noiseBetween(from: Millis, to: Millis): Millis {
  if (!notes) return 0;
  const count = notes[0] as number;
  let sum = 0;
  for (let n = count - 1; n >= Math.max(0, count - SLOTS); n--) {
    const at = 1 + 2 * (n % SLOTS);
    const end = notes[at] as number;
    const late = notes[at + 1] as number;
    if (end < from) break;
    // A pause that reaches over an end of the interval counts with its part inside.
    sum += Math.max(0, Math.min(end, to) - Math.max(end - late, from));
  }
  return sum;
}

/** What a bound grows by for the noise of an interval, ms. */
export function allowance(from: Millis, to: Millis): Millis {
  // Several processes take part, one after the other, and each of them waited.
  return 2 * noiseBetween(from, to);
}

/**
 * Fails if something took longer than its bound and the noise of that time.
 *
 * @param took what was measured, ms.
 * @param bound what it is compared with, ms.
 * @param since when it began, monotonic; the default is so long before now.
 */
export function assertAtMost(took: Millis, bound: Millis, since: Millis = now() - took): void {
  const noise = allowance(since, since + took);
  assert.ok(
    took <= bound + noise,
    `${took.toFixed(1)} ms; allowed are ${bound.toFixed(1)} and ${noise.toFixed(1)} for noise`,
  );
}
