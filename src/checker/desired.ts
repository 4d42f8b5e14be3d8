/**
 * The IPVS table that the checker's state asks for. Nothing else decides what is in the table, so
 * that no history of ups and downs can leave anything behind.
 */
import { destinationKey, type IpvsDestination, type IpvsService } from '../ipvs/model.js';
import type { CheckerState } from './engine.js';
import { isAlive, type RealServerState } from './real-server.js';
import { sorryServerActive, type VirtualServerState } from './virtual-server.js';

/** keepalived's weight of a sorry server in service. */
const SORRY_WEIGHT = 1;

/** Every wanted service with its destinations, in the configuration's order. */
export function desiredTable(state: CheckerState): IpvsService[] {
  if (state.phase !== 'running') return [];
  return state.services.map((service) => {
    const { id, scheduler, flags, persistenceTimeout, persistencePrefix } = service.settings;
    return {
      id,
      scheduler,
      flags,
      persistenceTimeout,
      persistencePrefix,
      destinations: desiredDestinations(service),
    };
  });
}

/**
 * The destinations of one service.
 *
 * A sorry server may be one of the real servers; then it is one entry in the table, as the sorry
 * server while that one is in service and as the real server otherwise.
 */
export function desiredDestinations(service: VirtualServerState): IpvsDestination[] {
  const sorry = service.settings.sorryServer;
  const sorryActive = sorryServerActive(service);
  const wanted = new Map<string, IpvsDestination>();
  if (sorry && sorryActive) wanted.set(destinationKey(sorry), sorryDestination(service, true));
  for (const server of service.servers) {
    const key = destinationKey(server.settings);
    const weight = desiredWeight(server, sorryActive);
    if (weight === undefined || wanted.has(key)) continue;
    const { address, port, method, upperThreshold, lowerThreshold } = server.settings;
    wanted.set(key, { address, port, method, weight, upperThreshold, lowerThreshold });
  }
  if (sorry?.inhibit && !wanted.has(destinationKey(sorry))) {
    wanted.set(destinationKey(sorry), sorryDestination(service, false));
  }
  return [...wanted.values()];
}

/** The weight that a real server has in the table; undefined: it is not in it. */
export function desiredWeight(server: RealServerState, sorryActive: boolean): number | undefined {
  if (isAlive(server) && !sorryActive) return Math.max(0, server.settings.weight);
  return server.settings.inhibitOnFailure ? 0 : undefined;
}

function sorryDestination(service: VirtualServerState, active: boolean): IpvsDestination {
  const { address, port, method } = service.settings.sorryServer!;
  const weight = active ? SORRY_WEIGHT : 0;
  return { address, port, method, weight, upperThreshold: 0, lowerThreshold: 0 };
}
