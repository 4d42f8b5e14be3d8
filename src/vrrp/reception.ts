/** What a received packet does (RFC 9568 6.4.2, 6.4.3 and 7.1; RFC 3768 likewise). */

import { type Ip, ipFromBytes } from '../base/ip.js';
import { MICROS_PER_MILLI, MICROS_PER_SECOND, type Micros } from '../base/time.js';
import { type Advert, decodeAdvert, PRIORITY_RELEASE } from './advert.js';
import { onLosingAdvertHeard, onPeerHeard } from './alarms.js';
import { isQuestion } from './asking.js';
import { departAfter } from './departure.js';
import type { VrrpEvent } from './events.js';
import { onTrafficSeen, waitAgain } from './hold-back.js';
import { armTimer, downInterval, isOwner, log } from './instance.js';
import { decodeIp } from './ip-header.js';
import { beats, sayLastWord } from './last-word.js';
import { admit, suppressedNote } from './log-limit.js';
import { rememberPeer } from './peers.js';
import { pathViolation, policyViolation } from './policy.js';
import { type KnownAdvert, recognise, remember } from './recognition.js';
import { reject } from './rejection.js';
import { groupBytes, instanceFor } from './routers.js';
import { type Instance, type Step, unitOf } from './state.js';
import { yieldMaster } from './sync-group.js';
import { OWNER_PRIORITY, skewTime } from './timing.js';
import { announce, sendAdvert } from './transmit.js';

/**
 * The least time between two adverts that answer losing ones. RFC 9568 6.4.3 answers each at once;
 * this bound keeps a flood of forged ones from being answered packet by packet.
 */
const ANSWER_PAUSE: Micros = MICROS_PER_MILLI;

type Received = Extract<VrrpEvent, { kind: 'packet-received' }>;

/**
 * A datagram came in: decode it, check it, and give it to its instance. Its memory is the engine's: it
 * may be kept.
 */
export function onPacketReceived(step: Step, event: Received): void {
  const known = recognise(step.state.recognised, event.interface, event.datagram);
  if (known) {
    judge(step, known, event);
    return;
  }
  const ip = decodeIp(event.datagram);
  if (!ip.ok) {
    reject(step, undefined, ip.reason, event);
    return;
  }
  const packet = ip.value;
  const instance = instanceFor(step.state, event.interface, packet);
  const source = { ip: ipFromBytes(packet.source), bytes: packet.source };
  const onTheWay = instance && pathViolation(instance, packet, source.ip);
  if (onTheWay !== undefined) {
    reject(step, instance, onTheWay, event);
    return;
  }
  const group = instance?.settings.family === 4 ? groupBytes(instance.settings) : undefined;
  const advert = decodeAdvert(packet.payload, packet, group);
  if (!advert.ok) {
    reject(step, instance, advert.reason, event);
    return;
  }
  if (!instance) {
    reject(step, undefined, 'vrid-unknown', event);
    return;
  }
  const found = { datagram: event.datagram, instance, advert: advert.value, source };
  if (judge(step, found, event)) remember(step.state.recognised, event.interface, found);
}

/** An advert without a fault for one of our instances. Returns whether it is accepted. */
function judge(step: Step, { instance, advert, source }: KnownAdvert, event: Received): boolean {
  const wrong = policyViolation(step, instance, advert, source);
  if (wrong !== undefined) {
    reject(step, instance, wrong, event);
    return false;
  }
  accept(step, instance, advert, source.ip);
  return true;
}

function accept(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  onTrafficSeen(step, instance.settings.interface);
  instance.advertsReceived++;
  onPeerHeard(step, instance);
  rememberPeer(step, instance, advert, source);
  instance.lastAdvert = { source, priority: advert.priority, at: step.at };
  if (advert.priority === PRIORITY_RELEASE) instance.priorityZeroReceived++;
  if (step.state.leaving) {
    if (instance.state === 'MASTER' && advert.priority !== PRIORITY_RELEASE) {
      departAfter(step, instance, source);
    }
  } else if (instance.state === 'BACKUP') {
    onAdvertAsBackup(step, instance, advert, source);
    sayLastWord(step, instance, advert, source);
  } else if (instance.state === 'MASTER') onAdvertAsMaster(step, instance, advert, source);
}

