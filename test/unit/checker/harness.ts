/** A checker engine with a clock that the test turns by hand, and short ways to write settings. */
import assert from 'node:assert/strict';
import { desiredTable } from '../../../src/checker/desired.js';
import type { CheckerEffect } from '../../../src/checker/effects.js';
import { type CheckerState, createCheckerEngine, step } from '../../../src/checker/engine.js';
import type { CheckerEvent, CheckerTimerKey } from '../../../src/checker/events.js';
import { noticesOf } from '../../../src/checker/notices.js';
import type { ProbeResult } from '../../../src/checker/probe-result.js';
import type {
  CheckerSettings,
  CheckSettings,
  CheckTiming,
  RealServerSettings,
  VirtualServerSettings,
} from '../../../src/checker/settings.js';
import { snapshot } from '../../../src/checker/snapshot.js';
import type { IpvsService } from '../../../src/ipvs/model.js';
import {
  packSettings,
  serviceToPack,
  unpackSettings,
} from '../../../src/process/packed-settings.js';

export const SECOND = 1_000_000;

export const TIMING: CheckTiming = {
  delayLoop: 6 * SECOND,
  connectTimeout: 5 * SECOND,
  retry: 0,
  delayBeforeRetry: 1 * SECOND,
  warmup: 0,
};

type Effect<K extends CheckerEffect['kind']> = Extract<CheckerEffect, { kind: K }>;

export function tcpCheck(address: string, timing: Partial<CheckTiming> = {}): CheckSettings {
  const target = { address, port: 80, fwmark: 0 };
  return { type: 'TCP_CHECK', target, timing: { ...TIMING, ...timing } };
}

export function httpCheck(address: string, path: string): CheckSettings {
  return {
    type: 'HTTP_GET',
    target: { address, port: 80, fwmark: 0 },
    timing: TIMING,
    urls: [{ path, statusCodes: [] }],
    httpProtocol: '1.0',
    enableSni: false,
  };
}

export function realServer(
  address: string,
  change: Partial<RealServerSettings> = {},
): RealServerSettings {
  return {
    address,
    port: 80,
    method: 'NAT',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    inhibitOnFailure: false,
    alpha: false,
    checks: [tcpCheck(address)],
    ...change,
  };
}

export function virtualServer(
  realServers: readonly RealServerSettings[],
  change: Partial<VirtualServerSettings> = {},
): VirtualServerSettings {
  return {
    id: { kind: 'address', protocol: 'TCP', address: '192.0.2.100', port: 80 },
    scheduler: 'rr',
    flags: 0,
    persistenceTimeout: 0,
    persistencePrefix: 32,
    quorum: 1,
    hysteresis: 0,
    omega: false,
    realServers,
    ...change,
  };
}

export const SORRY = { address: '10.0.0.9', port: 80, method: 'NAT', inhibit: false } as const;

export const SUCCESS: ProbeResult = {
  verdict: 'success',
  phase: 'connect',
  reason: 'connected',
  detail: 'connected',
};
export const FAILURE: ProbeResult = {
  verdict: 'failure',
  phase: 'connect',
  reason: 'connection-refused',
  detail: 'connection refused',
};
export const INCONCLUSIVE: ProbeResult = {
  verdict: 'inconclusive',
  phase: 'local',
  reason: 'no-local-port',
  detail: 'no local port is free',
};

/** An event with its settings as they arrive in the checker process. */
function travelled(event: CheckerEvent): CheckerEvent {
  if (event.kind !== 'configured') return event;
  const { virtualServers, ...general } = event.settings;
  const count = virtualServers.reduce((sum, { realServers }) => sum + realServers.length, 0);
  const packed = packSettings(general, virtualServers.map(serviceToPack), count);
  return { ...event, settings: unpackSettings(packed) };
}

function tableAsItIs(state: CheckerState): unknown {
  return desiredTable(state).map((service) => ({
    ...service,
    destinations: [...service.destinations],
  }));
}

/**
 * An engine, and beside it one that is told its settings as they arrive in its process, where servers
 * without checks are no objects: it does the same.
 */
