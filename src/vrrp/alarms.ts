/**
 * What a person should be woken for, and no single packet shows: two MASTERs, another virtual router
 * with our VRID, a MASTER that has never heard anybody. An alarm changes no state of the protocol; it
 * is logged when it begins and when it ends, and the status shows it in between.
 *
 *     sighting, sighting, sighting (1 s or more in all) -> raised, logged
 *     no sighting for a while                           -> over, logged
 */
import { type Ip, ipFromBytes } from '../base/ip.js';
import { MICROS_PER_SECOND, type Micros } from '../base/time.js';
import type { Advert } from './advert.js';
import { armTimer, log } from './instance.js';
import { decodeIp } from './ip-header.js';
import type { DropReason, RejectedPacket } from './rejection.js';
import type { Instance, Step } from './state.js';

export type AlarmKind =
  /** Two MASTERs: one that should have yielded goes on. */
  | 'split-brain'
  /** Another router uses our VRID, with something else in its adverts. */
  | 'foreign-router'
  /** MASTER for long, and no other router was ever heard. */
  | 'never-heard-a-peer';

/** One alarm of an instance, or what may become one. */
export interface Alarm {
  readonly kind: AlarmKind;
  readonly source: Ip | undefined;
  /** A sentence without its full stop. */
  text: string;
  raised: boolean;
  readonly since: Micros;
  lastAt: Micros;
  sightings: number;
}

/** So many sightings over so long: a loser's last adverts are on the way when the winner speaks. */
const SIGHTINGS = 3;
const LEAST_TIME: Micros = MICROS_PER_SECOND;
/** Without a sighting for so long, or for so many intervals, it is over. */
const HOLD: Micros = 10 * MICROS_PER_SECOND;
const HOLD_INTERVALS = 4;
/** How long a MASTER may be alone before it is said. */
const ALONE: Micros = 60 * MICROS_PER_SECOND;
const ALONE_INTERVALS = 10;
/** How many addresses of a foreign advert are named. */
const NAMED = 4;

/** What tells of another configuration under our VRID, in words that follow `its adverts `. */
const FOREIGN: { readonly [K in DropReason]?: string } = {
  'address-count-mismatch': 'have another number of addresses',
  'address-list-mismatch': 'have other addresses',
  'wrong-vrrp-version': 'are of another version',
  'auth-type-mismatch': 'have another auth_type',
  'auth-failed': 'have another auth_pass',
  'interval-mismatch': 'have another advert_int',
  'hmac-missing': 'are not signed (auth_hmac)',
  'hmac-unknown-key': 'are signed with a key that is not configured',
  'hmac-invalid': 'are signed with another key',
  'own-advert': 'come from our own address',
};

/** A MASTER heard an advert that loses against its own: its sender should hear that, and yield. */
export function onLosingAdvertHeard(
  step: Step,
  instance: Instance,
  { priority }: Advert,
  source: Ip,
): void {
  sight(
    step,
    instance,
    'split-brain',
    source,
    () =>
      `split brain suspected: ${source} is MASTER too, with priority ${priority}, ours is ${instance.effectivePriority}: it does not hear our adverts`,
  );
}

/** A packet for our VRID was dropped. Costs little, as anybody can send such packets. */
export function onRejected(
  step: Step,
  instance: Instance,
  reason: DropReason,
  packet: RejectedPacket,
): void {
  const differs = FOREIGN[reason];
  if (differs === undefined) return;
  const known = instance.alarms.get('foreign-router');
  const source = known?.source ?? sourceOf(packet.datagram);
  if (source === undefined) return;
  sight(step, instance, 'foreign-router', source, () => {
    const named = reason.startsWith('address-') ? addressesOf(packet.datagram) : '';
    return `another router uses virtual_router_id ${instance.settings.virtualRouterId} on ${packet.interface}: ${sourceOf(packet.datagram)}; its adverts ${differs}${named}`;
  });
}

