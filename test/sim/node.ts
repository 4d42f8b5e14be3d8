/** One machine of a simulation: an engine, its timers, and the ways in which a machine suffers. */
import type { InstanceState, VrrpEffect } from '../../src/vrrp/effects.js';
import type { EngineState } from '../../src/vrrp/engine.js';
import type { LinkState, VrrpEvent } from '../../src/vrrp/events.js';
import type { VrrpSettings } from '../../src/vrrp/settings.js';
import { needsDrain, type TimerKey } from '../../src/vrrp/timers.js';
import type { Core } from './core.js';
import { SCRIPT } from './plan.js';
import type { Random } from './random.js';
import {
  type Before,
  expectedPriority,
  judgeAdvert,
  judgeAdvertTimer,
  judgeDeparture,
  judgeStandby,
  judgeStop,
  judgeTimers,
  judgeTransition,
} from './rules.js';
import { ORDER, type Schedule } from './schedule.js';

/** How late a timer of a process that is well may be, µs. */
export const MAX_LATENESS = 500;

/** Before the first configuration. */
const UNBORN = {
  state: 'INIT',
  priority: 0,
  standby: false,
  source: '',
  preemptAt: undefined,
  masterDown: undefined,
  asking: false,
  answeredAt: undefined,
  accepted: 0,
} as const;

/** When simulated time begins, µs since 1970. */
const EPOCH = 1_700_000_000_000_000;

export interface NodeWorld {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly core: Core;
  /** Puts an advert on the wire. */
  send(from: SimNode, effect: Extract<VrrpEffect, { kind: 'send-advert' }>): void;
  stateChanged(node: SimNode, instance: string, to: InstanceState): void;
  announced(node: SimNode, instance: string): void;
  /** Something that must never be. */
  violated(rule: string, text: string): void;
  /** An event that a node was given, for whoever writes it down. */
  record?: ((node: SimNode, event: VrrpEvent) => void) | undefined;
}

export class SimNode {
  readonly name: string;
  readonly index: number;
  readonly links: LinkState[];
  settings: VrrpSettings;
  alive = false;
  /** SIGTERM has come. */
  leaving = false;
  /** Counts the starts: a process that was started again remembers nothing. */
  life = 0;
  /** How far the wall clock is from the true time for good, and for now, µs. */
  clockError = 0;
  clockStep = 0;
  /** What the tracked script says. */
  scriptUp = true;
  standby = false;
  stalledUntil = 0;
  engine: EngineState;
  #timers = new Map<string, number>();
  /** In a sync group: until when no member may become MASTER, for the adverts it has heard. */
  #blockedUntil = 0;
  /** What the engine has been told of the script. */
  #scriptKnown: boolean | undefined;
  #generation = 0;
  readonly #world: NodeWorld;
  readonly #grouped: boolean;

  constructor(index: number, settings: VrrpSettings, links: LinkState[], world: NodeWorld) {
    this.index = index;
    this.name = `n${index}`;
    this.settings = settings;
    this.links = links;
    this.#world = world;
    this.#grouped = settings.syncGroups.length > 0;
    this.engine = world.core.createEngine();
  }

  /** A node that leaves advertises no more: MASTER is who comes after it. */
  state(instance: string): InstanceState {
    if (!this.alive || this.leaving) return 'INIT';
    return this.engine.instances.get(instance)?.state ?? 'INIT';
  }

  start(): void {
    if (this.alive) return;
    this.alive = true;
    this.leaving = false;
    this.standby = false;
    this.life++;
    this.engine = this.#world.core.createEngine();
    this.#timers = new Map();
    this.#scriptKnown = undefined;
    this.#blockedUntil = 0;
    this.configure();
  }

  /** The process is gone without a word; its addresses are withdrawn by whoever survives it. */
  crash(): void {
    if (!this.alive) return;
    const held = [...this.engine.instances.values()].filter((i) => i.state !== 'INIT');
    this.#end();
    for (const { settings } of held) this.#world.stateChanged(this, settings.name, 'INIT');
  }

