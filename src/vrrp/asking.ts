/**
 * A node with `nopreempt` that has heard nobody since it came up asks before it takes over.
 *
 * That nobody was heard can mean that nobody could be: a stateful firewall lets protocol 112 in only
 * after the node has sent some itself. Its first advert as MASTER would be heard by a living MASTER,
 * which yields to the higher priority: what `nopreempt` is there to prevent. So the first packet that
 * it sends, an interval before its master-down timer runs out, is an advert of the lowest priority. A
 * living MASTER discards that, and answers at once, as to every losing advert (RFC 9568 6.4.3):
 *
 *     INIT, FAULT -> BACKUP -- ask: an advert of priority 1 --> BACKUP -- master-down -> MASTER
 *                                                                      -- advert      -> BACKUP
 *
 * Of nodes that start together the best one asks first; the others hear that, and wait for it. Who has
 * asked does not take the question of another for an answer, so that two that ask at one moment do not
 * wait for each other.
 */
import { type Advert, PRIORITY_LOWEST } from './advert.js';
import { armTimer, cancelTimer, isOwner, log } from './instance.js';
import type { Instance, Step } from './state.js';
import { sendAdvertOf } from './transmit.js';

/** It came up, and has heard nobody yet; its master-down timer is armed. */
export function planToAsk(step: Step, instance: Instance): void {
  if (instance.settings.preempt || isOwner(instance)) return;
  const masterDown = instance.timers.get('master-down');
  if (masterDown === undefined) return;
  armTimer(step, instance, 'ask', Math.max(step.at, masterDown - instance.activeInterval));
}

/** The `ask` timer ran out. */
export function onAskDue(step: Step, instance: Instance): void {
  if (instance.state !== 'BACKUP' || instance.settings.preempt) return;
  sendAdvertOf(step, instance, PRIORITY_LOWEST);
  instance.asking = true;
  const text = 'heard nobody: asks whether there is a MASTER before it takes over (nopreempt)';
  log(step, instance, 'info', 'asking', text);
}

/** A backup hears an advert. Returns whether it is another's question, for which it need not wait. */
export function isQuestion(step: Step, instance: Instance, { priority }: Advert): boolean {
  if (priority === PRIORITY_LOWEST && instance.asking) return true;
  instance.asking = false;
  cancelTimer(step, instance, 'ask');
  return false;
}
