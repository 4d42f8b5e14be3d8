/** When an advert came that a process reads late: what is counted from it would be late as well. */
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';

/** What waited longer has seen a stall, or the wall clock was set. */
const BELIEVABLE: Micros = 10 * MICROS_PER_MILLI;

/**
 * When an advert came that is read now.
 *
 * @param age how long it waited, as far as the kernel tells.
 * @param notBefore the instant of the event before: time does not go back.
 */
export function arrival(now: Micros, age: Micros, notBefore: Micros): Micros {
  if (age <= 0 || age > BELIEVABLE) return now;
  return Math.min(now, Math.max(now - age, notBefore));
}