/** RFC 9568 6.4.2. */
function onAdvertAsBackup(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  const { settings } = instance;
  if (isQuestion(step, instance, advert)) return;
  if (advert.priority === PRIORITY_RELEASE) {
    log(step, instance, 'info', 'priority-zero', 'Backup received priority 0 advertisement', {
      source,
    });
    const skew = skewTime(settings.version, instance.effectivePriority, instance.activeInterval);
    waitAgain(step, instance, skew);
    return;
  }
  const worse = advert.priority < instance.effectivePriority;
  const tolerated = !isOwner(instance) && (!settings.preempt || preemptIsDelayed(step, instance));
  if (worse && !tolerated) {
    const suppressed = admit(instance.logLimit, 'lower priority', step.at);
    if (suppressed === undefined) return;
    const text = `received lower priority (${advert.priority}) advert from ${source} - discarding`;
    log(step, instance, 'info', 'lower-priority', text + suppressedNote(suppressed), { source });
    return;
  }
  if (settings.preemptDelay > 0) trackPreemptDelay(step, instance, worse);
  learnInterval(step, instance, advert);
  // It may have been waiting for its sync group; now it knows of a master.
  instance.wantsMaster = false;
  waitAgain(step, instance, downInterval(instance));
}

/** Whether `preempt_delay` still lets a worse master be: it starts with the first advert of one. */
function preemptIsDelayed(step: Step, instance: Instance): boolean {
  if (instance.settings.preemptDelay === 0) return false;
  return instance.preemptAt === undefined || step.at < instance.preemptAt;
}

function trackPreemptDelay(step: Step, instance: Instance, worse: boolean): void {
  if (!worse) {
    if (instance.preemptAt === undefined) return;
    instance.preemptAt = undefined;
    log(step, instance, 'info', 'preempt-delay', 'stop preempt delay');
  } else if (instance.preemptAt === undefined) {
    const delay = instance.settings.preemptDelay;
    instance.preemptAt = step.at + delay;
    const text = `start preempt delay (${(delay / 1e6).toFixed(6)})`;
    log(step, instance, 'info', 'preempt-delay', text);
  }
}

/** Version 3: a backup's timers follow its master's interval (RFC 9568 6.4.2). */
function learnInterval(step: Step, instance: Instance, advert: Advert): void {
  if (advert.version !== 3 || advert.interval === instance.activeInterval) return;
  const text = `advertisement interval updated from ${instance.activeInterval / 1000}ms to ${advert.interval / 1000}ms by master`;
  log(step, instance, 'info', 'interval-learned', text, { interval: advert.interval });
  instance.activeInterval = advert.interval;
}

/** RFC 9568 6.4.3. */
function onAdvertAsMaster(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  const ours = instance.effectivePriority;
  const { priority } = advert;
  if (priority === PRIORITY_RELEASE) {
    log(step, instance, 'info', 'priority-zero', 'Master received priority 0 message', { source });
    sendAdvert(step, instance);
    armTimer(step, instance, 'advert', step.at + instance.settings.advertInterval);
    // Another one was MASTER, and has announced the addresses.
    announceUnit(step, instance);
    return;
  }
  if (priority === OWNER_PRIORITY && ours === OWNER_PRIORITY)
    reportTwoOwners(step, instance, source);
  // Equal priorities: the greater address, as an unsigned number, stays MASTER.
  if (beats(instance, advert, source)) {
    const tieLost = priority === ours;
    const text = tieLost
      ? `Master received advert from ${source} with same priority ${priority} but higher IP address than ours`
      : `Master received advert from ${source} with higher priority ${priority}, ours ${ours}`;
    log(step, instance, 'notice', 'better-master', text, { source, priority, ours });
    learnInterval(step, instance, advert);
    const reason = tieLost
      ? `${source} advertises the same priority ${priority} and has the higher address`
      : `${source} advertises priority ${priority}, ours is ${ours}`;
    yieldMaster(step, instance, reason);
    sayLastWord(step, instance, advert, source);
    return;
  }
  onLosingAdvert(step, instance, advert, source);
}