  /** SIGTERM. */
  stop(): void {
    const { life } = this;
    this.#whenRunning(ORDER.packet, () => {
      if (this.life === life) this.#stop();
    });
  }

  #stop(): void {
    if (!this.alive) return;
    if (this.leaving) {
      this.#shutdown();
      return;
    }
    const held = [...this.engine.instances.keys()].filter((name) => this.state(name) !== 'INIT');
    this.leaving = true;
    this.dispatch({ kind: 'stop-requested', at: this.#world.schedule.now });
    for (const name of held) this.#world.stateChanged(this, name, 'INIT');
  }

  /** SIGHUP. */
  reload(settings: VrrpSettings): void {
    const { life } = this;
    this.#whenRunning(ORDER.packet, () => {
      if (this.life !== life || !this.alive || this.leaving) return;
      this.settings = settings;
      this.configure();
    });
  }

  configure(): void {
    this.#generation++;
    const at = this.#world.schedule.now;
    this.dispatch({
      kind: 'configured',
      at,
      generation: this.#generation,
      settings: this.settings,
      links: this.links,
    });
    if (this.settings.instances[0]?.tracks?.length) this.track(this.scriptUp);
  }

  track(up: boolean): void {
    this.scriptUp = up;
    const { now: at } = this.#world.schedule;
    this.#whenRunning(ORDER.packet, () =>
      this.dispatch({ kind: 'tracked', at, what: 'script', name: SCRIPT, value: this.scriptUp }),
    );
  }

  /** `tandem failover` or `failback`; who is still MASTER after the deadline resigns. */
  setStandby(on: boolean, deadline: number): void {
    if (!this.alive || this.leaving || this.standby === on) return;
    this.standby = on;
    const { schedule } = this.#world;
    const instances = this.settings.instances.map(({ name }) => name);
    const { life } = this;
    this.#whenRunning(ORDER.packet, () => {
      if (this.life !== life || this.leaving) return;
      this.dispatch({ kind: 'standby', at: schedule.now, instances, on });
    });
    if (!on) return;
    schedule.at(schedule.now + deadline, () =>
      this.#whenRunning(ORDER.packet, () => {
        if (this.life !== life || this.leaving || !this.standby) return;
        this.dispatch({ kind: 'resign', at: schedule.now, instances });
      }),
    );
  }

  /** Nothing of the process runs for a while. */
  stall(duration: number): void {
    this.stalledUntil = Math.max(this.stalledUntil, this.#world.schedule.now + duration);
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
    this.#whenRunning(ORDER.packet, () => {
      const at = this.#world.schedule.now;
      this.dispatch({ kind: 'packet-received', at, interface: name, datagram });
    });
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
    if (!this.alive || now < this.stalledUntil) return;
    const observe = (): string =>
      JSON.stringify([
        [...this.engine.instances.values()].map((i) => [i.state, i.advertsReceived, i.lastAdvert]),
        [...this.#timers],
      ]);
    const before = observe();
    this.dispatch({ kind: 'packet-received', at: now, interface: name, datagram });
    if (observe() !== before) {
      this.#world.violated('replay', `${this.name}: a replayed advert had an effect`);
    }
  }

  dispatch(event: VrrpEvent): void {
    if (!this.alive) return;
    const { core } = this.#world;
    const utc = EPOCH + event.at + this.clockError + this.clockStep;
    const before = this.#grouped ? undefined : this.#before();
    if (event.kind === 'tracked') this.#scriptKnown = this.scriptUp;
    this.#world.record?.(this, event);
    const { effects } = core.step(this.engine, { ...event, utc });
    for (const effect of effects) this.#execute(effect);
    if (before) this.#judge(event, before, effects);
    else if (event.kind === 'packet-received') this.#noteBlocking(event.at);
    if (effects.length > 0) this.#judgeState(effects);
    if (this.leaving && core.hasLeft(this.engine)) this.#shutdown();
  }

  #shutdown(): void {
    if (!this.alive) return;
    const { effects } = this.#world.core.step(this.engine, {
      kind: 'shutdown',
      at: this.#world.schedule.now,
    });
    for (const effect of effects) this.#execute(effect);
    if (this.#timers.size > 0) {
      this.#world.violated('timers', `${this.name}: timers after shutdown`);
    }
    this.#end();
  }

  #end(): void {
    this.alive = false;
    this.leaving = false;
    this.#timers = new Map();
    this.stalledUntil = 0;
  }

  #before(): Before & { readonly accepted: number } {
    const instance = this.engine.instances.get('VI_1');
    if (!instance) return UNBORN;
    return {
      state: instance.state,
      priority: instance.effectivePriority,
      standby: instance.standby,
      source: instance.source?.ip ?? '',
      preemptAt: instance.preemptAt,
      masterDown: this.#timers.get('master-down/VI_1'),
      asking: instance.asking,
      answeredAt: instance.answeredAt,
      accepted: instance.advertsReceived,
    };
  }

  /** The step against the RFC's own words. */
  #judge(
    event: VrrpEvent,
    before: Before & { readonly accepted: number },
    effects: readonly VrrpEffect[],
  ): void {
    const instance = this.engine.instances.get('VI_1');
    if (!instance) return;
    const { settings, state, effectivePriority, fault } = instance;
    // The process may not have heard yet of what the link is now.
    const canSend = this.engine.links.get(settings.interface)?.up ?? false;
    const wrong =
      this.#wrongIn(event, before, effects) ??
      judgeTransition(settings, before.state, state, effectivePriority, canSend, event.at, effects);
    if (wrong !== undefined) this.#world.violated('RFC 9568 6.4', `${this.name}: ${wrong}`);
    if (this.leaving) return;
    const expected = expectedPriority(settings, instance.standby, this.#scriptKnown);
    if (effectivePriority !== expected) {
      const text = `${this.name}: effective priority ${effectivePriority}, not ${expected}`;
      this.#world.violated('priority', text);
    }
    const isUnfit = settings.tracks?.[0]?.weight === 0 && this.#scriptKnown === false;
    if (
      (isUnfit || !canSend) !== (fault !== undefined) ||
      (fault !== undefined) !== (state === 'FAULT')
    ) {
      const text = `${this.name}: ${state} with fault ${fault}, script ${this.#scriptKnown}`;
      this.#world.violated('FAULT', text);
    }
  }

  /** A MASTER that a member of a group hears keeps the whole group from becoming MASTER. */
  #noteBlocking(at: number): void {
    for (const instance of this.engine.instances.values()) {
      const { settings, lastAdvert, effectivePriority } = instance;
      if (lastAdvert?.at !== at) continue;
      const { priority } = lastAdvert;
      // A question is not a MASTER's, and who asks itself does not wait for it (`asking.ts`).
      if (priority === 1 && instance.asking) continue;
      if (priority === 0) this.#blockedUntil = 0;
      else if (priority >= effectivePriority && settings.priority < 255) {
        const until = at + settings.downTimerAdverts * settings.advertInterval;
        this.#blockedUntil = Math.max(this.#blockedUntil, until);
      }
    }
  }

  #wrongIn(
    event: VrrpEvent,
    before: Before & { readonly accepted: number },
    effects: readonly VrrpEffect[],
  ): string | undefined {
    const instance = this.engine.instances.get('VI_1');
    if (!instance) return undefined;
    const { settings, lastAdvert, state } = instance;
    switch (event.kind) {
      case 'packet-received': {
        if (instance.advertsReceived === before.accepted || !lastAdvert) return undefined;
        const heard = { ...lastAdvert, interval: settings.advertInterval };
        if (!this.leaving) return judgeAdvert(settings, before, heard, state, effects);
        return judgeDeparture(heard, state, this.#timers.get('departure/VI_1'));
      }
      case 'timer-expired': {
        const isMine = before.state === 'MASTER' && event.timer === 'advert/VI_1';
        if (!isMine || state !== 'MASTER') return undefined;
        return judgeAdvertTimer(settings, event.dueAt, event.at, effects);
      }
      case 'configured': {
        const isOwner = settings.priority === 255 && instance.fault === undefined;
        return isOwner && !instance.pending && !instance.standby && state !== 'MASTER'
          ? 'the owner of the addresses is not MASTER at once'
          : undefined;
      }
      case 'standby':
        return judgeStandby(event.on, state, effects);
      case 'resign':
        return instance.standby && state === 'MASTER' ? 'did not resign' : undefined;
      case 'stop-requested': {
        const canSend = this.engine.links.get(settings.interface)?.up ?? false;
        return judgeStop(before.state, state, canSend, effects);
      }
      default:
        return undefined;
    }
  }

  #judgeState(effects: readonly VrrpEffect[]): void {
    const { core } = this.#world;
    for (const [name, { state }] of this.engine.instances) {
      const wrong = judgeTimers(state, this.#timers, name, this.leaving);
      if (wrong !== undefined) this.#world.violated('timers', `${this.name} ${name}: ${wrong}`);
    }
    if (this.#grouped && !this.leaving) {
      const states = [...this.engine.instances.values()].map(({ state }) => state);
      if (states.some((state) => state !== states[0])) {
        this.#world.violated('sync group', `${this.name} is ${states.join(' and ')}`);
      }
    }
    // Nothing else changes what the kernel is to hold.
    if (!effects.some(({ kind }) => kind === 'reconcile' || kind === 'state-changed')) return;
    for (const { address, instance, present } of core.desiredKernel(this.engine).addresses) {
      const master = this.engine.instances.get(instance)?.state === 'MASTER';
      if (present !== master) {
        const text = `${this.name}: ${address.address} ${present} in ${instance}`;
        this.#world.violated('addresses', text);
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
        if (this.leaving) return;
        if (effect.to === 'MASTER' && this.#world.schedule.now < this.#blockedUntil) {
          this.#world.violated('sync group', `${this.name}: MASTER though a member hears another`);
        }
        this.#world.stateChanged(this, effect.instance, effect.to);
        return;
    }
  }

  #arm(timer: TimerKey, dueAt: number): void {
    const { schedule, random } = this.#world;
    if (!Number.isSafeInteger(dueAt)) this.#world.violated('timers', `${timer} due at ${dueAt}`);
    this.#timers.set(timer, dueAt);
    const order = needsDrain(timer) ? ORDER.drained : ORDER.plain;
    const timers = this.#timers;
    const lateness = random.int(0, MAX_LATENESS);
    const expire = (): void => {
      // Of a process before this one, or cancelled.
      if (timers !== this.#timers || !timers.has(timer)) return;
      // One that was re-armed while it waited for the sockets is delivered: the engine must know
      // that it is stale.
      const hasWaited = schedule.now > dueAt + lateness && order === ORDER.drained;
      if (timers.get(timer) === dueAt) timers.delete(timer);
      else if (!hasWaited) return;
      this.dispatch({ kind: 'timer-expired', at: schedule.now, dueAt, timer });
    };
    schedule.at(dueAt + lateness, () => this.#whenRunning(order, expire), order);
  }

  #whenRunning(order: number, run: () => void): void {
    const { schedule } = this.#world;
    if (!this.alive || schedule.now >= this.stalledUntil) run();
    else schedule.at(this.stalledUntil, () => this.#whenRunning(order, run), order);
  }
}
