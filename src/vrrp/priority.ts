/** The priority that an instance advertises, and what changes with it. */
import { armTimer, downInterval, log } from './instance.js';
import type { Instance, Step } from './state.js';

/** What a node in standby advertises: every other backup is better. */
export const STANDBY_PRIORITY = 1;

/**
 * Takes over a new effective priority. A MASTER says it in its next advert; a BACKUP's skew time
 * changes (RFC 9568 6.1), so that its master-down timer moves by the difference.
 */
export function setEffectivePriority(step: Step, instance: Instance, priority: number): void {
  const before = instance.effectivePriority;
  if (before === priority) return;
  const downBefore = downInterval(instance);
  const text = `Changing effective priority from ${before} to ${priority}`;
  log(step, instance, 'notice', 'priority-changed', text);
  instance.effectivePriority = priority;
  instance.outgoing = undefined;
  step.out.add({
    kind: 'priority-changed',
    instance: instance.settings.name,
    priority: instance.settings.priority,
    effectivePriority: priority,
  });
  const dueAt = instance.timers.get('master-down');
  if (instance.state !== 'BACKUP' || dueAt === undefined) return;
  const change = downInterval(instance) - downBefore;
  if (change !== 0) armTimer(step, instance, 'master-down', Math.max(step.at, dueAt + change));
}
