/**
 * Some nodes on a fake wire. For a while everything goes wrong that a seed can think of; then the
 * network heals, and from there on:
 *
 * - after an interval (and the delays) no two nodes are MASTER for longer than an advert travels;
 * - nobody is MASTER for no longer than the longest down interval;
 * - in the end exactly one is, the best one if all preempt, with the address, and nothing changes
 *   any more;
 * - a MASTER that heard a losing advert has announced itself after the loser did, and with
 *   `higher_prio_send_advert` every MASTER has, even if all it could hear was lost;
 * - a signed advert that comes a second time changes nothing;
 * - no group is half MASTER for longer than a step.
 */
import { ipToBytes } from '../../src/base/ip.js';
import { desiredKernel } from '../../src/vrrp/desired.js';
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import { encodeIp } from '../../src/vrrp/ip-header.js';
import { isMulticast } from '../../src/vrrp/ip-packet.js';
import type { HmacSettings, InstanceSettings, VrrpSettings } from '../../src/vrrp/settings.js';
import { instanceSettings, linkState, unicast, virtualAddress } from '../unit/vrrp/fixture.js';
import { MAX_LATENESS, type NodeWorld, SimNode } from './node.js';
import { Random } from './random.js';
import { ORDER, Schedule } from './schedule.js';

/** The longest that an advert travels, µs. */
const MAX_DELAY = 1_500;

