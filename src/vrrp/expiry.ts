/** What a timer's expiry does. */
import { onAlarmDue, onMasterAdvert } from './alarms.js';
import { onDepartureDue } from './departure.js';
import type { VrrpEvent } from './events.js';
import { armTimer, log } from './instance.js';
import { onAddressRetry } from './missing-address.js';
import type { Instance, Step } from './state.js';
import { wantMaster } from './sync-group.js';
import type { TimerName } from './timers.js';
import { announce, sendAdvert } from './transmit.js';

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
      announce(step, instance, instance.settings.garp.masterRefreshRepeat);
      rearm(step, instance, 'garp-refresh', dueAt, instance.settings.garp.masterRefresh);
      return;
    case 'departure':
      onDepartureDue(step, instance);
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
  log(step, instance, 'info', 'master-down', 'Receive advertisement timeout', { late });
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

/** RFC 9568 6.4.3. The next advert is due an interval after this one *was due*: no drift. */
function onAdvertDue(step: Step, instance: Instance, dueAt: number): void {
  const { advertInterval, garp } = instance.settings;
  sendAdvert(step, instance);
  onMasterAdvert(step, instance);
  const late = step.at - dueAt;
  if (late < advertInterval) {
    armTimer(step, instance, 'advert', dueAt + advertInterval);
    return;
  }
  // We stalled. No burst of the adverts that were missed; and another may have announced itself
  // meanwhile, so announce again. That goes by a timer that is due now: the process reads what
  // came in before it believes it, so that one who has lost does not announce.
  armTimer(step, instance, 'advert', step.at + advertInterval);
  instance.garpBursts = garp.masterDelay > 0 ? 2 : 1;
  armTimer(step, instance, 'garp-master', step.at);
  const text = `advert was ${Math.round(late / 1000)} ms overdue, announcing the addresses again`;
  log(step, instance, 'warning', 'stalled', text, { late });
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
