/**
 * What RFC 9568 6.4.2 and 6.4.3 say of one advert and one timer, written once more and differently, so
 * that every step of every node can be compared with it. Times in µs, exact.
 */
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import type { InstanceSettings } from '../../src/vrrp/settings.js';

/** What a node knew before a packet or a timer. */
export interface Before {
  readonly state: InstanceState;
  readonly priority: number;
  readonly standby: boolean;
  readonly source: string;
  readonly preemptAt: number | undefined;
  readonly masterDown: number | undefined;
  /** It came up with `nopreempt`, has heard nobody and asks (`src/vrrp/asking.ts`). */
  readonly asking: boolean;
  /** When it last answered a losing advert. */
  readonly answeredAt: number | undefined;
}

/** Losing adverts that come closer than this to each other are one, µs. */
const ANSWER_PAUSE = 1_000;
/** How long a node that leaves still serves beside its successor, µs. */
const ADDRESSES_COME = 25_000;

/** An advert that was accepted. */
export interface Heard {
  readonly at: number;
  readonly priority: number;
  readonly source: string;
  /** Its sender's, µs; of a priority 0 that of the adverts before. */
  readonly interval: number;
}

/** 256ths of a second in version 2, of the master's interval in version 3; parts of a µs are cut. */
export function skew(settings: InstanceSettings, priority: number, interval: number): number {
  const whole = settings.version === 2 ? 1_000_000 : interval;
  return whole - Math.ceil((priority * whole) / 256);
}

function down(settings: InstanceSettings, priority: number, interval: number): number {
  return settings.downTimerAdverts * interval + skew(settings, priority, interval);
}

/** What is wrong with what a node without a sync group did with an advert; `undefined`: nothing. */
export function judgeAdvert(
  settings: InstanceSettings,
  before: Before,
  heard: Heard,
  state: InstanceState,
  effects: readonly VrrpEffect[],
): string | undefined {
  if (before.state === 'BACKUP') return judgeAsBackup(settings, before, heard, state, effects);
  if (before.state === 'MASTER') return judgeAsMaster(settings, before, heard, state, effects);
  return state === before.state ? undefined : `from ${before.state} to ${state} by an advert`;
}

function judgeAsBackup(
  settings: InstanceSettings,
  before: Before,
  heard: Heard,
  state: InstanceState,
  effects: readonly VrrpEffect[],
): string | undefined {
  if (state !== 'BACKUP') return `from BACKUP to ${state} by an advert`;
  const { at, priority, interval } = heard;
  const due = armed(effects, 'master-down/');
  if (before.asking && priority === 1) {
    return due === undefined ? undefined : 'who asks waits for another who asks';
  }
  if (priority === 0) {
    const wait = due === undefined ? undefined : due - at;
    const expected = skew(settings, before.priority, interval);
    return wait === expected ? undefined : `waits ${wait} after priority 0, not ${expected}`;
  }
  const isOwner = settings.priority === 255 && !before.standby;
  const delayed =
    settings.preemptDelay > 0 && (before.preemptAt === undefined || at < before.preemptAt);
  if (priority < before.priority && (isOwner || (settings.preempt && !delayed))) {
    return due === undefined ? undefined : 'a worse advert moved the master-down timer';
  }
  const expected = at + down(settings, before.priority, interval);
  const now = due ?? before.masterDown;
  return now === expected ? undefined : `master-down at ${now}, not ${expected}`;
}

function judgeAsMaster(
  settings: InstanceSettings,
  before: Before,
  heard: Heard,
  state: InstanceState,
  effects: readonly VrrpEffect[],
): string | undefined {
  const { at, priority, source, interval } = heard;
  const sent = effects.filter((effect) => effect.kind === 'send-advert');
  if (priority === 0) {
    if (state !== 'MASTER') return 'priority 0 ended a MASTER';
    return sent.length > 0 ? undefined : 'priority 0 was not answered with an advert';
  }
  const better =
    priority > before.priority || (priority === before.priority && isHigher(source, before.source));
  if (!better) {
    if (state !== 'MASTER') return `gave up to priority ${priority} with ${before.priority}`;
    const answered = before.answeredAt !== undefined && at - before.answeredAt < ANSWER_PAUSE;
    const mustAnswer = !settings.lowerPrioNoAdvert && !answered;
    return mustAnswer && sent.length === 0 ? 'a losing advert was not answered' : undefined;
  }
  if (state !== 'BACKUP') return `stays ${state} beside ${source} with ${priority}`;
  const expected = at + down(settings, before.priority, interval);
  const due = armed(effects, 'master-down/');
  return due === expected ? undefined : `master-down at ${due}, not ${expected}`;
}

