/**
 * The order and pace of announcements. Every address has its first packet before any has its second, so
 * that the last of thousands does not wait for five of each before it. With `vrrp_garp_interval`,
 * `vrrp_gna_interval` or a `garp_group`, packets of a lane keep a distance; without, they go at once, a bounded
 * number in a turn: adverts and packets that come in must not wait for thousands.
 *
 * What is no longer wanted is thrown away before it is sent: a node that has lost must not announce.
 */
import { familyOf, type Ip } from '../base/ip.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import type { PaceSettings } from '../vrrp/settings.js';

/** One address on one interface. */
export interface AnnouncedAddress {
  readonly interface: string;
  readonly address: Ip;
}

export interface AnnouncementQueueOptions {
  /** Sends one packet; false: the buffer is full, and it has to wait. Throws when it cannot be sent. */
  send(target: AnnouncedAddress): boolean;
  /** The first of its packets has been sent. */
  onSent(target: AnnouncedAddress, repeat: number): void;
  /** Its packets could not be sent, and are not tried again. */
  onError(target: AnnouncedAddress, error: Error): void;
  now(): Micros;
  /** Calls back after a while. */
  later(wait: Micros, run: () => void): void;
}

interface Entry {
  readonly target: AnnouncedAddress;
  left: number;
  /** As asked for; 0: has been told of. */
  repeat: number;
}

/** Packets that share a distance. */
interface Lane {
  interval: Micros;
  nextAt: Micros;
  waits: boolean;
  /** The buffer was full when it was last tried. */
  isFull: boolean;
  /** Pushed since it was last run: their first packets are sent at once. Bounded like the entries. */
  fresh: string[];
  /** By interface and address, so bounded by the configuration. */
  readonly entries: Map<string, Entry>;
}

/** Timers have a grain of a millisecond: what falls into one grain is sent together. */
const GRAIN: Micros = MICROS_PER_MILLI;
/** So many packets of a lane are sent before other work has its turn. */
const PACKETS_A_TURN = 512;

export class AnnouncementQueue {
  readonly #options: AnnouncementQueueOptions;
  #pace: PaceSettings | undefined;
  /** Bounded by the interfaces, two families each. */
  readonly #lanes = new Map<string, Lane>();
  #closed = false;

  constructor(options: AnnouncementQueueOptions) {
    this.#options = options;
  }

  /** Takes over the configured distances, also for what waits. */
  setPace(pace: PaceSettings | undefined): void {
    this.#pace = pace;
    const waiting = [...this.#lanes.values()].flatMap((lane) => [...lane.entries.values()]);
    // Their timers still run out.
    for (const { entries } of this.#lanes.values()) entries.clear();
    this.#lanes.clear();
    for (const { target, left, repeat } of waiting) this.#put(target, left, repeat);
    for (const lane of this.#lanes.values()) this.#run(lane);
  }

  /** Announces addresses, `repeat` packets each; what waits for one of them already counts. */
  push(targets: readonly AnnouncedAddress[], repeat: number): void {
    const lanes = new Set(targets.map((target) => this.#put(target, repeat, repeat)));
    for (const lane of lanes) {
      if (lane.interval === 0 && !lane.isFull) this.#sendNew(lane);
      else this.#run(lane);
    }
  }

  /** Throws away what waits and is not wanted any more. */
  retain(isWanted: (target: AnnouncedAddress) => boolean): void {
    for (const { entries } of this.#lanes.values()) {
      for (const [key, { target }] of entries) if (!isWanted(target)) entries.delete(key);
    }
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    for (const { entries } of this.#lanes.values()) if (entries.size > 0) return false;
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#lanes.clear();
  }

  #put(target: AnnouncedAddress, left: number, repeat: number): Lane {
    const { name, interval } = laneOf(this.#pace, target);
    let lane = this.#lanes.get(name);
    if (!lane) {
      lane = { interval, nextAt: 0, waits: false, isFull: false, fresh: [], entries: new Map() };
      this.#lanes.set(name, lane);
    }
    const key = `${target.interface} ${target.address}`;
    const known = lane.entries.get(key);
    if (known) known.left = Math.max(known.left, left);
    else {
      lane.entries.set(key, { target, left, repeat });
      if (interval === 0 && repeat > 0) lane.fresh.push(key);
    }
    return lane;
  }

  /**
   * The first packet of each that has none yet, at once; what is to be repeated comes a moment later, so
   * that it holds back neither adverts nor the first packets of those that follow.
   */
  #sendNew(lane: Lane): void {
    if (this.#closed) return;
    const keys = lane.fresh.slice(0, PACKETS_A_TURN);
    lane.fresh = [];
    for (const key of keys) {
      const entry = lane.entries.get(key);
      if (entry && entry.repeat > 0 && !this.#sendOne(lane, key, entry)) break;
    }
    if (lane.entries.size > 0 && !lane.waits) this.#continueLater(lane, GRAIN);
  }

  /** Sends what may be sent now, and plans the rest. */
  #run(lane: Lane): void {
    if (lane.waits || this.#closed) return;
    lane.isFull = false;
    lane.fresh = [];
    const now = this.#options.now();
    lane.nextAt = Math.max(lane.nextAt, now);
    const until = lane.interval === 0 ? Number.POSITIVE_INFINITY : now + GRAIN;
    let left = PACKETS_A_TURN;
    while (lane.entries.size > 0 && lane.nextAt < until && left-- > 0) {
      if (!this.#sendFirst(lane)) {
        this.#continueLater(lane, GRAIN);
        return;
      }
      lane.nextAt += lane.interval;
    }
    if (lane.entries.size > 0) this.#continueLater(lane, lane.nextAt - now);
  }

  #continueLater(lane: Lane, wait: Micros): void {
    lane.waits = true;
    this.#options.later(wait, () => {
      lane.waits = false;
      this.#run(lane);
    });
  }

  /** One packet of the first in the row, who then goes to its end. */
  #sendFirst(lane: Lane): boolean {
    const [first] = lane.entries;
    return first ? this.#sendOne(lane, ...first) : true;
  }

  /** One packet; false: the buffer is full. */
  #sendOne(lane: Lane, key: string, entry: Entry): boolean {
    try {
      if (!this.#options.send(entry.target)) {
        lane.isFull = true;
        return false;
      }
    } catch (error) {
      lane.entries.delete(key);
      this.#options.onError(entry.target, error as Error);
      return true;
    }
    lane.entries.delete(key);
    entry.left--;
    if (entry.repeat > 0) this.#options.onSent(entry.target, entry.repeat);
    entry.repeat = 0;
    if (entry.left > 0) lane.entries.set(key, entry);
    return true;
  }
}

/** Which packets a packet keeps its distance from, and which distance. */
function laneOf(
  pace: PaceSettings | undefined,
  { interface: name, address }: AnnouncedAddress,
): { readonly name: string; readonly interval: Micros } {
  const family = familyOf(address);
  const field = family === 4 ? 'garpInterval' : 'gnaInterval';
  const group = pace?.groups.find(({ interfaces }) => interfaces.includes(name));
  const interval = (group ?? pace)?.[field] ?? 0;
  if (!group?.shared) return { name: `${family} ${name}`, interval };
  return { name: `${family} group ${group.interfaces.join(' ')}`, interval };
}
