/**
 * Planned hand-overs: the operator's standby, remembered here so that it outlives the vrrp process, and
 * the one before a stop.
 */
import { fromSeconds, MICROS_PER_MILLI, type Micros } from '../base/time.js';
import type { StandbyAnswer, StandbyRequest } from '../control/standby.js';
import { longestDeparture } from '../vrrp/departure.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import type { ToVrrp } from './ipc.js';

/**
 * A backup's master-down timer is three intervals and a skew time of less than one (RFC 9568 6.1);
 * a little more for its first advert to come.
 */
const INTERVALS = 4;
const ADVERT_COMES: Micros = fromSeconds(0.2);
/** The vrrp process keeps the time itself; one that does not answer then hangs. */
const ANSWER_COMES: Micros = fromSeconds(0.2);

export class HandOver {
  readonly #send: (message: ToVrrp) => void;
  /** Instances in standby. Bounded by the configuration. */
  readonly #standby = new Set<string>();
  #resignTimer: NodeJS.Timeout | undefined;
  #onLeft: () => void = () => {};

  constructor(send: (message: ToVrrp) => void) {
    this.#send = send;
  }

  /** Does what was asked, or nothing if a name is unknown. */
  request({ names, on, deadlineSeconds }: StandbyRequest, settings: VrrpSettings): StandbyAnswer {
    const groups = new Map(settings.syncGroups.map((group) => [group.name, group.instances]));
    const known = new Map(settings.instances.map((instance) => [instance.name, instance]));
    const unknown = names.filter((name) => !groups.has(name) && !known.has(name));
    if (unknown.length > 0) return { instances: [], deadline: 0, unknown };
    const concerned = new Set(names.flatMap((name) => groups.get(name) ?? [name]));
    for (const members of groups.values()) {
      if (members.some((member) => concerned.has(member))) {
        for (const member of members) concerned.add(member);
      }
    }
    const instances = [...concerned];
    for (const name of instances) {
      if (on) this.#standby.add(name);
      else this.#standby.delete(name);
    }
    this.#send({ kind: 'standby', instances, on });
    if (!on) return { instances, deadline: 0, unknown };
    const deadline =
      deadlineSeconds === undefined
        ? defaultDeadline(instances.flatMap((name) => known.get(name)?.advertInterval ?? []))
        : fromSeconds(deadlineSeconds);
    if (this.#resignTimer) clearTimeout(this.#resignTimer);
    this.#resignTimer = setTimeout(
      () => this.#send({ kind: 'resign', instances: [...this.#standby] }),
      deadline / MICROS_PER_MILLI,
    );
    return { instances, deadline, unknown };
  }

  /** A vrrp process was configured: it may be a new one. */
  configured(settings: VrrpSettings): void {
    const names = new Set(settings.instances.map(({ name }) => name));
    for (const name of this.#standby) if (!names.has(name)) this.#standby.delete(name);
    const instances = [...this.#standby];
    if (instances.length > 0) this.#send({ kind: 'standby', instances, on: true });
  }

  /**
   * Before a stop: lets another node take over while this one still serves. Resolves when one has, when
   * {@link left} says that there is nothing to wait for, or when the time is up; bounded.
   */
  leave(settings: VrrpSettings): Promise<void> {
    if (this.#resignTimer) clearTimeout(this.#resignTimer);
    const limit = longestDeparture(settings.instances) + ANSWER_COMES;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limit / MICROS_PER_MILLI);
      this.#onLeft = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#send({ kind: 'leave' });
    });
  }

  /** The vrrp process has left or is dead, or there is no more time. */
  left(): void {
    this.#onLeft();
  }
}

function defaultDeadline(intervals: readonly Micros[]): Micros {
  return INTERVALS * Math.max(0, ...intervals) + ADVERT_COMES;
}
