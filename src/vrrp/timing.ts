/**
 * The protocol's computed times, in microseconds.
 *
 * Divisions round down to a whole microsecond, so a timer is at most 1 µs shorter than the exact
 * quotient and the order of priorities is kept.
 */
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import type { VrrpVersion } from './settings.js';

/** The priority of the router that owns the addresses (RFC 9568 5.2.4). */
export const OWNER_PRIORITY = 255;

/**
 * Skew_Time: the worse the priority, the longer a backup waits.
 *
 * Version 2 (RFC 3768 6.1): (256 - priority) / 256 seconds, whatever the interval.
 * Version 3 (RFC 9568 6.1): (256 - priority) * Active_Adver_Interval / 256.
 *
 * @param priority the effective one, 1 to 255.
 * @param activeInterval Active_Adver_Interval, µs.
 */
export function skewTime(version: VrrpVersion, priority: number, activeInterval: Micros): Micros {
  const scale = version === 2 ? MICROS_PER_SECOND : activeInterval;
  return Math.floor(((256 - priority) * scale) / 256);
}

/**
 * Active_Down_Interval (Master_Down_Interval): 3 intervals and the skew (RFC 9568 6.1), µs.
 *
 * @param adverts `down_timer_adverts` instead of 3.
 */
export function masterDownInterval(
  version: VrrpVersion,
  priority: number,
  activeInterval: Micros,
  adverts = 3,
): Micros {
  return adverts * activeInterval + skewTime(version, priority, activeInterval);
}
