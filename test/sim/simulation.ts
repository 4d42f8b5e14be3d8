/**
 * Some nodes on a fake wire. For a while everything goes wrong that a seed can think of; then the
 * network heals, and from there on:
 *
 * - after an interval (and the delays) no two nodes are MASTER for longer than an advert travels;
 * - nobody is MASTER for no longer than the longest down interval;
 * - in the end exactly one is, the best one if all preempt, with the address, and nothing changes
 *   any more;
 * - a MASTER that heard a losing advert has announced itself after the loser did;
 * - no group is half MASTER for longer than a step.
 */
import { ipToBytes } from '../../src/base/ip.js';
import { desiredKernel } from '../../src/vrrp/desired.js';
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import type { InstanceSettings, VrrpSettings } from '../../src/vrrp/settings.js';
import { instanceSettings, linkState, virtualAddress } from '../unit/vrrp/fixture.js';
import { MAX_LATENESS, type NodeWorld, SimNode } from './node.js';
import { Random } from './random.js';
import { ORDER, Schedule } from './schedule.js';

/** The longest that an advert travels, µs. */
const MAX_DELAY = 1_500;

interface Plan {
  readonly version: 2 | 3;
  readonly interval: number;
  readonly preempt: boolean;
  readonly preemptDelay: number;
  readonly grouped: boolean;
  readonly priorities: readonly number[];
}

export class Simulation implements NodeWorld {
  readonly schedule = new Schedule();
  readonly random: Random;
  readonly violations: string[] = [];
  /** What happened, for a failing seed and for the comparison of two runs. */
  readonly history: string[] = [];
  readonly #plan: Plan;
  readonly #nodes: SimNode[];
  readonly #names: readonly string[];
  /** `from>to`: that way is cut. */
  readonly #cut = new Set<string>();
  #loss = 0;
  #duplication = 0;
  #healedAt = Number.POSITIVE_INFINITY;
  /** Per instance: since when there are how many masters. */
  readonly #masters = new Map<string, { count: number; since: number }>();
  readonly #announcedAt = new Map<string, number>();
  /** `instance winner loser`: when the winner last heard the loser lose. */
  readonly #lostAt = new Map<string, number>();
  #lastChange = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.#plan = this.#makePlan();
    this.#names = this.#plan.grouped ? ['VI_1', 'VI_2'] : ['VI_1'];
    for (const name of this.#names) this.#masters.set(name, { count: 0, since: 0 });
    this.#nodes = this.#plan.priorities.map((_, i) => this.#makeNode(i));
  }

