/** What the engine tells of itself: plain data for status, metrics and explanations. */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import type { ChecksumForm } from './advert.js';
import type { AlarmKind } from './alarms.js';
import type { InstanceState } from './effects.js';
import { type HoldBack, holdBackOf } from './hold-back.js';
import { downInterval } from './instance.js';
import type { EngineState, Instance, SyncGroup } from './state.js';
import type { Contribution } from './tracking.js';

export interface InstanceSnapshot {
  readonly name: string;
  readonly state: InstanceState;
  /** Why it is in this state: a sentence. */
  readonly reason: string;
  /** Microseconds since the last transition. */
  readonly inStateFor: number;
  readonly interface: string;
  /** The source of its adverts, if there is one. */
  readonly source?: Ip;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly priority: number;
  readonly effectivePriority: number;
  /** The operator has told it to let another node be MASTER (`tandem failover`). */
  readonly standby: boolean;
  /** What each tracked thing is, and adds to the priority. */
  readonly contributions: readonly Contribution[];
  /** The interval in force, µs: in version 3 a backup's is its master's. */
  readonly advertInterval: number;
  /** `advert_int`, µs. */
  readonly configuredInterval: number;
  readonly addresses: readonly Ip[];
  /** false: `nopreempt`. */
  readonly preempt: boolean;
  /** Active_Down_Interval (RFC 9568 6.1), µs. */
  readonly downInterval: number;
  /** Microseconds until the master-down timer runs out; only while it is armed. */
  readonly masterDownIn?: number;
  /**
   * Why its master-down timer is longer than usual: its link has not passed traffic yet, or
   * `vrrp_startup_delay` or `vrrp_delay_after_boot` is not over.
   */
  readonly heldBack?: HoldBack;
  /** Microseconds until `preempt_delay` is over; only while it counts. */
  readonly preemptIn?: number;
  /** A tracked thing without a result yet, for which the start waits. */
  readonly pending?: string;
  /** Its sync group. */
  readonly group?: string;
  readonly lastAdvert?: {
    readonly source: Ip;
    readonly priority: number;
    /** Microseconds ago. */
    readonly ago: number;
  };
  /** The routers that were heard, the one heard last at the end. */
  readonly peers: readonly {
    readonly source: Ip;
    readonly priority: number;
    /** Microseconds since its first advert. */
    readonly firstAgo: number;
    /** Microseconds since its last advert. */
    readonly ago: number;
    readonly adverts: number;
    readonly checksum: ChecksumForm;
  }[];
  readonly advertsSent: number;
  readonly advertsReceived: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  /** How much of its addresses, routes and rules something else removed or changed; none if absent. */
  readonly kernelRepairs?: number;
  /** Packets of this instance's VRID that were rejected, by reason. */
  readonly rejected: Readonly<Record<string, number>>;
  /** What a person should look at now. */
  readonly alarms: readonly AlarmSnapshot[];
}

export interface AlarmSnapshot {
  readonly kind: AlarmKind;
  /** A sentence without its full stop. */
  readonly text: string;
  /** Who causes it. */
  readonly source?: Ip;
  /** Its hardware address, if this node knows it. */
  readonly mac?: string;
  /** Microseconds since it was seen for the first time, and for the last. */
  readonly firstAgo: number;
  readonly ago: number;
  readonly sightings: number;
}

export interface VrrpSnapshot {
  readonly generation: number;
  readonly instances: readonly InstanceSnapshot[];
  readonly syncGroups: readonly { readonly name: string; readonly state: InstanceState }[];
  /** Packets that belong to no instance of ours, by reason (unknown VRID, too short …). */
  readonly rejected: Readonly<Record<string, number>>;
}

/**
 * What the engine tells of itself.
 *
 * @param now monotonic µs: ages are relative to it.
 */
export function snapshot(state: EngineState, now: Micros): VrrpSnapshot {
  return {
    generation: state.generation,
    instances: [...state.instances.values()].map((instance) =>
      instanceSnapshot(state, instance, now),
    ),
    syncGroups: [...state.groups.values()].map((group) => ({
      name: group.name,
      state: groupState(group),
    })),
    rejected: Object.fromEntries(state.rejected),
  };
}

function instanceSnapshot(state: EngineState, instance: Instance, now: Micros): InstanceSnapshot {
  const { settings, lastAdvert } = instance;
  const masterDown = instance.timers.get('master-down');
  const heldBack = holdBackOf(state, instance, now);
  return {
    name: settings.name,
    state: instance.state,
    reason: instance.reason,
    inStateFor: now - instance.since,
    interface: settings.interface,
    ...(instance.source && { source: instance.source.ip }),
    virtualRouterId: settings.virtualRouterId,
    version: settings.version,
    priority: settings.priority,
    effectivePriority: instance.effectivePriority,
    standby: instance.standby,
    contributions: instance.contributions,
    advertInterval: instance.activeInterval,
    configuredInterval: settings.advertInterval,
    addresses: settings.virtualAddresses.map((entry) => entry.address),
    preempt: settings.preempt,
    downInterval: downInterval(instance),
    ...(masterDown !== undefined && { masterDownIn: masterDown - now }),
    ...(heldBack && { heldBack }),
    ...(instance.preemptAt !== undefined && { preemptIn: instance.preemptAt - now }),
    ...(instance.pending !== undefined && { pending: instance.pending }),
    ...(instance.group && { group: instance.group.name }),
    ...(lastAdvert && {
      lastAdvert: {
        source: lastAdvert.source,
        priority: lastAdvert.priority,
        ago: now - lastAdvert.at,
      },
    }),
    peers: [...instance.peers.values()]
      .sort((a, b) => a.heardAt - b.heardAt)
      .map(({ firstAt, heardAt, pause: _, ...peer }) => ({
        ...peer,
        firstAgo: now - firstAt,
        ago: now - heardAt,
      })),
    advertsSent: instance.advertsSent,
    advertsReceived: instance.advertsReceived,
    becameMaster: instance.becameMaster,
    releasedMaster: instance.releasedMaster,
    priorityZeroReceived: instance.priorityZeroReceived,
    priorityZeroSent: instance.priorityZeroSent,
    ...(instance.kernelRepairs > 0 && { kernelRepairs: instance.kernelRepairs }),
    rejected: Object.fromEntries(instance.rejected),
    alarms: alarmSnapshots(instance, now),
  };
}

function alarmSnapshots(instance: Instance, now: Micros): AlarmSnapshot[] {
  return [...instance.alarms.values()]
    .filter(({ raised }) => raised)
    .map(({ kind, text, source, since, lastAt, sightings }) => ({
      kind,
      text,
      ...(source !== undefined && { source }),
      firstAgo: now - since,
      ago: now - lastAt,
      sightings,
    }));
}

/** The state that the members share; while they differ, the one that is least MASTER. */
function groupState(group: SyncGroup): InstanceState {
  const states = new Set(group.members.map((member) => member.state));
  return (['FAULT', 'INIT', 'BACKUP', 'MASTER'] as const).find((s) => states.has(s)) ?? 'INIT';
}
