/** One machine of a simulation: an engine, its timers, and the ways in which a machine suffers. */
import { desiredKernel } from '../../src/vrrp/desired.js';
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import { createEngine, type EngineState, step } from '../../src/vrrp/engine.js';
import type { LinkState, VrrpEvent } from '../../src/vrrp/events.js';
import type { VrrpSettings } from '../../src/vrrp/settings.js';
import { needsDrain, type TimerKey } from '../../src/vrrp/timers.js';
import type { Random } from './random.js';
import { ORDER, type Schedule } from './schedule.js';

/** How late a timer of a process that is well may be, µs. */
export const MAX_LATENESS = 500;

/** When simulated time begins, µs since 1970. */
const EPOCH = 1_700_000_000_000_000;

export interface NodeWorld {
  readonly schedule: Schedule;
  readonly random: Random;
  /** Puts an advert on the wire. */
  send(from: SimNode, effect: Extract<VrrpEffect, { kind: 'send-advert' }>): void;
  stateChanged(node: SimNode, instance: string, to: InstanceState): void;
  announced(node: SimNode, instance: string): void;
  /** Something that must never be. */
  violated(text: string): void;
}

export class SimNode {
  readonly name: string;
  readonly links: LinkState[];
  settings: VrrpSettings;
  alive = false;
  /** Counts the starts: a process that was started again remembers nothing. */
  life = 0;
  /** How far the wall clock is from the true time for good, and for now, µs. */
  clockError = 0;
  clockStep = 0;
  engine: EngineState = createEngine();
  #stalledUntil = 0;
  #timers = new Map<string, number>();
  #generation = 0;
  readonly #world: NodeWorld;

  constructor(name: string, settings: VrrpSettings, links: LinkState[], world: NodeWorld) {
    this.name = name;
    this.settings = settings;
    this.links = links;
    this.#world = world;
  }

  state(instance: string): InstanceState {
    return this.alive ? (this.engine.instances.get(instance)?.state ?? 'INIT') : 'INIT';
  }

  start(): void {
    if (this.alive) return;
    this.alive = true;
    this.life++;
    this.engine = createEngine();
    this.#timers = new Map();
    this.configure();
  }

  /** The process is gone without a word; its addresses are withdrawn by whoever survives it. */
  crash(): void {
    if (!this.alive) return;
    const held = [...this.engine.instances.values()].filter((i) => i.state !== 'INIT');
    this.alive = false;
    this.#timers = new Map();
    this.#stalledUntil = 0;
    for (const { settings } of held) this.#world.stateChanged(this, settings.name, 'INIT');
  }

  /** SIGTERM. */
  stop(): void {
    if (!this.alive) return;
    this.dispatch({ kind: 'shutdown', at: this.#world.schedule.now });
    if (this.#timers.size > 0) this.#world.violated(`${this.name}: timers after shutdown`);
    this.alive = false;
  }

  configure(): void {
    this.#generation++;
    this.dispatch({
      kind: 'configured',
      at: this.#world.schedule.now,
      generation: this.#generation,
      settings: this.settings,
      links: this.links,
    });
  }

  /** Nothing of the process runs for a while. */
  stall(duration: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#world.schedule.now + duration);
  }

  setLink(index: number, up: boolean): void {
    const link = { ...(this.links[index] as LinkState), up };
    this.links[index] = link;
    this.#whenRunning(ORDER.packet, () =>
      this.dispatch({ kind: 'link-changed', at: this.#world.schedule.now, link }),
    );
  }

  receive(name: string, datagram: Uint8Array): void {
    if (!this.links.some((link) => link.name === name && link.up)) return;
    this.#whenRunning(ORDER.packet, () =>
      this.dispatch({
        kind: 'packet-received',
        at: this.#world.schedule.now,
        interface: name,
        datagram,
      }),
    );
  }

  /** How many adverts this life has not rejected. */
  accepted(instance: string): number {
    return this.engine.instances.get(instance)?.advertsReceived ?? 0;
  }

  hasAddress(ip: string): boolean {
    return this.links.some(({ addresses }) => addresses.includes(ip));
  }

  /** A datagram that was received before, and whose sender signs: nothing may come of it. */
  receiveAgain(name: string, datagram: Uint8Array): void {
    const { now } = this.#world.schedule;
    if (!this.alive || now < this.#stalledUntil) return;
    const observe = (): string =>
      JSON.stringify([
        [...this.engine.instances.values()].map((i) => [i.state, i.advertsReceived, i.lastAdvert]),
        [...this.#timers],
      ]);
    const before = observe();
    this.dispatch({ kind: 'packet-received', at: now, interface: name, datagram });
    if (observe() !== before) this.#world.violated(`${this.name}: a replayed advert had an effect`);
  }

  dispatch(event: VrrpEvent): void {
    if (!this.alive) return;
    const utc = EPOCH + event.at + this.clockError + this.clockStep;
    for (const effect of step(this.engine, { ...event, utc }).effects) this.#execute(effect);
    for (const { address, instance, present } of desiredKernel(this.engine).addresses) {
      const master = this.state(instance) === 'MASTER';
      if (present !== master) {
        this.#world.violated(`${this.name}: ${address.address} ${present} in ${instance}`);
      }
    }
  }

  #execute(effect: VrrpEffect): void {
    switch (effect.kind) {
      case 'send-advert':
        this.#world.send(this, effect);
        return;
      case 'arm-timer':
        this.#arm(effect.timer, effect.dueAt);
        return;
      case 'cancel-timer':
        this.#timers.delete(effect.timer);
        return;
      case 'announce':
        this.#world.announced(this, effect.instance);
        return;
      case 'state-changed':
        this.#world.stateChanged(this, effect.instance, effect.to);
        return;
    }
  }

  #arm(timer: TimerKey, dueAt: number): void {
    const { schedule, random } = this.#world;
    if (!Number.isSafeInteger(dueAt)) this.#world.violated(`${timer} due at ${dueAt}`);
    this.#timers.set(timer, dueAt);
    const order = needsDrain(timer) ? ORDER.drained : ORDER.plain;
    const lateness = random.int(0, MAX_LATENESS);
    const timers = this.#timers;
    schedule.at(
      dueAt + lateness,
      () =>
        this.#whenRunning(order, () => {
          // Of a process before this one, or cancelled. One that was re-armed while it waited for
          // the sockets is delivered: the engine must know that it is stale.
          if (timers !== this.#timers || !timers.has(timer)) return;
          if (timers.get(timer) === dueAt) timers.delete(timer);
          else if (order === ORDER.plain) return;
          this.dispatch({ kind: 'timer-expired', at: schedule.now, dueAt, timer });
        }),
      order,
    );
  }

  #whenRunning(order: number, run: () => void): void {
    const { schedule } = this.#world;
    if (!this.alive || schedule.now >= this.#stalledUntil) run();
    else schedule.at(this.#stalledUntil, () => this.#whenRunning(order, run), order);
  }
}