  /** Runs it all; what must never be is in `violations`. */
  run(): void {
    const { interval } = this.#plan;
    const chaos = 30 * interval;
    for (const node of this.#nodes) {
      this.schedule.at(this.random.int(0, 2 * interval), () => node.start());
    }
    for (let t = this.random.int(0, 2 * interval); t < chaos; ) {
      this.schedule.at(t, () => this.#disturb(chaos));
      t += this.random.int(interval / 10, 4 * interval);
    }
    this.schedule.runUntil(chaos);
    this.#heal();
    const down = this.#longestDownInterval();
    const settled = chaos + 4 * down + this.#plan.preemptDelay;
    this.schedule.runUntil(settled);
    this.#checkEnd();
    const { length } = this.violations;
    const quietSince = settled;
    this.schedule.runUntil(settled + 3 * down);
    if (this.#lastChange > quietSince) this.violated('still changing after everything settled');
    if (this.violations.length === length) this.#checkEnd();
    for (const name of this.#names) this.#countMasters(name);
  }

  // --- NodeWorld -----------------------------------------------------------------------------

  send(from: SimNode, effect: Extract<VrrpEffect, { kind: 'send-advert' }>): void {
    const { packet, source, destination, interface: name } = effect;
    if (!from.links.some((link) => link.name === name && link.up)) return;
    const datagram = withHeader(packet, source, destination);
    for (const to of this.#nodes) {
      if (to === from || this.#cut.has(`${from.name}>${to.name}`)) continue;
      for (let copy = this.random.chance(this.#duplication) ? 2 : 1; copy > 0; copy--) {
        if (this.random.chance(this.#loss)) continue;
        const delay = this.random.int(50, MAX_DELAY);
        this.schedule.at(
          this.schedule.now + delay,
          () => this.#deliver(from, to, effect.instance, name, datagram),
          ORDER.packet,
        );
      }
    }
  }

  stateChanged(node: SimNode, instance: string, to: InstanceState): void {
    this.#lastChange = this.schedule.now;
    this.history.push(`${this.schedule.now} ${node.name} ${instance} ${to}`);
    this.#countMasters(instance);
  }

  announced(node: SimNode, instance: string): void {
    this.#announcedAt.set(`${instance} ${node.name}`, this.schedule.now);
  }

  violated(text: string): void {
    this.violations.push(`at ${this.schedule.now}: ${text}`);
  }

  // --- the wire ------------------------------------------------------------------------------

  #deliver(from: SimNode, to: SimNode, instance: string, name: string, datagram: Uint8Array): void {
    const before = to.state(instance);
    to.receive(name, datagram);
    const lost = before === 'MASTER' && to.state(instance) === 'MASTER' && datagram[22] !== 0;
    if (lost) this.#lostAt.set(`${instance} ${to.name} ${from.name}`, this.schedule.now);
  }

  /**
   * Judges the time that ends now, and counts anew. The count may pass through intermediate values
   * within one instant; those last no time and are never judged.
   */
  #countMasters(instance: string): void {
    const now = this.schedule.now;
    const entry = this.#masters.get(instance);
    if (!entry) return;
    const count = this.#nodes.filter((node) => node.state(instance) === 'MASTER').length;
    const { interval } = this.#plan;
    const from = Math.max(entry.since, this.#healedAt);
    if (entry.count === 0 && now - from > this.#longestDownInterval() + MAX_LATENESS + MAX_DELAY) {
      this.violated(`${instance}: no MASTER from ${from}`);
    }
    // Each MASTER advertises within an interval; a hand-over takes as long as an advert travels.
    const advertised = this.#healedAt + interval + MAX_DELAY + MAX_LATENESS;
    const dual = now - Math.max(entry.since, advertised);
    if (entry.count > 1 && dual > MAX_DELAY) {
      this.violated(`${instance}: ${entry.count} MASTERs from ${entry.since}`);
    }
    if (count !== entry.count) this.#masters.set(instance, { count, since: now });
  }

  #checkEnd(): void {
    for (const instance of this.#names) {
      this.#countMasters(instance);
      const masters = this.#nodes.filter((node) => node.state(instance) === 'MASTER');
      const [master] = masters;
      if (!master || masters.length !== 1) {
        this.violated(`${instance}: ${masters.length} MASTERs in the end`);
        continue;
      }
      const priorityOf = (node: SimNode): number => node.settings.instances[0]?.priority ?? 0;
      const best = Math.max(...this.#nodes.map(priorityOf));
      if (this.#plan.preempt && priorityOf(master) !== best) {
        this.violated(
          `${instance}: ${master.name} is MASTER with ${priorityOf(master)}, not ${best}`,
        );
      }
      const present = desiredKernel(master.engine).addresses.filter((entry) => entry.present);
      if (present.length !== this.#names.length) this.violated(`${master.name}: addresses missing`);
      this.#checkAnnouncements(instance, master);
    }
    const owners = this.#names.map((name) =>
      this.#nodes.findIndex((node) => node.state(name) === 'MASTER'),
    );
    if (new Set(owners).size > 1) this.violated('the group has two owners');
  }

  #checkAnnouncements(instance: string, master: SimNode): void {
    const own = this.#announcedAt.get(`${instance} ${master.name}`) ?? -1;
    for (const loser of this.#nodes) {
      const lost = this.#lostAt.get(`${instance} ${master.name} ${loser.name}`);
      const theirs = this.#announcedAt.get(`${instance} ${loser.name}`);
      if (lost === undefined || theirs === undefined || lost < theirs) continue;
      if (own < theirs) this.violated(`${instance}: ${loser.name} announced last`);
    }
  }

  // --- what a seed decides -------------------------------------------------------------------

  #makePlan(): Plan {
    const version = this.random.pick([2, 3] as const);
    const nodes = this.random.int(2, 5);
    const grouped = this.random.chance(0.3);
    const interval = version === 2 ? 1_000_000 : this.random.pick([10_000, 100_000, 1_000_000]);
    const pool = Array.from({ length: nodes }, () => this.random.int(1, 254));
    // Equal priorities in a group could be decided differently on its two networks.
    if (this.random.chance(0.3) && !grouped) pool[1] = pool[0] as number;
    if (grouped)
      pool.forEach((_, i) => {
        pool[i] = 20 + 40 * i + this.random.int(0, 30);
      });
    if (this.random.chance(0.1)) pool[0] = 255;
    return {
      version,
      interval,
      preempt: this.random.chance(0.7),
      preemptDelay: this.random.chance(0.2) ? this.random.int(1, 5) * interval : 0,
      grouped,
      priorities: pool,
    };
  }

  #makeNode(index: number): SimNode {
    const host = this.random.int(1, 45) * 5 + index;
    const links = [
      linkState({ addresses: [`10.0.0.${host}`] }),
      linkState({ index: 3, name: 'eth1', addresses: [`10.1.0.${host}`] }),
    ];
    return new SimNode(
      `n${index}`,
      this.#settingsOf(this.#plan.priorities[index] as number),
      links,
      this,
    );
  }

  #settingsOf(priority: number): VrrpSettings {
    const { version, interval, preempt, preemptDelay } = this.#plan;
    const common: Partial<InstanceSettings> = {
      version,
      priority,
      advertInterval: interval,
      preempt,
      preemptDelay,
      garp: {
        masterDelay: interval,
        masterRepeat: 1,
        masterRefresh: 0,
        masterRefreshRepeat: 1,
        lowerPrioDelay: interval,
        lowerPrioRepeat: 1,
      },
    };
    const second: Partial<InstanceSettings> = {
      name: 'VI_2',
      interface: 'eth1',
      virtualRouterId: 52,
      virtualAddresses: [virtualAddress('10.1.0.100', { interface: 'eth1' })],
    };
    const instances = [instanceSettings(common)];
    if (!this.#plan.grouped) return { instances, syncGroups: [] };
    instances.push(instanceSettings({ ...common, ...second }));
    return { instances, syncGroups: [{ name: 'G', instances: ['VI_1', 'VI_2'] }] };
  }

  #disturb(end: number): void {
    const { random, schedule } = this;
    const { interval } = this.#plan;
    const node = random.pick(this.#nodes);
    const left = end - schedule.now;
    switch (random.int(0, 9)) {
      case 0:
        // One-way or both ways, between some.
        for (const a of this.#nodes) {
          for (const b of this.#nodes) if (random.chance(0.4)) this.#cut.add(`${a.name}>${b.name}`);
        }
        this.history.push(`${schedule.now} cut ${[...this.#cut].join(' ')}`);
        return;
      case 1:
      case 2:
        this.#cut.clear();
        return;
      case 3: {
        const duration = Math.min(left, random.int(interval / 10, 8 * interval));
        this.history.push(`${schedule.now} ${node.name} stalls for ${duration}`);
        node.stall(duration);
        return;
      }
      case 4:
        this.history.push(`${schedule.now} ${node.name} crashes`);
        node.crash();
        return;
      case 5:
        this.history.push(`${schedule.now} ${node.name} stops`);
        node.stop();
        return;
      case 6:
        node.start();
        return;
      case 7: {
        const link = random.int(0, this.#plan.grouped ? 1 : 0);
        node.setLink(link, random.chance(0.5));
        return;
      }
      case 8:
        this.#loss = random.pick([0, 0.1, 0.3, 0.9]);
        this.#duplication = random.pick([0, 0.2]);
        return;
      case 9:
        if (node.alive && !this.#plan.grouped) node.settings = this.#settingsOf(random.int(1, 254));
        if (node.alive) node.configure();
        return;
    }
  }

  #heal(): void {
    this.#cut.clear();
    this.#loss = 0;
    this.#duplication = 0;
    this.#healedAt = this.schedule.now;
    this.history.push(`${this.schedule.now} healed`);
    for (const node of this.#nodes) {
      node.start();
      node.links.forEach((link, i) => {
        if (!link.up) node.setLink(i, true);
      });
    }
    for (const entry of this.#masters.values()) entry.since = this.schedule.now;
    for (const name of this.#names) this.#countMasters(name);
  }

  /** Three intervals and the longest skew; a group may have to wait once more. */
  #longestDownInterval(): number {
    const { version, interval, grouped } = this.#plan;
    const down = 3 * interval + (version === 2 ? 1_000_000 : interval);
    return grouped ? 2 * down : down;
  }
}

/** What a raw socket delivers: the packet behind an IPv4 header. */
function withHeader(packet: Uint8Array, source: string, destination: string): Uint8Array {
  const datagram = new Uint8Array(20 + packet.length);
  datagram.set([0x45, 0xc0, 0, datagram.length, 0, 0, 0, 0, 255, 112]);
  datagram.set(ipToBytes(source), 12);
  datagram.set(ipToBytes(destination), 16);
  datagram.set(packet, 20);
  return datagram;
}
