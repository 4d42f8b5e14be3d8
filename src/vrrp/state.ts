/** The engine's state: records that the step functions change in place. */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { ChecksumForm } from './advert.js';
import type { Alarm, AlarmKind } from './alarms.js';
import type { AuthExpectation } from './auth.js';
import type { DesiredAddress } from './desired.js';
import type { InstanceState, VrrpEffect } from './effects.js';
import type { LinkState } from './events.js';
import type { HmacAuth } from './hmac-auth.js';
import type { LastWord } from './last-word.js';
import type { LogLimit } from './log-limit.js';
import type { MissingAddress } from './missing-address.js';
import type { Outbox } from './outbox.js';
import type { Peer } from './peers.js';
import type { Recognised } from './recognition.js';
import type { DropReason } from './rejection.js';
import type { RouterIndex } from './routers.js';
import type {
  InstanceSettings,
  LinkDelay,
  StaticSettings,
  SyncDaemonSettings,
} from './settings.js';
import type { TimerKey, TimerName } from './timers.js';
import type { Contribution, TrackedValue } from './tracking.js';

/** One virtual router. */
export interface Instance {
  settings: InstanceSettings;
  state: InstanceState;
  /** Why it is in this state: a sentence without its full stop. */
  reason: string;
  /** When it came into this state. */
  since: Micros;
  /** What is advertised and compared: 1 to 255. */
  effectivePriority: number;
  /** Active_Adver_Interval (RFC 9568 6.1): in version 3 a backup's is its master's. */
  activeInterval: Micros;
  /** What the tracked things add to the priority; empty without any. */
  contributions: readonly Contribution[];
  /** A tracked thing without a result yet: an instance in INIT waits for it. */
  pending: string | undefined;
  /** Its addresses cannot be set, or could not lately. */
  missingAddress: MissingAddress | undefined;
  /** The operator wants another node to be MASTER: see `standby.ts`. */
  standby: boolean;
  /** Who took over from it while it was leaving: see `departure.ts`. */
  successor: Ip | undefined;
  /** Its master-down timer has run out, and only its sync group holds it back. */
  wantsMaster: boolean;
  /** When `preempt_delay`, once started, is over. */
  preemptAt: Micros | undefined;
  /** The armed timers and their due times. Bounded by the names. */
  readonly timers: Map<TimerName, Micros>;
  /** Their keys, which carry its name; made once. Bounded likewise. */
  readonly timerKeys: Map<TimerName, TimerKey>;
  /** How late the last advert was, against its schedule. */
  advertLate: Micros;
  /** Bursts that the `garp-master` timer still owes. */
  garpBursts: number;
  /** When the last burst after a losing advert went out. */
  lowerPrioBurstAt: Micros | undefined;
  /** The next `garp-lower-prio` burst is to be repeated after `garp_lower_prio_delay`. */
  lowerPrioRepetitionOwed: boolean;
  /** When the last advert outside the schedule answered a losing one. */
  answeredAt: Micros | undefined;
  /** It has asked whether there is a MASTER, and waits for the answer: see `asking.ts`. */
  asking: boolean;
  /** It was MASTER, and the one that is now may not know: see `last-word.ts`. */
  lastWord: LastWord | undefined;
  /** When a losing advert was last told of. */
  toldLosingAt: Micros | undefined;
  group: SyncGroup | undefined;
  /** What is wrong with this instance itself, in keepalived's words; FAULT follows from it. */
  fault: string | undefined;
  /** The source of its packets. */
  source: Source | undefined;
  /** The addresses of its adverts as on the wire. */
  addressBytes: Uint8Array;
  auth: AuthExpectation;
  /** `auth_hmac`, with what was sent and heard. */
  hmac: HmacAuth | undefined;
  /** The adverts with the effective priority, until something in them changes. */
  outgoing: Outgoing | undefined;
  /** The routers that were heard; bounded, see `peers.ts`. */
  readonly peers: Map<Ip, Peer>;
  lastAdvert: { readonly source: Ip; readonly priority: number; readonly at: Micros } | undefined;
  advertsSent: number;
  advertsReceived: number;
  becameMaster: number;
  releasedMaster: number;
  priorityZeroReceived: number;
  priorityZeroSent: number;
  /** What of its addresses, routes and rules something else had removed or changed. */
  kernelRepairs: number;
  /** Bounded by the reasons. */
  readonly rejected: Map<DropReason, number>;
  readonly logLimit: LogLimit;
  /** Bounded by the kinds; see `alarms.ts`. */
  readonly alarms: Map<AlarmKind, Alarm>;
}

