/**
 * One virtual server: its quorum, and with it the sorry server.
 *
 * ```
 *                 weight >= quorum + hysteresis
 *      quorum  --------------------------------->  quorum
 *       down   <---------------------------------    up
 *                 weight < quorum - hysteresis, or weight = 0
 * ```
 *
 * `weight` is the sum of the weights of the living servers. The sorry server is in service exactly
 * while the quorum is down; then the living servers are out, since a service that cannot carry the
 * load is not to carry a part of it. Without a sorry server they stay in.
 */
import type { List } from '../base/list.js';
import type { Orders } from './effects.js';
import { serverName, serviceName } from './names.js';
import { isAlive, type RealServerState, UncheckedStates } from './real-server.js';
import type { VirtualServerSettings } from './settings.js';

export interface VirtualServerState {
  readonly settings: VirtualServerSettings;
  readonly servers: List<RealServerState>;
  readonly quorumUp: boolean;
}

/** Sum of the weights of the living servers. */
export function livingWeight({ servers }: VirtualServerState): number {
  if (servers instanceof UncheckedStates) return servers.settings.weight();
  let sum = 0;
  for (const server of servers) {
    if (isAlive(server)) sum += Math.max(0, server.settings.weight);
  }
  return sum;
}

/** Whether the sorry server takes the service's connections. */
export function sorryServerActive(service: VirtualServerState): boolean {
  return !service.quorumUp && service.settings.sorryServer !== undefined;
}

/**
 * Compares the living weight with the quorum and says what changes.
 *
 * @param before the sorry server of the state before, if it was in service; a reload may have
 *   changed or removed it.
 * @param init at start and on reload: a quorum that is down from the beginning is told too.
 */
export function stepQuorum(
  service: VirtualServerState,
  options: { readonly init: boolean; readonly sorryWasActive: boolean },
  orders: Orders,
): VirtualServerState {
  const { id, quorum, hysteresis, sorryServer } = service.settings;
  const name = serviceName(id);
  const weight = livingWeight(service);
  const gainAt = quorum + hysteresis;
  const loseBelow = quorum - hysteresis;

  if (!service.quorumUp && weight >= gainAt) {
    orders.log(
      'notice',
      'quorum-gained',
      `Gained quorum ${quorum}+${hysteresis}=${gainAt} <= ${weight} for VS ${name}`,
      { service: name, weight },
    );
    if (sorryServer && options.sorryWasActive) {
      orders.log(
        'notice',
        'sorry-server-out',
        `${sorryServer.inhibit ? 'Disabling' : 'Removing'} sorry server ${serverName(id, sorryServer)} from VS ${name}`,
        { service: name },
      );
      orders.log('info', 'pool-in', `Adding alive servers to the pool for VS ${name}`);
    }
    return { ...service, quorumUp: true };
  }

  const lost = service.quorumUp && (weight === 0 || weight < loseBelow);
  const downAtStart =
    options.init && !service.quorumUp && sorryServer !== undefined && !options.sorryWasActive;
  if (!lost && !downAtStart) return service;

  orders.log(
    'notice',
    'quorum-lost',
    lost
      ? `Lost quorum ${quorum}-${hysteresis}=${loseBelow} > ${weight} for VS ${name}`
      : `Starting with quorum down ${quorum}+${hysteresis}=${gainAt} > ${weight} for VS ${name}`,
    { service: name, weight },
  );
  if (sorryServer && !options.sorryWasActive) {
    orders.log(
      'notice',
      'sorry-server-in',
      `${sorryServer.inhibit ? 'Enabling' : 'Adding'} sorry server ${serverName(id, sorryServer)} to VS ${name}`,
      { service: name },
    );
    orders.log('info', 'pool-out', `Removing alive servers from the pool for VS ${name}`);
  }
  return { ...service, quorumUp: false };
}
