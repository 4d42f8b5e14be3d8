/** Making an instance's record, its timers, and what it reports of itself. */
import { familyOf, type Ip, ipToBytes } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import { AUTH_PASS, type AuthExpectation, encodePassword, NO_AUTH } from './auth.js';
import type { InstanceState, LogLevel } from './effects.js';
import type { LinkState } from './events.js';
import { createHmacAuth } from './hmac-auth.js';
import { isLinkLocal } from './ip-packet.js';
import type { InstanceSettings } from './settings.js';
import type { Instance, Step } from './state.js';
import { type TimerKey, type TimerName, timerKey } from './timers.js';
import { masterDownInterval, OWNER_PRIORITY } from './timing.js';

/** A new instance in INIT. */
export function createInstance(settings: InstanceSettings, at: Micros): Instance {
  return {
    settings,
    state: 'INIT',
    reason: 'not started yet',
    since: at,
    effectivePriority: settings.priority,
    activeInterval: settings.advertInterval,
    contributions: [],
    pending: undefined,
    missingAddress: undefined,
    standby: false,
    successor: undefined,
    wantsMaster: false,
    preemptAt: undefined,
    timers: new Map(),
    timerKeys: new Map(),
    advertLate: 0,
    garpBursts: 0,
    lowerPrioBurstAt: undefined,
    lowerPrioRepetitionOwed: false,
    answeredAt: undefined,
    asking: false,
    toldLosingAt: undefined,
    lastWord: undefined,
    group: undefined,
    fault: undefined,
    source: undefined,
    addressBytes: wireAddresses(settings),
    auth: authOf(settings),
    hmac: settings.hmac && createHmacAuth(settings.hmac),
    outgoing: undefined,
    peers: new Map(),
    lastAdvert: undefined,
    advertsSent: 0,
    advertsReceived: 0,
    becameMaster: 0,
    releasedMaster: 0,
    priorityZeroReceived: 0,
    priorityZeroSent: 0,
    kernelRepairs: 0,
    rejected: new Map(),
    logLimit: new Map(),
    alarms: new Map(),
  };
}

/**
 * The owner of the addresses: MASTER at once, preempts whatever is configured (RFC 9568 6.1). In
 * standby it is a router like any other.
 */
export function isOwner(instance: Instance): boolean {
  return instance.settings.priority === OWNER_PRIORITY && !instance.standby;
}

/** Active_Down_Interval as of now, µs. */
export function downInterval(instance: Instance): Micros {
  return masterDownInterval(
    instance.settings.version,
    instance.effectivePriority,
    instance.activeInterval,
    instance.settings.downTimerAdverts,
  );
}

/** The addresses of an instance's adverts as on the wire, in the order of the configuration. */
export function wireAddresses(settings: InstanceSettings): Uint8Array {
  const parts = settings.virtualAddresses.map((entry) => ipToBytes(entry.address));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** What version 2 packets carry as authentication. */
export function authOf(settings: InstanceSettings): AuthExpectation {
  // Over IPv6 there is no room for it.
  if (settings.version !== 2 || settings.family === 6) return NO_AUTH;
  if (!settings.authentication) return NO_AUTH;
  return { type: AUTH_PASS, data: encodePassword(settings.authentication.password) };
}

/**
 * The source address of an instance's packets: the configured one, or one of the interface's. IPv4:
 * the primary address (RFC 9568 5.1.1.1), which is the first. IPv6: the link-local one (RFC 9568
 * 5.1.2.1), or, to unicast peers that are elsewhere, the first that is not.
 */
export function sourceOf(settings: InstanceSettings, link: LinkState | undefined): Ip | undefined {
  if (settings.sourceAddress !== undefined) return settings.sourceAddress;
  const own = (link?.addresses ?? []).filter((ip) => familyOf(ip) === settings.family);
  if (settings.family === 4) return own[0];
  const isLocal = (ip: Ip): boolean => isLinkLocal(ipToBytes(ip));
  if (settings.unicast?.peers.some(({ address }) => !isLocal(address))) {
    return own.find((ip) => !isLocal(ip)) ?? own[0];
  }
  return own.find(isLocal);
}

/** Takes over a source address; the advert is built anew if it changed. */
export function setSource(instance: Instance, ip: Ip | undefined): void {
  if (instance.source?.ip === ip) return;
  instance.source = ip === undefined ? undefined : { ip, bytes: ipToBytes(ip) };
  instance.outgoing = undefined;
}

/** Arms, or re-arms, one of the instance's timers for an absolute instant. */
export function armTimer(step: Step, instance: Instance, name: TimerName, dueAt: Micros): void {
  instance.timers.set(name, dueAt);
  step.out.add({ kind: 'arm-timer', timer: keyOf(instance, name), dueAt });
}

/** Cancels one of the instance's timers if it is armed. */
export function cancelTimer(step: Step, instance: Instance, name: TimerName): void {
  if (!instance.timers.delete(name)) return;
  step.out.add({ kind: 'cancel-timer', timer: keyOf(instance, name) });
}

function keyOf({ timerKeys, settings }: Instance, name: TimerName): TimerKey {
  const known = timerKeys.get(name);
  if (known !== undefined) return known;
  const key = timerKey(name, settings.name);
  timerKeys.set(name, key);
  return key;
}

/** Cancels all timers of the instance. */
export function cancelTimers(step: Step, instance: Instance): void {
  for (const name of [...instance.timers.keys()]) cancelTimer(step, instance, name);
}

/** Changes the state and reports it; a state that stays is not reported. */
export function changeState(
  step: Step,
  instance: Instance,
  to: InstanceState,
  reason: string,
): void {
  const from = instance.state;
  instance.reason = reason;
  if (from === to) return;
  instance.state = to;
  instance.asking = false;
  instance.since = step.at;
  step.out.add({
    kind: 'state-changed',
    instance: instance.settings.name,
    from,
    to,
    effectivePriority: instance.effectivePriority,
    reason,
  });
}

/** One line about an instance, in keepalived's form `(VI_1) text`. */
export function log(
  step: Step,
  instance: Instance,
  level: LogLevel,
  event: string,
  text: string,
  fields: Readonly<Record<string, string | number | boolean>> = {},
): void {
  const { name } = instance.settings;
  step.out.add({
    kind: 'log',
    level,
    event,
    text: `(${name}) ${text}`,
    fields: { instance: name, ...fields },
  });
}
