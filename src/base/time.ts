/**
 * Time is an integer count of microseconds everywhere in tandem: durations, and instants on the
 * monotonic clock. A `number` holds 285 years of them exactly.
 */
export type Micros = number;

export const MICROS_PER_MILLI = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
/** The unit of the VRRP version 3 `Max Advertise Interval` field (RFC 9568 5.2.7). */
export const MICROS_PER_CENTISECOND = 10_000;

/** Seconds, fractions allowed, to the nearest microsecond. */
export function fromSeconds(seconds: number): Micros {
  return Math.round(seconds * MICROS_PER_SECOND);
}

/** Microseconds to seconds, as a fraction. */
export function toSeconds(micros: Micros): number {
  return micros / MICROS_PER_SECOND;
}

/** Microseconds to milliseconds, rounded up, so that an operating system's timer is never early. */
export function toMillisCeil(micros: Micros): number {
  return Math.ceil(micros / MICROS_PER_MILLI);
}
