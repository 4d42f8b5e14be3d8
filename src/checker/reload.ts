/**
 * Takes a configuration over. What is the same thing as before keeps its state: a virtual server
 * by its address or mark, a real server by its address within it, a check by the question it asks.
 * Anything may change around it (weights, timing, order) without a connection noticing.
 *
 * A check that is new on a server that is already known starts with the server's state: it neither
 * takes a good server out nor puts a failed one back before it has an answer of its own. A new
 * server starts in service, or with `alpha` out of it. After a crash the kernel's table remembers
 * what the process forgot: a server of a service that is still there starts in service exactly if it
 * carries load there, so that a restart neither cuts connections nor revives failed servers.
 */
import type { List } from '../base/list.js';
import type { Micros } from '../base/time.js';
import {
  destinationKey,
  type IpvsService,
  type ServiceId,
  serviceKey,
  shortKeys,
} from '../ipvs/model.js';
import { type CheckState, createCheck, sameQuestion } from './check.js';
import type { Orders } from './effects.js';
import type { CheckerEvent } from './events.js';
import { portInService, servicesOf, virtualServerKey } from './group.js';
import { serverName, serviceName } from './names.js';
import {
  isAlive,
  logAliveChange,
  type RealServerState,
  UncheckedStates,
  uncheckedState,
} from './real-server.js';
import { firstDue, nextRandom } from './schedule.js';
import { UncheckedServers } from './server-columns.js';
import type {
  CheckSettings,
  RealServerSettings,
  VirtualServerId,
  VirtualServerSettings,
} from './settings.js';
import { sorryServerActive, stepQuorum, type VirtualServerState } from './virtual-server.js';

/** What the takeover of one configuration passes along; lives for one step. */
interface Takeover {
  readonly at: Micros;
  readonly orders: Orders;
  /** State of the random generator. */
  random: number;
  /** Services that an earlier process left, by key. */
  readonly found: ReadonlyMap<string, IpvsService>;
}

/** The virtual servers of a new configuration with the state that the old ones hand on. */
export function takeOver(
  old: readonly VirtualServerState[],
  event: Extract<CheckerEvent, { kind: 'configured' }>,
  orders: Orders,
): readonly VirtualServerState[] {
  const { at, seed, settings } = event;
  const found = new Map(event.found?.map((service) => [serviceKey(service.id), service]));
  const takeover: Takeover = { at, orders, random: seed, found };
  const before = new Map(old.map((service) => [virtualServerKey(service.settings.id), service]));
  const wanted = unique(
    settings.virtualServers,
    (server) => virtualServerKey(server.id),
    (server) => {
      const text = `Virtual server ${serviceName(server.id)} is configured twice, the second is ignored`;
      orders.log('warning', 'duplicate-virtual-server', text);
    },
  );
  for (const [key, service] of before) {
    if (wanted.has(key)) continue;
    const name = serviceName(service.settings.id);
    orders.log('notice', 'virtual-server-removed', `Removing Virtual Server ${name}`);
    for (const server of service.servers) dropChecks(server.checks, orders);
  }
  const services: VirtualServerState[] = [];
  for (const [key, server] of wanted) {
    services.push(takeOverService(before.get(key), server, takeover));
  }
  return services;
}

function takeOverService(
  old: VirtualServerState | undefined,
  settings: VirtualServerSettings,
  takeover: Takeover,
): VirtualServerState {
  if (!old) return startService(settings, takeover);
  const { orders } = takeover;
  const { id } = settings;
  const before = new Map(
    [...old.servers].map((server) => [destinationKey(server.settings), server]),
  );
  const wanted = unique(settings.realServers, destinationKey, (server) =>
    logRepeated(id, server, orders),
  );
  for (const [key, server] of before) {
    if (wanted.has(key)) continue;
    const name = serverName(id, server.settings);
    orders.log('notice', 'server-removed', `service ${name} no longer exist`);
    dropChecks(server.checks, orders);
  }
  const there = servicesThere(settings, takeover);
  const servers: RealServerState[] = [];
  for (const [key, server] of wanted) {
    servers.push(takeOverServer(before.get(key), settings, server, there, takeover));
  }
  const next = { settings, servers: shortly(settings, servers), quorumUp: old.quorumUp };
  const sorryWasActive = sorryServerActive(old);
  if (sorryWasActive && !sameSorry(old, settings)) {
    const gone = serverName(id, old.settings.sorryServer!);
    const text = `Removing sorry server ${gone} from VS ${serviceName(id)}`;
    orders.log('notice', 'sorry-server-out', text);
    return stepQuorum(next, { init: true, sorryWasActive: false }, orders);
  }
  return stepQuorum(next, { init: true, sorryWasActive }, orders);
}

/** A virtual server that the engine does not know yet. */
function startService(settings: VirtualServerSettings, takeover: Takeover): VirtualServerState {
  const { orders } = takeover;
  const { realServers } = settings;
  if (realServers instanceof UncheckedServers && !realServers.repeats()) {
    const next = { settings, servers: new UncheckedStates(realServers), quorumUp: false };
    return stepQuorum(next, { init: true, sorryWasActive: false }, orders);
  }
  const there = servicesThere(settings, takeover);
  const servers: RealServerState[] = [];
  const keyOf = shortKeys();
  const known = new Set<string>();
  for (const server of settings.realServers) {
    const key = keyOf(server);
    if (known.has(key)) logRepeated(settings.id, server, orders);
    else servers.push(takeOverServer(undefined, settings, server, there, takeover));
    known.add(key);
  }
  const next = { settings, servers, quorumUp: false };
  return stepQuorum(next, { init: true, sorryWasActive: false }, orders);
}

