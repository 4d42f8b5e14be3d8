/**
 * One check of one real server.
 *
 * ```
 *              start              result
 *   waiting ----------> running ----------> waiting
 *
 *   up,   success                    -> up,   next after delay_loop
 *   up,   failure, retries left      -> up,   next after delay_before_retry
 *   up,   failure, no retry left     -> DOWN, next after delay_loop
 *   down, failure                    -> down, next after delay_loop
 *   down, success                    -> UP,   next after delay_loop
 *   any,  inconclusive               -> as it was, next after delay_before_retry
 * ```
 *
 * keepalived's TCP_CHECK retries while it is down too, its HTTP_GET does not; here no check does,
 * because a retry exists to doubt a bad result of a good server.
 */
import type { Micros } from '../base/time.js';
import type { Orders } from './effects.js';
import type { ProbeResult } from './probe-result.js';
import { nextDue, SILENT_PROBE_GRACE } from './schedule.js';
import type { CheckSettings } from './settings.js';
import { attemptFailedText, checkFailedText, checkSucceededText } from './wording.js';

export interface CheckState {
  /** Unique within the engine and stable over reloads: `<service> <server> #<n>`. */
  readonly key: string;
  /** The server's name for the log. */
  readonly server: string;
  readonly settings: CheckSettings;
  readonly up: boolean;
  /** Whether an attempt ever gave a verdict. */
  readonly hasRun: boolean;
  /** Failures since the last success while `up`. */
  readonly failuresInRow: number;
  readonly inconclusiveInRow: number;
  /** The attempt that is under way. */
  readonly running?: { readonly attempt: number; readonly deadline: Micros };
  /** What the check's timer is armed with: the next start, or the end of patience with a probe. */
  readonly dueAt: Micros;
  readonly attempts: number;
  readonly failures: number;
  readonly inconclusive: number;
  readonly lastResult: string;
}

/** A check that has not run yet. */
export function createCheck(
  init: Pick<CheckState, 'key' | 'server' | 'settings' | 'up' | 'dueAt'>,
): CheckState {
  return {
    ...init,
    hasRun: false,
    failuresInRow: 0,
    inconclusiveInRow: 0,
    attempts: 0,
    failures: 0,
    inconclusive: 0,
    lastResult: 'not checked yet',
  };
}

/** Starts an attempt: orders the probe and a timer that ends the wait for a silent one. */
export function startAttempt(
  check: CheckState,
  attempt: number,
  at: Micros,
  orders: Orders,
): CheckState {
  const deadline = at + check.settings.timing.connectTimeout;
  const dueAt = deadline + SILENT_PROBE_GRACE;
  orders.startProbe({ check: check.key, attempt, spec: check.settings, deadline });
  orders.armTimer(check.key, dueAt);
  return { ...check, running: { attempt, deadline }, dueAt, attempts: check.attempts + 1 };
}

/** Judges the result of the attempt that is under way and orders the next start. */
export function finishAttempt(
  check: CheckState,
  result: ProbeResult,
  at: Micros,
  orders: Orders,
): CheckState {
  const { running: _ended, ...rest } = check;
  const next = judge({ ...rest, lastResult: result.detail }, result, orders);
  const { delayLoop, delayBeforeRetry } = check.settings.timing;
  const retrying = result.verdict === 'inconclusive' || next.failuresInRow > 0;
  const dueAt = nextDue(at, retrying ? delayBeforeRetry : delayLoop);
  orders.armTimer(check.key, dueAt);
  return { ...next, dueAt };
}

function judge(check: CheckState, result: ProbeResult, orders: Orders): CheckState {
  const fields = { check: check.key, reason: result.reason, detail: result.detail };
  switch (result.verdict) {
    case 'success': {
      if (!check.up || !check.hasRun) {
        const level = check.up ? 'info' : 'notice';
        orders.log(level, 'check-succeeded', checkSucceededText(check), fields);
      }
      return { ...check, up: true, hasRun: true, failuresInRow: 0, inconclusiveInRow: 0 };
    }
    case 'failure': {
      const failed = {
        ...check,
        hasRun: true,
        inconclusiveInRow: 0,
        failures: check.failures + 1,
      };
      const level = check.up ? 'info' : 'debug';
      orders.log(level, 'attempt-failed', attemptFailedText(check, result), fields);
      if (check.up && check.failuresInRow < check.settings.timing.retry) {
        return { ...failed, failuresInRow: check.failuresInRow + 1 };
      }
      if (check.up || !check.hasRun) {
        orders.log('notice', 'check-failed', checkFailedText(check, result), fields);
      }
      return { ...failed, up: false, failuresInRow: 0 };
    }
    case 'inconclusive':
      // Once for each row of them: a shortage hits every check at the same time.
      if (check.inconclusiveInRow === 0) {
        orders.log(
          'warning',
          'attempt-inconclusive',
          `Check of ${check.server} could not be made: ${result.detail}. Rescheduling.`,
          fields,
        );
      }
      return {
        ...check,
        inconclusiveInRow: check.inconclusiveInRow + 1,
        inconclusive: check.inconclusive + 1,
      };
  }
}

/** Whether two checks ask the same question of the same target (their timing may differ). */
export function sameQuestion(a: CheckSettings, b: CheckSettings): boolean {
  return question(a) === question(b);
}

function question(settings: CheckSettings): string {
  const { timing: _timing, ...asked } = settings;
  return JSON.stringify(asked, (_key, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