/** The adverts of a MASTER are due an interval after they were due, not after they were sent. */
export function judgeAdvertTimer(
  settings: InstanceSettings,
  dueAt: number,
  at: number,
  effects: readonly VrrpEffect[],
): string | undefined {
  const next = armed(effects, 'advert/');
  const late = at - dueAt;
  const expected = (late < settings.advertInterval ? dueAt : at) + settings.advertInterval;
  if (!effects.some((effect) => effect.kind === 'send-advert')) return 'no advert when it was due';
  if (next !== expected) return `next advert at ${next}, not ${expected}`;
  const announces = armed(effects, 'garp-master/') === at;
  return late < settings.advertInterval || announces ? undefined : 'silent after a stall';
}

/** What goes with a change of state: RFC 9568 6.4.1 to 6.4.3. */
export function judgeTransition(
  settings: InstanceSettings,
  before: InstanceState,
  state: InstanceState,
  priority: number,
  canSend: boolean,
  at: number,
  effects: readonly VrrpEffect[],
): string | undefined {
  if (before === state) return undefined;
  if (state === 'MASTER') {
    if (!says(effects, priority)) return 'a new MASTER does not advertise';
    if (!effects.some(({ kind }) => kind === 'announce')) return 'a new MASTER does not announce';
    const next = armed(effects, 'advert/');
    if (next !== at + settings.advertInterval) return `first advert of a MASTER at ${next}`;
  }
  if (before === 'MASTER' && state === 'FAULT' && canSend && !says(effects, 0)) {
    return 'a MASTER in FAULT tells nobody';
  }
  return undefined;
}

/** SIGTERM: the MASTER says so and serves on, the others are gone. */
export function judgeStop(
  before: InstanceState,
  state: InstanceState,
  canSend: boolean,
  effects: readonly VrrpEffect[],
): string | undefined {
  if (before !== 'MASTER' || !canSend) {
    return state === 'INIT' ? undefined : `${state} after SIGTERM in ${before}`;
  }
  if (!says(effects, 0)) return 'a MASTER that stops does not say priority 0';
  return state === 'MASTER' ? undefined : 'a MASTER that stops has no time for its successor';
}

/** A node that leaves, and hears its successor. */
export function judgeDeparture(
  heard: Heard,
  state: InstanceState,
  departure: number | undefined,
): string | undefined {
  if (state !== 'MASTER' || heard.priority === 0) return undefined;
  return departure !== undefined && departure <= heard.at + ADDRESSES_COME
    ? undefined
    : `leaves at ${departure}, though its successor is there`;
}

/** The operator's word. */
export function judgeStandby(
  on: boolean,
  state: InstanceState,
  effects: readonly VrrpEffect[],
): string | undefined {
  if (!on || state !== 'MASTER') return undefined;
  return says(effects, 1) ? undefined : 'standby does not lower the advertised priority';
}

/** What a node advertises, of all that it depends on. */
export function expectedPriority(
  { priority, tracks = [] }: InstanceSettings,
  standby: boolean,
  script: boolean | undefined,
): number {
  if (standby) return 1;
  if (priority === 255) return 255;
  const weight = tracks[0]?.weight ?? 0;
  const counts = script !== undefined && weight > 0 === script;
  return Math.min(254, Math.max(1, priority + (counts ? weight : 0)));
}

function says(effects: readonly VrrpEffect[], priority: number): boolean {
  return effects.some((e) => e.kind === 'send-advert' && e.packet[2] === priority);
}

/** What must be the case of every instance after every step. */
export function judgeTimers(
  state: InstanceState,
  timers: ReadonlyMap<string, number>,
  name: string,
  leaving: boolean,
): string | undefined {
  if (leaving) return undefined;
  const advert = timers.has(`advert/${name}`);
  const masterDown = timers.has(`master-down/${name}`);
  if (advert !== (state === 'MASTER')) return `advert timer ${advert} in ${state}`;
  if (masterDown !== (state === 'BACKUP')) return `master-down timer ${masterDown} in ${state}`;
  return undefined;
}

function armed(effects: readonly VrrpEffect[], prefix: string): number | undefined {
  const found = effects.find((e) => e.kind === 'arm-timer' && e.timer.startsWith(prefix));
  return found?.kind === 'arm-timer' ? found.dueAt : undefined;
}

/** Addresses of one family, compared as unsigned numbers. */
function isHigher(a: string, b: string): boolean {
  return number(a) > number(b);
}

const numbers = new Map<string, bigint>();

/** The nodes' addresses are few. */
function number(ip: string): bigint {
  const known = numbers.get(ip);
  if (known !== undefined) return known;
  let value: bigint;
  if (ip.includes(':')) {
    const [head = '', tail = ''] = ip.split('::');
    const left = head.split(':').filter(Boolean);
    const right = tail.split(':').filter(Boolean);
    const zeros = new Array<string>(8 - left.length - right.length).fill('0');
    value = [...left, ...zeros, ...right].reduce((sum, w) => sum * 65536n + BigInt(`0x${w}`), 0n);
  } else value = ip.split('.').reduce((sum, word) => sum * 256n + BigInt(word), 0n);
  numbers.set(ip, value);
  return value;
}
