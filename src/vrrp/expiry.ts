/** What a timer's expiry does. */
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { onAlarmDue, onMasterAdvert } from './alarms.js';
import { onAskDue } from './asking.js';
import { onDepartureDue } from './departure.js';
import type { VrrpEvent } from './events.js';
import { onLinkDelayOver } from './faults.js';
import { armTimer, log } from './instance.js';
import { admit, suppressedNote } from './log-limit.js';
import { onAddressRetry } from './missing-address.js';
import { onPeriodicDue } from './periodic.js';
import type { Instance, Step } from './state.js';
import { wantMaster, yieldMaster } from './sync-group.js';
import type { TimerName } from './timers.js';
import { masterDownInterval } from './timing.js';
import { announce, sendAdvert } from './transmit.js';

/** What a machine under load is late by at times. */
const BUSY: Micros = 100 * MICROS_PER_MILLI;

/**
 * A timer ran out. One that was re-armed or cancelled since (its due time is not the armed one) is
 * stale and ignored: an advert that was read after the stall came before it.
 */
export function onTimerExpired(
  step: Step,
  event: Extract<VrrpEvent, { kind: 'timer-expired' }>,
): void {
  const { timer, dueAt } = event;
  const slash = timer.indexOf('/');
  const name = timer.slice(0, slash) as TimerName;
  if (name === 'link-delay') {
    onLinkDelayOver(step, timer.slice(slash + 1), dueAt);
    return;
  }
  const instance = step.state.instances.get(timer.slice(slash + 1));
  if (instance?.timers.get(name) !== dueAt) return;
  instance.timers.delete(name);
  switch (name) {
    case 'master-down':
      onMasterDown(step, instance, dueAt);
      return;
    case 'advert':
      onAdvertDue(step, instance, dueAt);
      return;
    case 'garp-master':
      onGarpMasterDue(step, instance, dueAt);
      return;
    case 'garp-lower-prio':
      onGarpLowerPrioDue(step, instance);
      return;
    case 'garp-refresh':
    case 'garp-extra':
      onPeriodicDue(step, instance, name, dueAt);
      return;
    case 'departure':
      onDepartureDue(step, instance);
      return;
    case 'ask':
      onAskDue(step, instance);
      return;
    case 'address-retry':
      onAddressRetry(step, instance);
      return;
    case 'alarm':
      onAlarmDue(step, instance);
      return;
    case 'preempt':
      // Not armed: `preempt_delay` is judged when an advert comes.
      return;
  }
}

/** RFC 9568 6.4.2: nothing was heard for Active_Down_Interval. */
function onMasterDown(step: Step, instance: Instance, dueAt: number): void {
  const late = step.at - dueAt;
  // Who waits for its sync group gets here again and again.
  if (!instance.wantsMaster) {
    log(step, instance, 'info', 'master-down', 'Receive advertisement timeout', { late });
  }
  const heard = instance.lastAdvert;
  const reason = !heard
    ? 'no advert was ever heard'
    : heard.priority === 0
      ? `${heard.source} gave up mastership`
      : heard.priority < instance.effectivePriority &&
          dueAt - heard.at <= 2 * instance.activeInterval
        ? `preempts ${heard.source} with priority ${heard.priority}, ours is ${instance.effectivePriority}`
        : `no advert for ${(step.at - heard.at) / 1e6} s, the last came from ${heard.source}`;
  wantMaster(step, instance, reason);
}

/**
 * RFC 9568 6.4.3. The next advert is due an interval after this one *was due*: no drift. After a stall
 * of more than an interval there is no burst of the adverts that were missed; and another may have
 * announced itself meanwhile, so that we announce again. That goes by a timer that is due now: the
 * process reads what came in before it believes it, so that one who has lost does not announce.
 */
function onAdvertDue(step: Step, instance: Instance, dueAt: number): void {
  const { advertInterval, garp } = instance.settings;
  const late = step.at - dueAt;
  if (othersTookOver(instance, late)) {
    yieldMaster(step, instance, `held up for ${late / 1e6} s: another must be MASTER by now`);
    return;
  }
  sendAdvert(step, instance);
  onMasterAdvert(step, instance);
  const isInTime = late < advertInterval;
  const next = isInTime ? dueAt + advertInterval : step.at + advertInterval;
  armTimer(step, instance, 'advert', next);
  const heldUp = late - instance.advertLate;
  instance.advertLate = isInTime ? late : 0;
  if (isInTime && heldUp < stallBound(advertInterval)) return;
  instance.garpBursts = garp.masterDelay > 0 ? 2 : 1;
  armTimer(step, instance, 'garp-master', step.at);
  // All instances say the same of one stall.
  const suppressed = admit(step.state.logLimit, 'stalled', step.at);
  if (suppressed === undefined) return;
  const text = `advert was ${Math.round(late / 1000)} ms overdue, announcing the addresses again`;
  log(step, instance, 'warning', 'stalled', text + suppressedNote(suppressed), { late });
}

/**
 * How much later than the one before it an advert is after a stall that matters; one that is an interval
 * late comes from one always. A stall of S makes it later by S less what was left of the interval: with a
 * fifth every stall of 1.2 intervals is seen. A busy machine is no stall; nor is one where thousands are due
 * at one moment, the last of them late each time.
 */
function stallBound(advertInterval: Micros): Micros {
  return Math.min(advertInterval, Math.max(advertInterval / 5, BUSY));
}

/** `timer_expired_backup`: without preemption whoever took over in a pause is to keep it. */
function othersTookOver({ settings }: Instance, late: Micros): boolean {
  const { timerExpiredBackup: priority, version, advertInterval, downTimerAdverts } = settings;
  if (priority === undefined || settings.preempt) return false;
  const down = masterDownInterval(version, priority, advertInterval, downTimerAdverts);
  return late + advertInterval > down;
}

function onGarpMasterDue(step: Step, instance: Instance, dueAt: number): void {
  announce(step, instance, instance.settings.garp.masterRepeat);
  instance.garpBursts--;
  const { masterDelay } = instance.settings.garp;
  if (instance.garpBursts > 0) rearm(step, instance, 'garp-master', dueAt, masterDelay);
}

function onGarpLowerPrioDue(step: Step, instance: Instance): void {
  const { lowerPrioRepeat, lowerPrioDelay } = instance.settings.garp;
  announce(step, instance, lowerPrioRepeat);
  instance.lowerPrioBurstAt = step.at;
  if (!instance.lowerPrioRepetitionOwed) return;
  instance.lowerPrioRepetitionOwed = false;
  armTimer(step, instance, 'garp-lower-prio', step.at + lowerPrioDelay);
}

/** Arms a periodic timer again, without drift and without making up for missed ones. */
function rearm(
  step: Step,
  instance: Instance,
  name: TimerName,
  dueAt: number,
  period: number,
): void {
  if (period <= 0) return;
  const next = dueAt + period;
  armTimer(step, instance, name, next > step.at ? next : step.at + period);
}