/** An address as text and as 4 or 16 bytes. */
export interface Source {
  readonly ip: Ip;
  readonly bytes: Uint8Array;
}

/** An advert before it has its checksum, and as it goes to each destination. */
export interface Outgoing {
  readonly draft: Uint8Array;
  readonly destinations: readonly Ip[];
  /** The orders to send it, which are the same each time; unsigned ones. Bounded by the destinations. */
  readonly sealed: Map<Ip, { readonly form: ChecksumForm; readonly effect: SendAdvert }>;
}

export type SendAdvert = Extract<VrrpEffect, { kind: 'send-advert' }>;

/** `vrrp_sync_group`: its members change state together. */
export interface SyncGroup {
  readonly name: string;
  readonly members: Instance[];
}

/** See `engine.ts`. */
export interface EngineState {
  generation: number;
  /** What the wall clock is ahead of the monotonic one, µs. */
  utcOffset: Micros;
  /** SIGTERM has come: see `departure.ts`. */
  leaving: boolean;
  /** One that has not left yet, while others do. */
  lastToLeave: Instance | undefined;
  /** `vrrp_startup_delay`, `vrrp_delay_after_boot`: nobody becomes MASTER before. */
  notBefore: Micros;
  /**
   * Interfaces that have not received anything since the start, and until when that holds instances
   * back. Bounded by the configuration.
   */
  readonly quiet: Map<string, Micros | undefined>;
  /** SIGTERM was handled: nothing happens any more. */
  stopped: boolean;
  /** By name. Bounded by the configuration, as are the next three. */
  instances: Map<string, Instance>;
  /** By interface, family and VRID: see `routers.ts`. */
  routers: RouterIndex;
  /** The last advert of each: see `recognition.ts`. Bounded by the interfaces in use. */
  readonly recognised: Recognised;
  /** By interface: those that need it. */
  interfaces: ReadonlyMap<string, readonly Instance[]>;
  groups: Map<string, SyncGroup>;
  /** By name. Bounded by the machine's interfaces. */
  links: Map<string, LinkState>;
  /** Changes of interfaces that do not count yet: see `link-delay.ts`. Bounded by `links`. */
  readonly delayedLinks: Map<string, Micros>;
  linkDelays: Readonly<Record<string, LinkDelay>>;
  /** Adverts of virtual routers that are not configured are logged. */
  logUnknownVrids: boolean;
  /** Sockets that do not work, by `transportKey`, and why. Bounded by the interfaces in use. */
  readonly brokenTransports: Map<string, string>;
  /** By `trackKey`; what no configuration tracks any more is dropped. Interfaces are in `links`. */
  readonly tracked: Map<string, TrackedValue>;
  /** The instances that track a thing, by `trackKey`. */
  trackers: Map<string, Instance[]>;
  syncDaemon: SyncDaemonSettings | undefined;
  statics: StaticSettings | undefined;
  /** Why static addresses cannot be set, by address; bounded by their number. */
  readonly staticFailures: Map<string, string>;
  /** Addresses that an earlier configuration had; bounded, see `desired.ts`. */
  readonly retired: Map<string, DesiredAddress>;
  /** Packets of no instance of ours. Bounded by the reasons. */
  readonly rejected: Map<DropReason, number>;
  readonly logLimit: LogLimit;
}

/** A state without a configuration. */
export function createState(): EngineState {
  return {
    generation: 0,
    utcOffset: 0,
    leaving: false,
    lastToLeave: undefined,
    notBefore: 0,
    quiet: new Map(),
    stopped: false,
    instances: new Map(),
    routers: new Map(),
    recognised: new Map(),
    interfaces: new Map(),
    groups: new Map(),
    links: new Map(),
    delayedLinks: new Map(),
    linkDelays: {},
    logUnknownVrids: false,
    brokenTransports: new Map(),
    tracked: new Map(),
    trackers: new Map(),
    syncDaemon: undefined,
    statics: undefined,
    staticFailures: new Map(),
    retired: new Map(),
    rejected: new Map(),
    logLimit: new Map(),
  };
}

/** What every step function works with. */
export interface Step {
  readonly state: EngineState;
  /** When the event happened. */
  readonly at: Micros;
  readonly out: Outbox;
}

/** The instances that change state together with this one, itself included. */
export function unitOf(instance: Instance): readonly Instance[] {
  return instance.group?.members ?? [instance];
}
