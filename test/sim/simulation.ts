/**
 * Some nodes on a fake wire. For a while everything goes wrong that a seed can think of; then the
 * network heals, and what has to come of it is judged (`judge.ts`). Each step of each node is compared
 * with the RFC's words besides (`rules.ts`), and a signed advert that comes a second time changes
 * nothing.
 */
import { ipToBytes } from '../../src/base/ip.js';
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import type { VrrpEvent } from '../../src/vrrp/events.js';
import { encodeIp } from '../../src/vrrp/ip-header.js';
import { type Core, TANDEM } from './core.js';
import { type Course, drawHappenings, type Happening, TROUBLE } from './happening.js';
import { Judge, MAX_DELAY } from './judge.js';
import { type NodeWorld, SimNode } from './node.js';
import { drawPlan, instancesOf, linksOf, longestDownInterval, settingsOf } from './plan.js';
import { Random } from './random.js';
import { ORDER, Schedule } from './schedule.js';

export interface Violation {
  readonly at: number;
  /** Which of the rules, the same for every violation of it. */
  readonly rule: string;
  readonly text: string;
}

/** Draws the schedule of a seed. */
export function drawCourse(seed: number): Course {
  const random = new Random(seed);
  const plan = drawPlan(random);
  return { seed, plan, happenings: drawHappenings(random, plan) };
}

/** What a node has received and somebody on the wire has kept. */
interface Kept {
  readonly to: SimNode;
  readonly life: number;
  readonly name: string;
  readonly datagram: Uint8Array;
}

const MAX_KEPT = 200;
/** A time without a change at the end, in down intervals. */
const QUIET = 1.5;

export class Simulation implements NodeWorld {
  readonly schedule = new Schedule();
  /** Of the wire and the timers; what happens was drawn before. */
  readonly random: Random;
  readonly core: Core;
  readonly violations: Violation[] = [];
  /** What happened, for a failing seed and for the comparison of two runs. */
  readonly history: string[] = [];
  readonly course: Course;
  readonly nodes: readonly SimNode[];
  readonly record: ((node: SimNode, event: VrrpEvent) => void) | undefined;
  readonly #judge: Judge;
  /** `from>to`: since when that way carries what is sent; Infinity: it is cut. */
  readonly #open: Map<string, number>;
  #loss = 0;
  /** Since when nothing is lost. */
  #losslessSince = 0;
  #duplication = 0;
  readonly #kept: Kept[] = [];

