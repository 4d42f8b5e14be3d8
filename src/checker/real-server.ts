/** One real server of a virtual server: alive when all of its checks are up. */
import type { CheckState } from './check.js';
import type { Orders } from './effects.js';
import { serverName, serviceName } from './names.js';
import type { RealServerSettings, VirtualServerId } from './settings.js';

export interface RealServerState {
  readonly settings: RealServerSettings;
  readonly checks: readonly CheckState[];
  /** The number that the next new check's key gets; never used twice while the server exists. */
  readonly nextCheckNumber: number;
}

/** Whether every check is up. A server without checks is always alive. */
export function isAlive(server: RealServerState): boolean {
  return server.checks.every((check) => check.up);
}

/** Logs that a server came to life or died, in keepalived's words. */
export function logAliveChange(
  id: VirtualServerId,
  settings: RealServerSettings,
  alive: boolean,
  orders: Orders,
): void {
  const server = serverName(id, settings);
  const service = serviceName(id);
  const [verb, to] = settings.inhibitOnFailure
    ? [alive ? 'Enabling' : 'Disabling', 'of']
    : alive
      ? ['Adding', 'to']
      : ['Removing', 'from'];
  orders.log(
    'notice',
    alive ? 'server-up' : 'server-down',
    `${verb} service ${server} ${to} VS ${service}`,
    { service, server },
  );
}