/** Assert ourselves at once, and repair what the other's announcements did. */
function onLosingAdvert(step: Step, instance: Instance, advert: Advert, source: Ip): void {
  const suppressed = admit(instance.logLimit, 'losing advert', step.at);
  if (suppressed !== undefined) {
    const text = `Received advert from ${source} with lower priority ${advert.priority}, ours ${instance.effectivePriority}${instance.settings.lowerPrioNoAdvert ? '' : ', forcing new election'}`;
    log(step, instance, 'notice', 'losing-advert', text + suppressedNote(suppressed), { source });
  }
  onLosingAdvertHeard(step, instance, advert, source);
  tellLosingAdvert(step, instance, source);
  const { answeredAt, settings } = instance;
  const mayAnswer = !settings.lowerPrioNoAdvert;
  if (mayAnswer && (answeredAt === undefined || step.at - answeredAt >= ANSWER_PAUSE)) {
    instance.answeredAt = step.at;
    sendAdvert(step, instance);
  }
  announceUnit(step, instance);
}

/** A loser advertises once an interval: what is more than that is a flood, and told of no more. */
function tellLosingAdvert(step: Step, instance: Instance, source: Ip): void {
  const { settings, toldLosingAt, effectivePriority } = instance;
  if (!settings.tellLosingAdverts) return;
  const pause = Math.min(settings.advertInterval, MICROS_PER_SECOND) / 2;
  if (toldLosingAt !== undefined && step.at - toldLosingAt < pause) return;
  instance.toldLosingAt = step.at;
  const { name } = settings;
  step.out.add({ kind: 'losing-advert', instance: name, effectivePriority, source });
}

function announceUnit(step: Step, instance: Instance): void {
  for (const member of unitOf(instance)) {
    if (member.state === 'MASTER') announceAfterLosingAdvert(step, member);
  }
}

/**
 * A burst at once and another after `garp_lower_prio_delay`. Within an interval of the last burst
 * only the second one: a loser advertises once an interval, so more than that is a flood.
 */
function announceAfterLosingAdvert(step: Step, instance: Instance): void {
  const { garp, advertInterval } = instance.settings;
  if (garp.lowerPrioRepeat === 0) return;
  const last = instance.lowerPrioBurstAt;
  if (last !== undefined && step.at - last < advertInterval) {
    const next = last + advertInterval;
    instance.lowerPrioRepetitionOwed = garp.lowerPrioDelay > 0;
    const armed = instance.timers.get('garp-lower-prio');
    if (armed === undefined || armed > next) armTimer(step, instance, 'garp-lower-prio', next);
    return;
  }
  instance.lowerPrioBurstAt = step.at;
  instance.lowerPrioRepetitionOwed = false;
  announce(step, instance, garp.lowerPrioRepeat);
  if (garp.lowerPrioDelay > 0) {
    armTimer(step, instance, 'garp-lower-prio', step.at + garp.lowerPrioDelay);
  }
}

function reportTwoOwners(step: Step, instance: Instance, source: Ip): void {
  const suppressed = admit(instance.logLimit, 'two owners', step.at);
  if (suppressed === undefined) return;
  const text =
    'CONFIGURATION ERROR: local instance and a remote instance are both configured as address owner, please fix';
  log(step, instance, 'error', 'two-owners', text + suppressedNote(suppressed), { source });
}