  constructor(
    course: Course,
    core: Core = TANDEM,
    record?: (node: SimNode, event: VrrpEvent) => void,
  ) {
    this.course = course;
    this.core = core;
    this.record = record;
    this.random = new Random(course.seed ^ 0x5bd1e995);
    const { plan } = course;
    this.nodes = plan.nodes.map((of, i) => {
      const node = new SimNode(i, settingsOf(plan, i), linksOf(plan, of), this);
      node.clockError = of.clockError;
      return node;
    });
    this.#open = new Map();
    for (const a of this.nodes) {
      for (const b of this.nodes) if (a !== b) this.#open.set(`${a.index}>${b.index}`, 0);
    }
    this.#judge = new Judge({
      plan,
      nodes: this.nodes,
      names: instancesOf(plan),
      now: () => this.schedule.now,
      hearsSince: (from, to) => this.#hearsSince(from, to),
      violated: (rule, text) => this.violated(rule, text),
    });
  }

  /** Runs it all; what must never be is in `violations`. */
  run(): this {
    const { plan, happenings } = this.course;
    const { interval } = plan;
    const trouble = TROUBLE * interval;
    plan.nodes.forEach(({ startsAt }, i) => {
      this.schedule.at(startsAt, () => (this.nodes[i] as SimNode).start());
    });
    for (const happening of happenings) {
      this.schedule.at(happening.at, () => this.#happen(happening));
    }
    this.schedule.runUntil(trouble);
    this.#heal();
    if (plan.hmac) {
      for (let i = 0; i < 20; i++) {
        const at = trouble + this.random.int(0, 10 * interval);
        this.schedule.at(at, () => this.#replay(this.random.int(0, MAX_KEPT - 1)));
      }
    }
    const down = longestDownInterval(plan);
    const settled = trouble + 3 * down + plan.preemptDelay;
    this.schedule.runUntil(settled);
    this.#judge.judgeEnd();
    const { length } = this.violations;
    this.schedule.runUntil(settled + QUIET * down);
    if (this.#judge.lastChange > settled) {
      this.violated('flapping', 'still changing after everything settled');
    }
    if (this.violations.length === length) this.#judge.judgeEnd();
    return this;
  }

  // --- NodeWorld -----------------------------------------------------------------------------

  send(from: SimNode, effect: Extract<VrrpEffect, { kind: 'send-advert' }>): void {
    const { packet, source, destination, ttl, interface: name } = effect;
    if (!from.links.some((link) => link.name === name && link.up)) return;
    const payload = packet;
    const datagram = encodeIp({
      source: bytesOf(source),
      destination: bytesOf(destination),
      ttl,
      payload,
    });
    const { unicast } = this.course.plan;
    for (const to of this.nodes) {
      if (to === from || (unicast && !to.hasAddress(destination))) continue;
      if (this.#open.get(`${from.index}>${to.index}`) === Number.POSITIVE_INFINITY) continue;
      const heard = { count: 0 };
      const copies = this.#duplication > 0 && this.random.chance(this.#duplication) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        if (this.#loss > 0 && this.random.chance(this.#loss)) continue;
        const delay = this.random.int(50, MAX_DELAY);
        this.schedule.at(
          this.schedule.now + delay,
          () => this.#deliver(from, to, effect.instance, name, datagram, heard),
          ORDER.packet,
        );
      }
    }
  }

  stateChanged(node: SimNode, instance: string, to: InstanceState): void {
    this.history.push(`${this.schedule.now} ${node.name} ${instance} ${to}`);
    this.#judge.changed(instance);
  }

  announced(node: SimNode, instance: string): void {
    this.#judge.announced(node, instance);
  }

  violated(rule: string, text: string): void {
    // One that goes on for ever is known by its first ones.
    if (this.violations.length < 20) this.violations.push({ at: this.schedule.now, rule, text });
  }

  // --- the wire ------------------------------------------------------------------------------

  /** @param heard how often this node has accepted this datagram. */
  #deliver(
    from: SimNode,
    to: SimNode,
    instance: string,
    name: string,
    datagram: Uint8Array,
    heard: { count: number },
  ): void {
    const before = to.state(instance);
    const accepted = to.accepted(instance);
    to.receive(name, datagram);
    const { plan } = this.course;
    const priority = datagram[(plan.family === 4 ? 20 : 40) + 2];
    if (to.accepted(instance) === accepted) return;
    heard.count++;
    if (heard.count > 1) this.#judge.heardTwice(instance, to);
    if (plan.hmac) this.#keep(to, name, datagram);
    const lost = before === 'MASTER' && to.state(instance) === 'MASTER' && priority !== 0;
    if (lost) this.#judge.heardLoser(instance, to, from);
  }

  #keep(to: SimNode, name: string, datagram: Uint8Array): void {
    this.#kept.push({ to, life: to.life, name, datagram });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
  }

  /** What a node has received comes once more, some time later: it must change nothing. */
  #replay(which: number): void {
    const kept = this.#kept[which % Math.max(1, this.#kept.length)];
    if (kept && kept.to.life === kept.life) kept.to.receiveAgain(kept.name, kept.datagram);
  }

  #hearsSince(from: number, to: number): number {
    const [a, b] = [this.nodes[from] as SimNode, this.nodes[to] as SimNode];
    const isUp = [a, b].every((node) => node.alive && node.links.every((link) => link.up));
    if (!isUp || this.#loss > 0 || this.course.plan.hmac) return Number.POSITIVE_INFINITY;
    return Math.max(
      this.#open.get(`${from}>${to}`) ?? Number.POSITIVE_INFINITY,
      this.#losslessSince,
      a.stalledUntil,
      b.stalledUntil,
    );
  }

  // --- what happens --------------------------------------------------------------------------

  #happen(happening: Happening): void {
    this.#judge.judgePairs();
    this.history.push(`${this.schedule.now} ${JSON.stringify(happening)}`);
    const { interval } = this.course.plan;
    const node = 'node' in happening ? this.nodes[happening.node] : undefined;
    switch (happening.kind) {
      case 'start':
        node?.start();
        return;
      case 'crash':
        node?.crash();
        return;
      case 'stop':
        node?.stop();
        return;
      case 'stall':
        if (node?.alive) node.stall(happening.duration);
        return;
      case 'link':
        node?.setLink(happening.link, happening.up);
        return;
      case 'cut':
        for (const way of happening.ways) this.#open.set(way, Number.POSITIVE_INFINITY);
        return;
      case 'mend':
        this.#mend();
        return;
      case 'wire':
        this.#loss = happening.loss;
        this.#losslessSince = this.schedule.now;
        this.#duplication = happening.duplication;
        return;
      case 'reload':
        if (node) this.#reload(node, happening);
        return;
      case 'track':
        node?.track(happening.up);
        return;
      case 'standby':
        node?.setStandby(happening.on, 4 * interval + 200_000);
        return;
      case 'replay':
        this.#replay(happening.which);
        return;
      case 'clock':
        if (node) node.clockStep = happening.step;
        return;
    }
  }

  #reload(node: SimNode, { priority, preempt }: Extract<Happening, { kind: 'reload' }>): void {
    const settings = settingsOf(this.course.plan, node.index, {
      ...(priority !== undefined && { priority }),
      ...(preempt !== undefined && { preempt }),
    });
    node.reload(settings);
  }

  #mend(): void {
    for (const [way, since] of this.#open) {
      if (since === Number.POSITIVE_INFINITY) this.#open.set(way, this.schedule.now);
    }
  }

  #heal(): void {
    this.#judge.judgePairs();
    this.#mend();
    this.#loss = 0;
    this.#losslessSince = this.schedule.now;
    this.#duplication = 0;
    this.history.push(`${this.schedule.now} healed`);
    for (const node of this.nodes) {
      node.clockStep = 0;
      // One that is leaving does not wait any more.
      if (node.leaving) node.stop();
      node.start();
      node.setStandby(false, 0);
      if (this.course.plan.trackWeight !== undefined) node.track(true);
      node.links.forEach((link, i) => {
        if (!link.up) node.setLink(i, true);
      });
    }
    this.#judge.healed();
  }
}

/** The addresses of a network are few. */
const known = new Map<string, Uint8Array>();

function bytesOf(ip: string): Uint8Array {
  let bytes = known.get(ip);
  if (!bytes) {
    bytes = ipToBytes(ip);
    known.set(ip, bytes);
  }
  return bytes;
}
