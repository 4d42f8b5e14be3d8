/**
 * The transitions of one instance (RFC 9568 6.4, with keepalived's FAULT). Whoever calls them has
 * asked the sync group.
 *
 *                      +-----------+
 *      start, no fault |           | start with a fault
 *        +-------------|   INIT    |-------------+
 *        |             |           |             |
 *        |             +-----------+             |
 *        |   shutdown,   ^   |  owner            |
 *        |   removed     |   |  starts           |
 *        v               |   v                   v
 *  +-----------+  master-down +-----------+   fault   +-----------+
 *  |           |  runs out    |           |---------->|           |
 *  |  BACKUP   |------------->|  MASTER   |           |   FAULT   |
 *  |           |<-------------|           |<----------|           |
 *  +-----------+  a better    +-----------+   owner   +-----------+
 *     ^     |     advert                                ^     |
 *     |     +------------------- fault -----------------+     |
 *     +------------------------- no fault any more -----------+
 *
 * INIT is also where every state goes on shutdown.
 */

import { onNotMaster } from './alarms.js';
import { planToAsk } from './asking.js';
import { beginWaiting, endWaiting } from './hold-back.js';
import { armTimer, cancelTimer, cancelTimers, changeState, log } from './instance.js';
import { oweLastWord } from './last-word.js';
import { startPeriodic, stopPeriodic } from './periodic.js';
import type { Instance, Step } from './state.js';
import { announce, sendAdvert, sendRelease } from './transmit.js';

/** To MASTER (RFC 9568 6.4.2): advertise, take the addresses, announce them. */
export function becomeMaster(step: Step, instance: Instance, reason: string): void {
  const { advertInterval, garp, virtualAddresses, excludedAddresses } = instance.settings;
  instance.becameMaster++;
  instance.wantsMaster = true;
  instance.preemptAt = undefined;
  instance.lastWord = undefined;
  endWaiting(step, instance);
  instance.activeInterval = advertInterval;
  cancelTimer(step, instance, 'master-down');
  cancelTimer(step, instance, 'ask');
  log(step, instance, 'notice', 'entering-master', 'Entering MASTER STATE', { reason });
  changeState(step, instance, 'MASTER', reason);
  sendAdvert(step, instance);
  armTimer(step, instance, 'advert', step.at + advertInterval);
  step.out.add({ kind: 'reconcile' });
  if (virtualAddresses.length > 0) log(step, instance, 'info', 'setting-vips', 'setting VIPs.');
  if (excludedAddresses.length > 0) {
    log(step, instance, 'info', 'setting-vips', 'setting E-VIPs.');
  }
  announce(step, instance, garp.masterRepeat);
  instance.advertLate = 0;
  instance.garpBursts = 0;
  if (garp.masterDelay > 0) {
    instance.garpBursts = 1;
    armTimer(step, instance, 'garp-master', step.at + garp.masterDelay);
  }
  startPeriodic(step, instance);
}

/**
 * To BACKUP. From MASTER the addresses go; from INIT and FAULT nothing is known of a master, so its
 * interval is taken to be our own. `state MASTER` does not shorten the wait (keepalived 2.2 neither):
 * only the owner may take over unheard.
 */
export function becomeBackup(step: Step, instance: Instance, reason: string): void {
  const from = instance.state;
  if (from === 'MASTER') {
    releaseMastership(step, instance);
    oweLastWord(instance);
  } else instance.activeInterval = instance.settings.advertInterval;
  instance.wantsMaster = false;
  instance.preemptAt = undefined;
  const text = from === 'INIT' ? 'Entering BACKUP STATE (init)' : 'Entering BACKUP STATE';
  log(step, instance, 'notice', 'entering-backup', text, { reason });
  if (from === 'MASTER') logRemoval(step, instance);
  changeState(step, instance, 'BACKUP', reason);
  beginWaiting(step, instance);
  if (from !== 'MASTER') planToAsk(step, instance);
}

/** To FAULT: a MASTER tells its backups if it still can, and lets the addresses go. */
export function becomeFaulty(step: Step, instance: Instance, reason: string): void {
  const from = instance.state;
  const text = from === 'INIT' ? 'Entering FAULT STATE (init)' : 'Entering FAULT STATE';
  log(step, instance, 'notice', 'entering-fault', text, { reason });
  cancelTimers(step, instance);
  if (from === 'MASTER') {
    sendRelease(step, instance);
    // Who is MASTER beside it may not have heard that.
    oweLastWord(instance);
    releaseMastership(step, instance);
    logRemoval(step, instance);
  }
  instance.wantsMaster = false;
  instance.preemptAt = undefined;
  changeState(step, instance, 'FAULT', reason);
}

/**
 * To INIT, on shutdown and when the configuration drops the instance (RFC 9568 6.4.2, 6.4.3).
 *
 * @param how silent: without priority 0, as the backups have a MASTER already.
 */
export function stopInstance(
  step: Step,
  instance: Instance,
  reason: string,
  how: 'release' | 'silent' = 'release',
): void {
  cancelTimers(step, instance);
  if (instance.state === 'MASTER') {
    if (how === 'release') sendRelease(step, instance);
    releaseMastership(step, instance);
    logRemoval(step, instance);
  }
  instance.wantsMaster = false;
  instance.preemptAt = undefined;
  changeState(step, instance, 'INIT', reason);
}

function releaseMastership(step: Step, instance: Instance): void {
  onNotMaster(step, instance);
  instance.releasedMaster++;
  instance.garpBursts = 0;
  instance.lowerPrioBurstAt = undefined;
  instance.lowerPrioRepetitionOwed = false;
  for (const name of ['advert', 'garp-master', 'garp-lower-prio'] as const) {
    cancelTimer(step, instance, name);
  }
  stopPeriodic(step, instance);
  step.out.add({ kind: 'reconcile' });
}

function logRemoval(step: Step, instance: Instance): void {
  const { virtualAddresses, excludedAddresses } = instance.settings;
  if (virtualAddresses.length > 0) log(step, instance, 'info', 'removing-vips', 'removing VIPs.');
  if (excludedAddresses.length > 0) {
    log(step, instance, 'info', 'removing-vips', 'removing E-VIPs.');
  }
}
