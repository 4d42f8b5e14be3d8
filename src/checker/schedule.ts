/**
 * When a check runs next. Checks are spread: the first attempt starts at a random moment within
 * the check's warm-up, later ones a fixed pause after the end of the one before, so that servers
 * that answer at different speeds never fall into step.
 */
import type { Micros } from '../base/time.js';

/** The shortest pause between two attempts, whatever the configuration says: no busy loop. */
export const SHORTEST_PAUSE: Micros = 10_000;

/**
 * How long after its deadline a probe may stay silent before the engine gives the attempt up by
 * itself. A probe that keeps its promise never gets there; a server must not stay unchecked for
 * ever because one did not.
 */
export const SILENT_PROBE_GRACE: Micros = 5_000_000;

/**
 * One step of a small pseudo-random generator (mulberry32: 32 bits of state, full period).
 *
 * @returns the next state, and a number that is at least 0 and less than 1.
 */
export function nextRandom(state: number): { readonly state: number; readonly value: number } {
  const next = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(next ^ (next >>> 15), next | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return { state: next, value: ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000 };
}

/** The instant of a first attempt: within `warmup` after `at`, by `random` (0 to below 1). */
export function firstDue(at: Micros, warmup: Micros, random: number): Micros {
  return at + Math.floor(Math.max(0, warmup) * random);
}

/** The instant of the attempt that follows one that ended at `at`. */
export function nextDue(at: Micros, pause: Micros): Micros {
  return at + Math.max(SHORTEST_PAUSE, pause);
}
