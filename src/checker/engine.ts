/**
 * The checker engine: `step(state, event) -> { state, effects }`, a function of its arguments.
 *
 * The state is plain data. A step copies only the path from the root to the check it is about, so
 * that thousands of checks cost no more per event than a few array copies.
 */
import type { Micros } from '../base/time.js';
import { type IpvsService, serviceKey } from '../ipvs/model.js';
import { type CheckState, finishAttempt, startAttempt } from './check.js';
import { desiredTable } from './desired.js';
import {
  beginDraining,
  COUNT_EVERY,
  COUNT_PATIENCE,
  countDraining,
  countedServices,
  type DrainingServers,
  expireDraining,
  nextDrainDue,
} from './drain.js';
import { type CheckerEffect, checkTimer, Orders } from './effects.js';
import type { CheckerEvent } from './events.js';
import { servicesOf } from './group.js';
import { serverName, serviceName } from './names.js';
import type { ProbeResult } from './probe-result.js';
import { isAlive, logAliveChange, UncheckedStates } from './real-server.js';
import { dropChecks, takeOver } from './reload.js';
import { sorryServerActive, stepQuorum, type VirtualServerState } from './virtual-server.js';

/** Where a check lives: indexes into services, servers and checks. */
interface Place {
  readonly service: number;
  readonly server: number;
  readonly check: number;
}

export interface CheckerState {
  readonly phase: 'idle' | 'running' | 'stopped';
  /** Of the configuration in force; 0 before the first. */
  readonly generation: number;
  /** Number of the next attempt; unique for the life of the engine. */
  readonly nextAttempt: number;
  /** Bounded by the configuration. */
  readonly services: readonly VirtualServerState[];
  /** By key of the timer; made anew with each configuration. */
  readonly places: ReadonlyMap<string, Place>;
  readonly draining: DrainingServers;
  /** What the timer of draining servers is armed with. */
  readonly drainDueAt?: Micros;
}

export interface CheckerStep {
  readonly state: CheckerState;
  readonly effects: readonly CheckerEffect[];
}

/** The state before the first configuration: nothing is checked, nothing is wanted. */
export function createCheckerEngine(): CheckerState {
  return {
    phase: 'idle',
    generation: 0,
    nextAttempt: 1,
    services: [],
    places: new Map(),
    draining: new Map(),
  };
}

/** One transition. Events about checks that are gone, or late, change nothing. Never throws. */
export function step(state: CheckerState, event: CheckerEvent): CheckerStep {
  if (state.phase === 'stopped') return { state, effects: [] };
  const orders = new Orders();
  const next = dispatch(state, event, orders);
  return { state: next, effects: orders.effects() };
}

function dispatch(state: CheckerState, event: CheckerEvent, orders: Orders): CheckerState {
  switch (event.kind) {
    case 'configured': {
      return configured(state, event, orders);
    }
    case 'timer-expired':
      if (event.timer === 'drain') return drainDue(state, event, orders);
      return timerExpired(state, event, orders);
    case 'connections-counted': {
      const draining = countDraining(state.draining, event.counts, orders);
      return drain(state, draining, event.at + COUNT_EVERY, orders);
    }
    case 'probe-finished': {
      const place = state.places.get(checkTimer(event.check));
      if (!place || checkAt(state, place).running?.attempt !== event.attempt) return state;
      return finish(state, place, event.result, event.at, orders);
    }
    case 'shutdown':
      return shutdown(state, orders);
  }
}

function configured(
  state: CheckerState,
  event: Extract<CheckerEvent, { kind: 'configured' }>,
  orders: Orders,
): CheckerState {
  const { at, generation, settings } = event;
  const services = takeOver(state.services, event, orders);
  const before = state.phase === 'idle' ? leftBehind(event) : desiredTable(state);
  const limit = settings.drainTimeout ?? 0;
  const draining = beginDraining(
    state.draining,
    { at, before, old: state.services, services, limit },
    orders,
  );
  orders.reconcileTable();
  const next: CheckerState = {
    ...state,
    phase: 'running',
    generation,
    services,
    places: placesOf(services),
  };
  return drain(next, draining, at + COUNT_EVERY, orders);
}

/** Of the table that was found, what is ours: wanted services, and an earlier process's. */
function leftBehind({
  found = [],
  owned = [],
  settings,
}: Extract<CheckerEvent, { kind: 'configured' }>): readonly IpvsService[] {
  const ours = new Set([
    ...owned,
    ...settings.virtualServers.flatMap((each) => servicesOf(each).map(serviceKey)),
  ]);
  return found.filter(({ id }) => ours.has(serviceKey(id)));
}

