/**
 * The IPVS table that the checker's state asks for. Nothing else decides what is in the table, so
 * that no history of ups and downs can leave anything behind.
 */
import { type List, MadeList } from '../base/list.js';
import {
  destinationKey,
  type IpvsDestination,
  type IpvsService,
  type ServiceId,
} from '../ipvs/model.js';
import { withDraining } from './drain.js';
import type { CheckerState } from './engine.js';
import { maskInService, portInService, servicesOf } from './group.js';
import { isAlive, type RealServerState, UncheckedStates } from './real-server.js';
import type { VirtualServerId } from './settings.js';
import { sorryServerActive, type VirtualServerState } from './virtual-server.js';

/** keepalived's weight of a sorry server in service. */
const SORRY_WEIGHT = 1;

/** Where packets for a destination go, and how. */
type Place = Pick<IpvsDestination, 'address' | 'port' | 'method' | 'tunnel'>;

/**
 * Every wanted service with its destinations, in the configuration's order, and what drains. Services
 * of a group that have the same destinations share one list.
 */
export function desiredTable(state: CheckerState): readonly IpvsService[] {
  if (state.phase !== 'running') return [];
  return withDraining(state.services.flatMap(desiredServices), state.draining);
}

/** What was made of a state, which never changes; goes with it. */
const made = new WeakMap<VirtualServerState, readonly IpvsService[]>();

/** The same objects for the same state: what is compared with them later need not look inside. */
function desiredServices(virtual: VirtualServerState): readonly IpvsService[] {
  const known = made.get(virtual);
  if (known) return known;
  const services = servicesWithDestinations(virtual);
  made.set(virtual, services);
  return services;
}

function servicesWithDestinations(virtual: VirtualServerState): IpvsService[] {
  const { settings } = virtual;
  const { scheduler, flags, persistenceTimeout, persistenceEngine } = settings;
  const byPort = new Map<number, List<IpvsDestination>>();
  return servicesOf(settings).map((id) => {
    const port = id.kind === 'address' ? id.port : 0;
    const destinations = byPort.get(port) ?? destinationsOf(virtual, id);
    byPort.set(port, destinations);
    return {
      id,
      scheduler,
      flags,
      persistenceTimeout,
      ...maskInService(settings, id),
      ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
      destinations,
    };
  });
}

/** Of servers without checks they are made when they are looked at: every server is in the table. */
function destinationsOf(virtual: VirtualServerState, service: ServiceId): List<IpvsDestination> {
  const { servers } = virtual;
  const isPlain = servers instanceof UncheckedStates && !mayRepeat(virtual);
  if (!isPlain) return desiredDestinations(virtual, service);
  return new MadeList(servers.length, () => desiredDestinations(virtual, service));
}

/** Real servers are different ones, but in a group they may get the same port. */
function mayRepeat({ settings: { id, sorryServer } }: VirtualServerState): boolean {
  return sorryServer !== undefined || id.kind === 'group';
}

/**
 * The destinations of one service.
 *
 * A sorry server may be one of the real servers; then it is one entry in the table, as the sorry
 * server while that one is in service and as the real server otherwise.
 */
export function desiredDestinations(
  virtual: VirtualServerState,
  service: ServiceId,
): IpvsDestination[] {
  const { id, sorryServer: sorry } = virtual.settings;
  const sorryActive = sorryServerActive(virtual);
  const wanted: IpvsDestination[] = [];
  if (sorry && sorryActive) wanted.push(destination(id, service, sorry, SORRY_WEIGHT, NO_LIMITS));
  for (const server of virtual.servers) {
    const weight = desiredWeight(server, sorryActive);
    if (weight === undefined) continue;
    const { settings } = server;
    wanted.push(destination(id, service, settings, weight, settings));
  }
  if (sorry?.inhibit) wanted.push(destination(id, service, sorry, 0, NO_LIMITS));
  return mayRepeat(virtual) ? firstOfEach(wanted) : wanted;
}

type Limits = Pick<IpvsDestination, 'upperThreshold' | 'lowerThreshold'>;

const NO_LIMITS: Limits = { upperThreshold: 0, lowerThreshold: 0 };

function destination(
  id: VirtualServerId,
  service: ServiceId,
  { address, port, method, tunnel }: Place,
  weight: number,
  { upperThreshold, lowerThreshold }: Limits,
): IpvsDestination {
  const its = portInService(id, service, { port, method });
  const plain = { address, port: its, method, weight, upperThreshold, lowerThreshold };
  return tunnel ? { ...plain, tunnel } : plain;
}

function firstOfEach(destinations: readonly IpvsDestination[]): IpvsDestination[] {
  const wanted = new Map<string, IpvsDestination>();
  for (const one of destinations) {
    const key = destinationKey(one);
    if (!wanted.has(key)) wanted.set(key, one);
  }
  return [...wanted.values()];
}

/** The weight that a real server has in the table; undefined: it is not in it. */
export function desiredWeight(server: RealServerState, sorryActive: boolean): number | undefined {
  if (isAlive(server) && !sorryActive) return Math.max(0, server.settings.weight);
  return server.settings.inhibitOnFailure ? 0 : undefined;
}