/** Of servers of which nothing is to be remembered no state is kept. */
function shortly(
  { realServers }: VirtualServerSettings,
  servers: readonly RealServerState[],
): List<RealServerState> {
  const isPlain =
    realServers instanceof UncheckedServers &&
    realServers.length === servers.length &&
    servers.every(({ nextCheckNumber }) => nextCheckNumber === 0);
  return isPlain ? new UncheckedStates(realServers) : servers;
}

function logRepeated(id: VirtualServerId, server: RealServerSettings, orders: Orders): void {
  const text = `Real server ${serverName(id, server)} of VS ${serviceName(id)} is configured twice, the second is ignored`;
  orders.log('warning', 'duplicate-real-server', text);
}

function takeOverServer(
  old: RealServerState | undefined,
  virtual: VirtualServerSettings,
  settings: RealServerSettings,
  there: readonly ServiceThere[],
  takeover: Takeover,
): RealServerState {
  if (!old && settings.checks.length === 0) {
    return uncheckedState(settings);
  }
  const { orders } = takeover;
  const { id } = virtual;
  const left = [...(old?.checks ?? [])];
  const startsUp = old ? isAlive(old) : startsInService(virtual, settings, there);
  let nextCheckNumber = old?.nextCheckNumber ?? 0;
  const checks = settings.checks.map((wanted) => {
    const same = left.findIndex((check) => sameQuestion(check.settings, wanted));
    if (same >= 0) return keepCheck(left.splice(same, 1)[0]!, wanted, takeover);
    const key = `${virtualServerKey(id)} ${destinationKey(settings)} #${nextCheckNumber++}`;
    return newCheck(key, id, settings, wanted, startsUp, takeover);
  });
  dropChecks(left, orders);
  const next = { settings, checks, nextCheckNumber };
  if (old) {
    const alive = isAlive(next);
    if (alive !== isAlive(old)) logAliveChange(id, settings, alive, orders);
    logWeightChange(id, old.settings, settings, alive, orders);
  }
  return next;
}

/** A service that an earlier process left, and its entries by key. */
interface ServiceThere {
  readonly id: ServiceId;
  readonly weights: ReadonlyMap<string, number>;
}

/** Which services of a virtual server are still there. */
function servicesThere(virtual: VirtualServerSettings, { found }: Takeover): ServiceThere[] {
  if (found.size === 0) return [];
  return servicesOf(virtual).flatMap((id) => {
    const service = found.get(serviceKey(id));
    if (!service) return [];
    const weights = new Map(
      [...service.destinations].map((one) => [destinationKey(one), one.weight]),
    );
    return [{ id, weights }];
  });
}

/**
 * Whether a server that the engine does not know yet starts in service. In a group one of its
 * services that are still there is enough: their servers are the same.
 */
function startsInService(
  virtual: VirtualServerSettings,
  server: RealServerSettings,
  there: readonly ServiceThere[],
): boolean {
  for (const { id, weights } of there) {
    const port = portInService(virtual.id, id, server);
    const weight = weights.get(destinationKey({ address: server.address, port }));
    if (weight !== undefined && (weight > 0 || server.weight === 0)) return true;
  }
  return there.length === 0 && !server.alpha;
}

function newCheck(
  key: string,
  id: VirtualServerId,
  server: RealServerSettings,
  settings: CheckSettings,
  up: boolean,
  takeover: Takeover,
): CheckState {
  const { state, value } = nextRandom(takeover.random);
  takeover.random = state;
  const dueAt = firstDue(takeover.at, settings.timing.warmup, value);
  const name = serverName(id, server);
  takeover.orders.armTimer(key, dueAt);
  takeover.orders.log(
    'info',
    'check-activated',
    `Activating healthchecker for service ${name} for VS ${serviceName(id)}`,
    { check: key, type: settings.type },
  );
  return createCheck({ key, server: name, settings, up, dueAt });
}

/** The same question: state and schedule stay, but no wait is longer than the new timing's. */
function keepCheck(check: CheckState, settings: CheckSettings, takeover: Takeover): CheckState {
  const kept = { ...check, settings };
  const { delayLoop, delayBeforeRetry } = settings.timing;
  const retrying = check.failuresInRow > 0 || check.inconclusiveInRow > 0;
  const latest = takeover.at + (retrying ? delayBeforeRetry : delayLoop);
  // A check that has not run yet waits for its warm-up, which may be longer than delay_loop.
  if (check.running || check.attempts === 0 || check.dueAt <= latest) return kept;
  takeover.orders.armTimer(check.key, latest);
  return { ...kept, dueAt: latest };
}

/** Ends checks that are no longer wanted. */
export function dropChecks(checks: readonly CheckState[], orders: Orders): void {
  for (const check of checks) {
    if (check.running) orders.cancelProbe(check.key, check.running.attempt);
    orders.cancelTimer(check.key);
  }
}

function logWeightChange(
  id: VirtualServerId,
  before: RealServerSettings,
  after: RealServerSettings,
  alive: boolean,
  orders: Orders,
): void {
  if (before.weight === after.weight) return;
  const server = serverName(id, after);
  orders.log(
    'notice',
    'weight-changed',
    `Changing weight from ${before.weight} to ${after.weight} for ${alive ? '' : 'in'}active service ${server} of VS ${serviceName(id)}`,
    { server, weight: after.weight },
  );
}

function sameSorry(old: VirtualServerState, settings: VirtualServerSettings): boolean {
  const a = old.settings.sorryServer;
  const b = settings.sorryServer;
  return a !== undefined && b !== undefined && destinationKey(a) === destinationKey(b);
}

/** Items by key, in order; of items with the same key the first stays. */
function unique<T>(
  items: Iterable<T>,
  keyOf: (item: T) => string,
  onDuplicate: (item: T) => void,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (found.has(key)) onDuplicate(item);
    else found.set(key, item);
  }
  return found;
}