export class Harness {
  state = createCheckerEngine();
  #twin = createCheckerEngine();
  now = 0;
  /** Effects of the last step. */
  effects: readonly CheckerEffect[] = [];
  /** Texts of every log line so far. */
  readonly log: string[] = [];
  readonly timers = new Map<CheckerTimerKey, number>();
  /** Attempts under way, by check. */
  readonly probes = new Map<string, Effect<'start-probe'>>();

  send(event: CheckerEvent): readonly CheckerEffect[] {
    const before = { own: this.state, twin: this.#twin };
    const { state, effects } = step(before.own, event);
    const twin = step(before.twin, travelled(event));
    this.state = state;
    this.#twin = twin.state;
    assert.deepEqual(twin.effects, effects);
    assert.deepEqual(tableAsItIs(twin.state), tableAsItIs(state));
    assert.deepEqual(snapshot(twin.state, []), snapshot(state, []));
    const how = { isStopping: event.kind === 'shutdown', startsToo: true };
    assert.deepEqual(noticesOf(before.twin, twin.state, how), noticesOf(before.own, state, how));
    this.effects = effects;
    for (const effect of effects) this.#note(effect);
    return effects;
  }

  configure(
    virtualServers: readonly VirtualServerSettings[],
    seed = 1,
    found: readonly IpvsService[] = [],
  ): readonly CheckerEffect[] {
    const settings: CheckerSettings = { virtualServers, flushAtStart: false, flushAtStop: false };
    const generation = this.state.generation + 1;
    return this.send({ kind: 'configured', at: this.now, generation, settings, seed, found });
  }

  /** Turns the clock to the next timer that is due and lets it expire; says which it was. */
  tick(): CheckerTimerKey {
    const [timer, dueAt] = [...this.timers].reduce((a, b) => (b[1] < a[1] ? b : a));
    this.timers.delete(timer);
    this.now = Math.max(this.now, dueAt);
    this.send({ kind: 'timer-expired', at: this.now, dueAt, timer });
    return timer;
  }

  /** Answers the attempt that is under way for the check of a server (its first, or the nth). */
  answer(address: string, result: ProbeResult, after = 0, n = 0): readonly CheckerEffect[] {
    this.now += after;
    const check = this.checkKey(address, n);
    const probe = this.probes.get(check);
    if (!probe) throw new Error(`no attempt under way for ${check}`);
    this.probes.delete(check);
    return this.send({
      kind: 'probe-finished',
      at: this.now,
      check,
      attempt: probe.attempt,
      result,
    });
  }

  /** Lets timers expire until the check of this server is under way, then answers it. */
  check(address: string, result: ProbeResult, n = 0): void {
    const key = this.checkKey(address, n);
    for (let i = 0; !this.probes.has(key); i++) {
      if (i > 100) throw new Error(`${key} does not run`);
      this.tick();
    }
    this.answer(address, result, 0, n);
  }

  checkKey(address: string, n = 0): string {
    for (const service of this.state.services) {
      for (const server of service.servers) {
        if (server.settings.address === address) return server.checks[n]!.key;
      }
    }
    throw new Error(`no server ${address}`);
  }

  /** The table, one word a destination: `10.0.0.1=3`. */
  table(service = 0): string {
    const destinations = desiredTable(this.state)[service]?.destinations ?? [];
    return [...destinations].map((d) => `${d.address}=${d.weight}`).join(' ');
  }

  of<K extends CheckerEffect['kind']>(kind: K): Effect<K>[] {
    return this.effects.filter((effect): effect is Effect<K> => effect.kind === kind);
  }

  #note(effect: CheckerEffect): void {
    switch (effect.kind) {
      case 'log':
        this.log.push(effect.text);
        break;
      case 'arm-timer':
        this.timers.set(effect.timer, effect.dueAt);
        break;
      case 'cancel-timer':
        this.timers.delete(effect.timer);
        break;
      case 'start-probe':
        this.probes.set(effect.check, effect);
        break;
      case 'cancel-probe':
        this.probes.delete(effect.check);
        break;
      case 'reconcile-table':
        break;
    }
  }
}
