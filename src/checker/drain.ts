/**
 * Servers that left the configuration, on their way out of the table.
 *
 * ```
 *    configured, in the table            not configured
 *          |                                   |
 *          |  removed           +--------------+--------------+
 *          +------------------> |  weight 0, still in the table | --> deleted
 *          |                    +--------------+--------------+    no connection is left,
 *          |  configured again                 |                   or the limit is up
 *          +<----------------------------------+
 * ```
 *
 * Deleting a server cuts its connections; with weight 0 they go on and no new one comes. Only what
 * serves is drained: a server that its checks have found dead goes at once. Time is an argument.
 */
import type { Ip } from '../base/ip.js';
import type { Micros } from '../base/time.js';
import { MICROS_PER_SECOND } from '../base/time.js';
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  type ServiceId,
  serviceKey,
} from '../ipvs/model.js';
import type { CountedService, Orders } from './effects.js';
import { portInService, servicesOf } from './group.js';
import { serverName, serviceName } from './names.js';
import { isAlive } from './real-server.js';
import type { VirtualServerSettings } from './settings.js';
import type { VirtualServerState } from './virtual-server.js';

/** How long after a count the next one is due. */
export const COUNT_EVERY: Micros = MICROS_PER_SECOND;
/** How long a count may take before it is ordered again. */
export const COUNT_PATIENCE: Micros = 10 * MICROS_PER_SECOND;

export interface Draining {
  /** The service as it was; its destinations are of no account. */
  readonly service: IpvsService;
  /** With weight 0. */
  readonly destination: IpvsDestination;
  readonly since: Micros;
  /** When it is deleted though it has connections. */
  readonly dueAt: Micros;
  /** As they were counted last. */
  readonly connections?: number;
}

/** By service and server; bounded by the tables that configurations asked for. */
export type DrainingServers = ReadonlyMap<string, Draining>;

/** What the kernel has of a draining server. */
export interface ConnectionCount {
  readonly service: ServiceId;
  readonly address: Ip;
  readonly port: number;
  /** Active and inactive ones; missing: the server is not in the table. */
  readonly connections?: number;
  readonly weight?: number;
}

const NOTHING: DrainingServers = new Map();

interface Change {
  readonly at: Micros;
  /** The table that was wanted before; at the first configuration the one that was found. */
  readonly before: readonly IpvsService[];
  readonly old: readonly VirtualServerState[];
  readonly services: readonly VirtualServerState[];
  /** The limit for services that are gone and did not tell theirs. */
  readonly limit: Micros;
}

/** The servers that drain with a new configuration: those that drained already, and the removed. */
export function beginDraining(
  draining: DrainingServers,
  change: Change,
  orders: Orders,
): DrainingServers {
  if (change.before.length === 0) return NOTHING;
  const wanted = byService(change.services);
  const old = byService(change.old);
  const next = new Map<string, Draining>();
  for (const service of change.before) {
    const key = serviceKey(service.id);
    const settings = wanted.get(key)?.settings;
    const told = settings ?? old.get(key)?.settings;
    const limit = told ? (told.drainTimeout ?? 0) : change.limit;
    const kept = new Set(settings && configuredKeys(settings, service.id));
    const dead = deadKeys(old.get(key), service.id);
    for (const destination of service.destinations) {
      const target = destinationKey(destination);
      if (kept.has(target) || dead.has(target)) continue;
      const name = `${key} ${target}`;
      const { since, ...rest } = draining.get(name) ?? { since: change.at };
      const dueAt = since + limit;
      if (dueAt <= change.at) continue;
      next.set(name, {
        ...rest,
        service: { ...optionsOf(service), destinations: [] },
        destination: { ...destinationOf(destination), weight: 0 },
        since,
        dueAt,
      });
      if (!draining.has(name)) logBegin(service.id, destination, limit, orders);
    }
  }
  return next;
}

/** Takes out what has no connection any more, or is not in the table. */
export function countDraining(
  draining: DrainingServers,
  counts: readonly ConnectionCount[],
  orders: Orders,
): DrainingServers {
  const next = new Map(draining);
  for (const { service, address, port, connections, weight } of counts) {
    const key = `${serviceKey(service)} ${destinationKey({ address, port })}`;
    const server = next.get(key);
    if (!server) continue;
    if (connections === undefined) next.delete(key);
    // With another weight it is still to be changed: new connections may come.
    else if (connections > 0 || weight !== 0) next.set(key, { ...server, connections });
    else {
      next.delete(key);
      orders.log('notice', 'server-drained', `${names(server)} is drained, it is removed`);
    }
  }
  return next;
}