/** An advert is due: whether a MASTER is alone for suspiciously long. */
export function onMasterAdvert(step: Step, instance: Instance): void {
  if (instance.peers.size > 0 || instance.alarms.has('never-heard-a-peer')) return;
  const long = Math.max(ALONE, ALONE_INTERVALS * instance.settings.advertInterval);
  if (step.at - instance.since < long) return;
  const text =
    'MASTER and never heard a peer: if another node is MASTER too, adverts do not arrive';
  const kind = 'never-heard-a-peer';
  const { since } = instance;
  const alarm = { kind, source: undefined, text, since, lastAt: step.at, sightings: 1 } as const;
  instance.alarms.set(kind, { ...alarm, raised: true });
  log(step, instance, 'notice', 'alarm', text, { alarm: kind });
}

/** Another router was heard, whatever it said. */
export function onPeerHeard(step: Step, instance: Instance): void {
  const alone = instance.alarms.get('never-heard-a-peer');
  if (alone) end(step, instance, alone, 'a peer was heard');
}

/** What only a MASTER can be is over when it is none any more. */
export function onNotMaster(step: Step, instance: Instance): void {
  instance.alarms.delete('never-heard-a-peer');
  const split = instance.alarms.get('split-brain');
  if (split) end(step, instance, split, 'not MASTER any more');
}

/** The `alarm` timer: ends what was not seen again. */
export function onAlarmDue(step: Step, instance: Instance): void {
  const hold = holdOf(instance);
  for (const alarm of [...instance.alarms.values()]) {
    if (alarm.kind === 'never-heard-a-peer' || !alarm.raised) continue;
    if (step.at - alarm.lastAt >= hold) end(step, instance, alarm, 'not seen any more');
  }
  const timed = [...instance.alarms.values()].filter(
    ({ kind, raised }) => raised && kind !== 'never-heard-a-peer',
  );
  if (timed.length === 0) return;
  armTimer(step, instance, 'alarm', Math.min(...timed.map(({ lastAt }) => lastAt + hold)));
}

function sight(
  step: Step,
  instance: Instance,
  kind: AlarmKind,
  source: Ip,
  describe: () => string,
): void {
  const { at } = step;
  const known = instance.alarms.get(kind);
  const hold = holdOf(instance);
  const stale = known && !known.raised && (known.source !== source || at - known.lastAt >= hold);
  if (!known || stale) {
    // Its sentence is made when it is raised: most never are.
    const alarm = { kind, source, text: '', raised: false, since: at, lastAt: at, sightings: 1 };
    instance.alarms.set(kind, alarm);
    return;
  }
  known.sightings++;
  known.lastAt = at;
  if (known.raised || known.sightings < SIGHTINGS || at - known.since < LEAST_TIME) return;
  known.raised = true;
  known.text = describe();
  log(step, instance, 'warning', 'alarm', known.text, { alarm: kind, source });
  if (!instance.timers.has('alarm')) armTimer(step, instance, 'alarm', at + hold);
}

function end(step: Step, instance: Instance, alarm: Alarm, why: string): void {
  instance.alarms.delete(alarm.kind);
  if (!alarm.raised) return;
  const title = {
    'split-brain': 'split brain',
    'foreign-router': 'foreign router',
    'never-heard-a-peer': 'never heard a peer',
  }[alarm.kind];
  const text = `${title} is over: ${why}`;
  log(step, instance, 'notice', 'alarm-over', text, { alarm: alarm.kind });
}

function holdOf({ activeInterval, settings }: Instance): Micros {
  return Math.max(HOLD, HOLD_INTERVALS * Math.max(activeInterval, settings.advertInterval));
}

function sourceOf(datagram: Uint8Array): Ip | undefined {
  const ip = decodeIp(datagram);
  return ip.ok ? ipFromBytes(ip.value.source) : undefined;
}

/** The addresses of an advert that need not be well-formed: `: 192.0.2.1, 192.0.2.2`. */
function addressesOf(datagram: Uint8Array): string {
  const ip = decodeIp(datagram);
  if (!ip.ok) return '';
  const { payload, source } = ip.value;
  const named: Ip[] = [];
  // RFC 9568 5.1: 8 bytes, then the addresses, `count` of them.
  const count = payload[3] ?? 0;
  for (let i = 0; i < count; i++) {
    const bytes = payload.subarray(8 + i * source.length, 8 + (i + 1) * source.length);
    if (bytes.length < source.length) break;
    named.push(ipFromBytes(bytes));
  }
  if (named.length === 0) return '';
  const more = named.length > NAMED ? ', …' : '';
  return `: ${named.slice(0, NAMED).join(', ')}${more}`;
}