interface Plan {
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  readonly unicast: boolean;
  /** Adverts are signed; clocks are off by up to a second, and step. */
  readonly hmac: HmacSettings | undefined;
  readonly options: Pick<
    InstanceSettings,
    'downTimerAdverts' | 'lowerPrioNoAdvert' | 'higherPrioSendAdvert'
  >;
  /** The last part of each node's addresses. */
  readonly hosts: readonly number[];
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
  readonly #heard: {
    readonly to: SimNode;
    readonly life: number;
    readonly name: string;
    readonly datagram: Uint8Array;
  }[] = [];

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
    for (let i = 0; i < 20; i++) {
      this.schedule.at(chaos + this.random.int(0, 10 * interval), () => this.#replay());
    }
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
    const { packet, source, destination, ttl, interface: name } = effect;
    if (!from.links.some((link) => link.name === name && link.up)) return;
    const datagram = encodeIp({
      source: ipToBytes(source),
      destination: ipToBytes(destination),
      ttl,
      payload: packet,
    });
    for (const to of this.#nodes) {
      const isForAll = isMulticast(ipToBytes(destination));
      if (to === from || !(isForAll || to.hasAddress(destination))) continue;
      if (this.#cut.has(`${from.name}>${to.name}`)) continue;
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
    const accepted = to.accepted(instance);
    to.receive(name, datagram);
    const priority = datagram[(this.#plan.family === 4 ? 20 : 40) + 2];
    if (to.accepted(instance) === accepted) return;
    if (this.#plan.hmac) this.#record(to, name, datagram);
    const lost = before === 'MASTER' && to.state(instance) === 'MASTER' && priority !== 0;
    if (lost) this.#lostAt.set(`${instance} ${to.name} ${from.name}`, this.schedule.now);
  }

  /** Somebody on the wire keeps what a node has received. */
  #record(to: SimNode, name: string, datagram: Uint8Array): void {
    this.#heard.push({ to, life: to.life, name, datagram });
    if (this.#heard.length > 200) this.#heard.shift();
  }

  /** What a node has received comes once more, some time later: it must change nothing. */
  #replay(): void {
    if (this.#heard.length === 0) return;
    const { to, life, name, datagram } = this.random.pick(this.#heard);
    if (to.life === life) to.receiveAgain(name, datagram);
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
    // Unless a process ended with what it knew, the loser has seen to it, whatever got lost.
    const knows = this.#plan.options.higherPrioSendAdvert && this.#nodes.every((n) => n.life === 1);
    for (const loser of this.#nodes) {
      const theirLast = this.#announcedAt.get(`${instance} ${loser.name}`) ?? -1;
      if (knows && priorityOf(master) > priorityOf(loser) && own < theirLast) {
        this.violated(`${instance}: ${loser.name} announced last, and the MASTER was not told`);
      }
      const lost = this.#lostAt.get(`${instance} ${master.name} ${loser.name}`);
      const theirs = this.#announcedAt.get(`${instance} ${loser.name}`);
      if (lost === undefined || theirs === undefined || lost < theirs) continue;
      if (own < theirs) this.violated(`${instance}: ${loser.name} announced last`);
    }
  }

  // --- what a seed decides -------------------------------------------------------------------

  #makePlan(): Plan {
    const version = this.random.pick([2, 3] as const);
    const family = version === 3 && this.random.chance(0.4) ? 6 : 4;
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
      family,
      unicast: this.random.chance(0.3),
      hmac: this.random.chance(0.4) ? this.#makeHmac() : undefined,
      options: {
        downTimerAdverts: this.random.chance(0.2) ? this.random.int(2, 5) : 3,
        lowerPrioNoAdvert: this.random.chance(0.2),
        higherPrioSendAdvert: this.random.chance(0.8),
      },
      hosts: pool.map((_, i) => this.random.int(1, 45) * 5 + i),
      interval,
      preempt: this.random.chance(0.7),
      preemptDelay: this.random.chance(0.2) ? this.random.int(1, 5) * interval : 0,
      grouped,
      priorities: pool,
    };
  }

  #makeHmac(): HmacSettings {
    return {
      mode: 'enforce',
      activeKey: 1,
      keys: [{ id: 1, secret: '5a'.repeat(32) }],
      antiReplay: this.random.pick(['time', 'monotonic'] as const),
      timeWindow: 5,
    };
  }

  #address(link: 0 | 1, index: number): string {
    const { family, hosts } = this.#plan;
    const host = hosts[index] as number;
    return family === 4 ? `10.${link}.0.${host}` : `fe80::${link + 1}:${host.toString(16)}`;
  }

  #makeNode(index: number): SimNode {
    const links = [
      linkState({ addresses: [this.#address(0, index)] }),
      linkState({ index: 3, name: 'eth1', addresses: [this.#address(1, index)] }),
    ];
    const priority = this.#plan.priorities[index] as number;
    const node = new SimNode(`n${index}`, this.#settingsOf(priority, index), links, this);
    node.clockError = this.random.int(-1_000_000, 1_000_000);
    return node;
  }

  #settingsOf(priority: number, index: number): VrrpSettings {
    const { version, family, interval, preempt, preemptDelay, hmac, options } = this.#plan;
    const common: Partial<InstanceSettings> = {
      version,
      family,
      priority,
      advertInterval: interval,
      preempt,
      preemptDelay,
      ...options,
      checksum: { plain: index % 2 === 1, oldUnicast: 'auto' },
      ...(hmac && { hmac }),
      garp: {
        masterDelay: interval,
        masterRepeat: 1,
        masterRefresh: 0,
        masterRefreshRepeat: 1,
        lowerPrioDelay: interval,
        lowerPrioRepeat: 1,
      },
    };
    const first: Partial<InstanceSettings> = {
      ...this.#unicastOf(0, index),
      virtualAddresses: [virtualAddress(family === 4 ? '10.0.0.100' : '2001:db8::100')],
    };
    const vip = family === 4 ? '10.1.0.100' : '2001:db8:1::100';
    const second: Partial<InstanceSettings> = {
      name: 'VI_2',
      interface: 'eth1',
      virtualRouterId: 52,
      ...this.#unicastOf(1, index),
      virtualAddresses: [virtualAddress(vip, { interface: 'eth1' })],
    };
    const instances = [instanceSettings({ ...common, ...first })];
    if (!this.#plan.grouped) return { instances, syncGroups: [] };
    instances.push(instanceSettings({ ...common, ...second }));
    return { instances, syncGroups: [{ name: 'G', instances: ['VI_1', 'VI_2'] }] };
  }

  /** All others, in unicast plans. */
  #unicastOf(link: 0 | 1, index: number): Partial<InstanceSettings> {
    if (!this.#plan.unicast) return {};
    const others = this.#plan.hosts.flatMap((_, i) => (i === index ? [] : this.#address(link, i)));
    return { unicast: unicast(others, { checkSource: true }) };
  }

  #disturb(end: number): void {
    const { random, schedule } = this;
    const { interval } = this.#plan;
    const node = random.pick(this.#nodes);
    const left = end - schedule.now;
    switch (random.int(0, this.#plan.hmac ? 12 : 9)) {
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
        if (node.alive && !this.#plan.grouped) {
          node.settings = this.#settingsOf(random.int(1, 254), this.#nodes.indexOf(node));
        }
        if (node.alive) node.configure();
        return;
      case 10:
      case 11:
        this.#replay();
        return;
      case 12: {
        // Back again when all heals. `monotonic` does not survive a restart on a clock that went back.
        const isTime = this.#plan.hmac?.antiReplay === 'time';
        const step = isTime ? random.pick([-1, 1]) * random.int(3600, 7200) * 1_000_000 : 0;
        this.history.push(`${schedule.now} the clock of ${node.name} steps by ${step}`);
        node.clockStep = step;
        return;
      }
    }
  }

  #heal(): void {
    this.#cut.clear();
    this.#loss = 0;
    this.#duplication = 0;
    this.#healedAt = this.schedule.now;
    this.history.push(`${this.schedule.now} healed`);
    for (const node of this.#nodes) {
      node.clockStep = 0;
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
    const { version, interval, grouped, options } = this.#plan;
    const down = options.downTimerAdverts * interval + (version === 2 ? 1_000_000 : interval);
    return grouped ? 2 * down : down;
  }
}

function priorityOf(node: SimNode): number {
  return node.settings.instances[0]?.priority ?? 0;
}
