/**
 * `max_auto_priority`: a process that ran late gets real-time priority, one step a time.
 *
 *     ordinary -> late -> SCHED_RR 1 -> late again -> 2 -> ... -> the highest allowed
 */
import type { Micros } from '../base/time.js';
import type { SchedulingSettings } from './scheduling-settings.js';

/**
 * The real-time priority after a timer was late.
 *
 * @param current 0: none.
 * @param sinceRaise since it was raised last; one stall makes several timers late.
 * @returns `undefined`: as it is.
 */
export function raisedPriority(
  current: number,
  late: Micros,
  sinceRaise: Micros,
  settings: Pick<SchedulingSettings, 'maxAutoPriority' | 'minAutoPriorityDelay'>,
): number | undefined {
  const { maxAutoPriority, minAutoPriorityDelay } = settings;
  if (late <= minAutoPriorityDelay || sinceRaise < minAutoPriorityDelay) return undefined;
  return current < maxAutoPriority ? current + 1 : undefined;
}

/**
 * The real-time priority that a configuration asks for of a process that may have raised its own. A
 * reload lowers it only below what is allowed, or when `vrrp_rt_priority` itself has changed.
 *
 * @param current 0: none.
 */
export function configuredPriority(
  current: number,
  before: SchedulingSettings | undefined,
  settings: SchedulingSettings,
): number {
  const asked = settings.realtimePriority ?? 0;
  const raised = before && before.realtimePriority === settings.realtimePriority ? current : 0;
  return Math.max(asked, Math.min(raised, settings.maxAutoPriority));
}
