/**
 * Make before break: a planned hand-over without a gap.
 *
 *     this node                                the other, preempting
 *     MASTER, priority P                       BACKUP, priority Q
 *       | standby                                |
 *     MASTER, advertises 1 --------------------> | worse than Q: does not restart its timer
 *       | serves on                              | its master-down timer runs out
 *       | <------------------------------------- | MASTER, advertises Q, announces
 *     BACKUP: withdraws
 *
 * Nothing of this is special: it is what RFC 9568 6.4.2 and 6.4.3 say of priorities. It stays in
 * standby until the operator ends it, so that it does not preempt the other again; while it hears
 * nobody else it serves all the same.
 */
import type { VrrpEvent } from './events.js';
import { refresh } from './faults.js';
import { isOwner, log } from './instance.js';
import { type EngineState, type Instance, type Step, unitOf } from './state.js';
import { wantMaster, yieldMaster } from './sync-group.js';
import { sendAdvert, sendRelease } from './transmit.js';

type EventOf<K extends VrrpEvent['kind']> = Extract<VrrpEvent, { kind: K }>;

/** The operator puts instances into standby, or takes them out of it. */
export function onStandby(step: Step, event: EventOf<'standby'>): void {
  const changed = [...withGroups(step.state, event.instances)].filter(
    (instance) => instance.standby !== event.on,
  );
  for (const instance of changed) {
    instance.standby = event.on;
    const text = event.on ? 'in standby: another node is to be MASTER' : 'no longer in standby';
    log(step, instance, 'notice', 'standby', text);
    refresh(step, instance);
  }
  // Not before each has its priority: an owner takes its whole group with it.
  for (const instance of changed) {
    if (instance.state === 'MASTER') sendAdvert(step, instance);
    else if (instance.state === 'BACKUP' && isOwner(instance)) {
      wantMaster(step, instance, 'owns the addresses (priority 255)');
    }
  }
}

/** Whoever is still MASTER gives up: a backup that does not preempt needs only its skew time then. */
export function onResign(step: Step, event: EventOf<'resign'>): void {
  const masters = [...withGroups(step.state, event.instances)].filter(
    (instance) => instance.state === 'MASTER' && instance.standby,
  );
  // All of them before the first one takes its group to BACKUP.
  for (const instance of masters) sendRelease(step, instance);
  for (const instance of masters) {
    if (instance.state !== 'MASTER') continue;
    yieldMaster(step, instance, 'nobody took over in time: resigned');
  }
}

/** The named instances and all that change state with them. */
function withGroups(state: EngineState, names: readonly string[]): Set<Instance> {
  const found = new Set<Instance>();
  for (const name of names) {
    const instance = state.instances.get(name);
    for (const member of instance ? unitOf(instance) : []) found.add(member);
  }
  return found;
}
