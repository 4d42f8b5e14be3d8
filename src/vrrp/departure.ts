/**
 * The end of the process, make before break: SIGTERM.
 *
 *     this node                                the others, preempting or not
 *     MASTER                                   BACKUP
 *       | stop-requested: priority 0 ---------> | its master-down timer is its skew time now
 *       | serves on, advertises no more         | (RFC 9568 6.4.2)
 *       |                                       v
 *       | <------------------------------------ MASTER, advertises
 *       | a moment later                        | adds the addresses, announces them
 *     INIT: withdraws
 *
 * RFC 9568 6.4.3 withdraws as soon as priority 0 is sent, and then nobody serves for a skew time. Here
 * the addresses stay until the successor is heard. Who has no successor waits as long as the slowest of
 * backups may take, says priority 0 once more (the first may have been lost) and withdraws.
 */
import type { Ip } from '../base/ip.js';
import { fromSeconds, type Micros } from '../base/time.js';
import type { VrrpEvent } from './events.js';
import { armTimer, cancelTimers } from './instance.js';
import type { InstanceSettings } from './settings.js';
import { type EngineState, type Instance, type Step, unitOf } from './state.js';
import { skewTime } from './timing.js';
import { stopInstance } from './transitions.js';
import { sendRelease } from './transmit.js';

/** The slowest of backups. */
const LOWEST_PRIORITY = 1;
/** For a timer that runs out late, and an advert on its way. */
const ADVERT_COMES: Micros = fromSeconds(0.1);
/**
 * A new MASTER says so before it has the addresses (RFC 9568 6.4.2). Until it has announced them, this
 * node is still the one that is asked.
 */
const ADDRESSES_COME: Micros = fromSeconds(0.025);
/** However long the intervals are: a service manager waits. */
const LIMIT: Micros = fromSeconds(5);

/** SIGTERM: the backups are told, and who is MASTER waits for one of them. */
export function onStopRequested(step: Step): void {
  const { state } = step;
  state.leaving = true;
  for (const instance of state.instances.values()) {
    cancelTimers(step, instance);
    if (instance.state !== 'MASTER' || !sendRelease(step, instance)) {
      stopInstance(step, instance, 'shutdown');
      continue;
    }
    instance.reason = 'stopping: serves until another node has taken over';
    armTimer(step, instance, 'departure', step.at + longestWait(instance.settings));
  }
}

/** What still matters to a node that is leaving; nothing may bring it to life again. */
export function onEventWhileLeaving(
  step: Step,
  event: Extract<VrrpEvent, { kind: 'link-changed' | 'link-removed' }>,
): void {
  const { links } = step.state;
  if (event.kind === 'link-changed') links.set(event.link.name, event.link);
  else links.delete(event.name);
}

/** Another node advertises: it takes the addresses. A sync group goes as one. */
export function departAfter(step: Step, instance: Instance, source: Ip): void {
  for (const member of unitOf(instance)) {
    if (member.state !== 'MASTER' || member.successor !== undefined) continue;
    member.successor = source;
    member.reason = `stopping: ${source} took over`;
    armTimer(step, member, 'departure', step.at + ADDRESSES_COME);
  }
}

/**
 * The successor has the addresses, or nobody came. Then another priority 0 would make a backup begin
 * its skew time anew: none for one that may still be in it.
 */
export function onDepartureDue(step: Step, instance: Instance): void {
  for (const member of unitOf(instance)) {
    if (member.successor !== undefined) {
      stopInstance(step, member, `${member.successor} took over`, 'silent');
      continue;
    }
    const how = longestWait(member.settings) < LIMIT ? 'release' : 'silent';
    stopInstance(step, member, 'nobody took over in time', how);
  }
}

/**
 * Whether a node that is leaving has left: nothing is MASTER any more. It is asked after each event: who was
 * the last of those that had not left is asked first.
 */
export function hasLeft(state: EngineState): boolean {
  if (state.lastToLeave && state.lastToLeave.state !== 'INIT') return false;
  state.lastToLeave = undefined;
  for (const instance of state.instances.values()) {
    if (instance.state !== 'INIT') state.lastToLeave = instance;
  }
  return state.lastToLeave === undefined;
}

/** The longest that a departure takes, µs. */
export function longestDeparture(instances: readonly InstanceSettings[]): Micros {
  return Math.max(0, ...instances.map(longestWait));
}

function longestWait({ version, advertInterval }: InstanceSettings): Micros {
  return Math.min(LIMIT, skewTime(version, LOWEST_PRIORITY, advertInterval) + ADVERT_COMES);
}