function drainDue(
  state: CheckerState,
  { at, dueAt }: Extract<CheckerEvent, { kind: 'timer-expired' }>,
  orders: Orders,
): CheckerState {
  if (state.drainDueAt !== dueAt) return state;
  const draining = expireDraining(state.draining, at, orders);
  orders.countConnections(countedServices(draining));
  return drain(state, draining, at + COUNT_PATIENCE, orders);
}

/** Takes over who drains, and arms the timer for what is due next. */
function drain(
  state: CheckerState,
  draining: DrainingServers,
  count: Micros,
  orders: Orders,
): CheckerState {
  const { drainDueAt: before, ...rest } = state;
  const due = nextDrainDue(draining, count);
  if (due !== before) orders.armDrainTimer(due);
  if (draining.size !== state.draining.size) orders.reconcileTable();
  const next = { ...rest, draining };
  return due === undefined ? next : { ...next, drainDueAt: due };
}

function timerExpired(
  state: CheckerState,
  event: Extract<CheckerEvent, { kind: 'timer-expired' }>,
  orders: Orders,
): CheckerState {
  const place = state.places.get(event.timer);
  if (!place) return state;
  const check = checkAt(state, place);
  if (check.dueAt !== event.dueAt) return state;
  if (check.running) {
    orders.cancelProbe(check.key, check.running.attempt);
    return finish(state, place, SILENT_PROBE, event.at, orders);
  }
  const started = startAttempt(check, state.nextAttempt, event.at, orders);
  return { ...withCheck(state, place, started), nextAttempt: state.nextAttempt + 1 };
}

/** The result of a probe that broke its promise to answer by its deadline. */
const SILENT_PROBE: ProbeResult = {
  verdict: 'inconclusive',
  phase: 'local',
  reason: 'probe-failed',
  detail: 'the probe did not answer',
};

function finish(
  state: CheckerState,
  place: Place,
  result: ProbeResult,
  at: Micros,
  orders: Orders,
): CheckerState {
  const before = state.services[place.service]!;
  const next = withCheck(state, place, finishAttempt(checkAt(state, place), result, at, orders));
  const service = next.services[place.service]!;
  const server = service.servers.at(place.server)!;
  const alive = isAlive(server);
  if (alive === isAlive(before.servers.at(place.server)!)) return next;

  logAliveChange(service.settings.id, server.settings, alive, orders);
  const sorryWasActive = sorryServerActive(before);
  orders.reconcileTable();
  return withService(
    next,
    place.service,
    stepQuorum(service, { init: false, sorryWasActive }, orders),
  );
}

function shutdown(state: CheckerState, orders: Orders): CheckerState {
  const services = state.services.map((service) => {
    const { id, omega } = service.settings;
    for (const server of service.servers) {
      dropChecks(server.checks, orders);
      const name = serverName(id, server.settings);
      orders.log(
        'info',
        'server-shutdown',
        `Shutting down service ${name} from VS ${serviceName(id)}`,
      );
    }
    return omega ? { ...service, quorumUp: false } : service;
  });
  orders.reconcileTable();
  if (state.drainDueAt !== undefined) orders.armDrainTimer(undefined);
  return { ...state, phase: 'stopped', services, places: new Map() };
}

function checkAt(state: CheckerState, place: Place): CheckState {
  return state.services[place.service]!.servers.at(place.server)!.checks[place.check]!;
}

function withCheck(state: CheckerState, place: Place, check: CheckState): CheckerState {
  const service = state.services[place.service]!;
  const server = service.servers.at(place.server)!;
  const checks = replaced(server.checks, place.check, check);
  const servers = replaced(service.servers, place.server, { ...server, checks });
  return withService(state, place.service, { ...service, servers });
}

function withService(state: CheckerState, at: number, service: VirtualServerState): CheckerState {
  return { ...state, services: replaced(state.services, at, service) };
}

function replaced<T>(items: Iterable<T>, at: number, item: T): readonly T[] {
  const copy = [...items];
  copy[at] = item;
  return copy;
}

function placesOf(services: readonly VirtualServerState[]): Map<string, Place> {
  const places = new Map<string, Place>();
  services.forEach(({ servers }, service) => {
    if (servers instanceof UncheckedStates) return;
    let server = 0;
    for (const { checks } of servers) {
      checks.forEach(({ key }, check) => {
        places.set(checkTimer(key), { service, server, check });
      });
      server++;
    }
  });
  return places;
}