/** Takes out those whose limit is up. */
export function expireDraining(
  draining: DrainingServers,
  at: Micros,
  orders: Orders,
): DrainingServers {
  const next = new Map(draining);
  for (const [key, server] of draining) {
    if (server.dueAt > at) continue;
    next.delete(key);
    const left =
      server.connections === undefined ? '' : ` with ${server.connections} connections left`;
    orders.log('warning', 'drain-limit', `${names(server)} is removed${left}: the limit is up`);
  }
  return next;
}

/** Whose connections are to be counted, by service. */
export function countedServices(draining: DrainingServers): CountedService[] {
  const services = new Map<string, { id: ServiceId; servers: { address: Ip; port: number }[] }>();
  for (const { service, destination } of draining.values()) {
    const key = serviceKey(service.id);
    const { address, port } = destination;
    const others = services.get(key);
    if (others) others.servers.push({ address, port });
    else services.set(key, { id: service.id, servers: [{ address, port }] });
  }
  return [...services.values()];
}

/** When something is to be done next: a limit that is up, or a count. */
export function nextDrainDue(draining: DrainingServers, count: Micros): Micros | undefined {
  let due: Micros | undefined;
  for (const { dueAt } of draining.values()) due = Math.min(due ?? count, dueAt);
  return due;
}

/** A table with the draining servers in it: at the end of their service, or with a service of their own. */
export function withDraining(
  table: readonly IpvsService[],
  draining: DrainingServers,
): readonly IpvsService[] {
  if (draining.size === 0) return table;
  const leaving = new Map<string, { service: IpvsService; destinations: IpvsDestination[] }>();
  for (const { service, destination } of draining.values()) {
    const key = serviceKey(service.id);
    const others = leaving.get(key);
    if (others) others.destinations.push(destination);
    else leaving.set(key, { service, destinations: [destination] });
  }
  const whole = table.map((service) => {
    const key = serviceKey(service.id);
    const found = leaving.get(key);
    if (!found) return service;
    leaving.delete(key);
    return { ...service, destinations: [...service.destinations, ...found.destinations] };
  });
  for (const { service, destinations } of leaving.values())
    whole.push({ ...service, destinations });
  return whole;
}

function byService(all: readonly VirtualServerState[]): Map<string, VirtualServerState> {
  const services = new Map<string, VirtualServerState>();
  for (const virtual of all) {
    for (const id of servicesOf(virtual.settings)) services.set(serviceKey(id), virtual);
  }
  return services;
}

function configuredKeys(
  { id, realServers, sorryServer }: VirtualServerSettings,
  service: ServiceId,
): string[] {
  return [...realServers, ...(sorryServer ? [sorryServer] : [])].map((server) =>
    destinationKey({ address: server.address, port: portInService(id, service, server) }),
  );
}

function deadKeys(
  virtual: VirtualServerState | undefined,
  service: ServiceId,
): ReadonlySet<string> {
  const dead = [...(virtual?.servers ?? [])].filter((server) => !isAlive(server));
  return new Set(
    dead.map(({ settings }) => {
      const port = portInService(virtual!.settings.id, service, settings);
      return destinationKey({ address: settings.address, port });
    }),
  );
}

/** Without what the kernel tells besides. */
function optionsOf(service: IpvsService): Omit<IpvsService, 'destinations'> {
  const { id, scheduler, flags, persistenceTimeout, persistencePrefix } = service;
  const { persistenceMask: mask, persistenceEngine: engine } = service;
  return {
    id,
    scheduler,
    flags,
    persistenceTimeout,
    persistencePrefix,
    ...(mask === undefined ? {} : { persistenceMask: mask }),
    ...(engine === undefined ? {} : { persistenceEngine: engine }),
  };
}

function destinationOf(destination: IpvsDestination): IpvsDestination {
  const { address, port, method, weight, upperThreshold, lowerThreshold, tunnel } = destination;
  const plain = { address, port, method, weight, upperThreshold, lowerThreshold };
  return tunnel ? { ...plain, tunnel } : plain;
}

function names({ service, destination }: Draining): string {
  return `service ${serverName(service.id, destination)} of VS ${serviceName(service.id)}`;
}

function logBegin(
  id: ServiceId,
  destination: IpvsDestination,
  limit: Micros,
  orders: Orders,
): void {
  orders.log(
    'notice',
    'server-draining',
    `Draining service ${serverName(id, destination)} of VS ${serviceName(id)}, at most ${Math.round(limit / MICROS_PER_SECOND)} s`,
  );
}
