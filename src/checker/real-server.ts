/** One real server of a virtual server: alive when all of its checks are up. */
import { MadeList } from '../base/list.js';
import type { CheckState } from './check.js';
import type { Orders } from './effects.js';
import { serverName, serviceName } from './names.js';
import type { UncheckedServers } from './server-columns.js';
import type { RealServerSettings, VirtualServerId } from './settings.js';

export interface RealServerState {
  readonly settings: RealServerSettings;
  readonly checks: readonly CheckState[];
  /** The number that the next new check's key gets; never used twice while the server exists. */
  readonly nextCheckNumber: number;
}

const NO_CHECKS: readonly CheckState[] = [];

/** A server that has no checks and never had any. */
export function uncheckedState(settings: RealServerSettings): RealServerState {
  return { settings, checks: NO_CHECKS, nextCheckNumber: 0 };
}

/** Servers of which the state is what every server without checks has. */
export class UncheckedStates extends MadeList<RealServerState> {
  readonly settings: UncheckedServers;

  constructor(settings: UncheckedServers) {
    super(settings.length, () => [...settings].map(uncheckedState));
    this.settings = settings;
  }
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
