/** What the checker engine tells of itself: plain data for status, metrics and explanations. */

import type { Micros } from '../base/time.js';
import type { ForwardingMethod, IpvsStats, ServiceId, Tunnel } from '../ipvs/model.js';
import type { CheckState } from './check.js';
import { desiredWeight } from './desired.js';
import type { Draining } from './drain.js';
import type { CheckerState } from './engine.js';
import { isAlive } from './real-server.js';
import type { GroupMember, VirtualServerId } from './settings.js';
import { sorryServerActive } from './virtual-server.js';

export interface CheckSnapshot {
  readonly type: string;
  readonly up: boolean;
  /** The last verdict in words: `connection refused`, `status 500, expected 200`. */
  readonly lastResult: string;
  readonly attempts: number;
  readonly failures: number;
  /** Attempts that this machine could not make; they say nothing of the server. */
  readonly inconclusive: number;
}

export interface RealServerSnapshot {
  readonly address: string;
  readonly port: number;
  /** How packets reach it. */
  readonly method: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly alive: boolean;
  /** The weight that is wanted in the table; undefined: it is not in the table. */
  readonly weight?: number;
  readonly checks: readonly CheckSnapshot[];
}

export interface VirtualServerSnapshot {
  readonly id: VirtualServerId;
  /** Of a group: its addresses and marks, each a service of the kernel. */
  readonly members?: readonly GroupMember[];
  readonly quorumUp: boolean;
  readonly sorryServerActive: boolean;
  readonly realServers: readonly RealServerSnapshot[];
}

export interface CheckerSnapshot {
  readonly generation: number;
  readonly virtualServers: readonly VirtualServerSnapshot[];
  /** What the last reconciliation of the IPVS table could not do. */
  readonly tableErrors: readonly string[];
  /** Real servers that no route leads to, a line each; missing: none, or not looked at yet. */
  readonly unreachable?: readonly string[];
  /** Servers that left the configuration and still have connections; missing: none. */
  readonly draining?: readonly DrainingSnapshot[];
  /** What was done to the IPVS table; missing: nothing was wanted in it yet. */
  readonly table?: TableSnapshot;
}

/** A server on its way out of the table. Spans are microseconds. */
export interface DrainingSnapshot {
  readonly service: ServiceId;
  readonly address: string;
  readonly port: number;
  /** As they were counted last; missing: not yet. */
  readonly connections?: number;
  readonly since: Micros;
  /** Until it is removed though it has connections. */
  readonly left: Micros;
}

/** A service's counters and rates (a second), and those of its servers; 64 bits in the kernel. */
export interface ServiceCounters {
  readonly service: string;
  readonly stats: IpvsStats;
  readonly servers: readonly {
    readonly server: string;
    readonly active: number;
    readonly inactive: number;
    readonly stats: IpvsStats;
  }[];
}

/** What became of the IPVS table since the process began. */
export interface TableSnapshot {
  /** Requests that changed it. */
  readonly changes: number;
  /** Those of them that put back what something else had changed. */
  readonly drift: number;
  /** How long the last pass over the whole table took. */
  readonly wholeRead?: Micros;
  /** Counters of our services as the kernel has them; missing: not read yet. */
  readonly services?: readonly ServiceCounters[];
  /** A pass that is under way. */
  readonly working?: { readonly looked: number; readonly of: number; readonly changes: number };
}

/**
 * What the engine knows now.
 *
 * @param tableErrors what the last reconciliation could not do; the engine does not know it.
 * @param at the time, for spans.
 */
export function snapshot(
  state: CheckerState,
  tableErrors: readonly string[],
  at: Micros = 0,
  table?: TableSnapshot,
): CheckerSnapshot {
  const draining = [...state.draining.values()].map((server) => drainingSnapshot(server, at));
  return {
    generation: state.generation,
    virtualServers: state.services.map((service) => {
      const active = sorryServerActive(service);
      const { id, members } = service.settings;
      return {
        id,
        ...(members ? { members } : {}),
        quorumUp: service.quorumUp,
        sorryServerActive: state.phase === 'running' && active,
        realServers: [...service.servers].map((server) => {
          const { address, port, method, tunnel } = server.settings;
          const weight = state.phase === 'running' ? desiredWeight(server, active) : undefined;
          return {
            address,
            port,
            method,
            ...(tunnel ? { tunnel } : {}),
            alive: isAlive(server),
            ...(weight === undefined ? {} : { weight }),
            checks: server.checks.map(checkSnapshot),
          };
        }),
      };
    }),
    tableErrors,
    ...(draining.length > 0 ? { draining } : {}),
    ...(table ? { table } : {}),
  };
}

function drainingSnapshot(server: Draining, at: Micros): DrainingSnapshot {
  const { service, destination, connections, since, dueAt } = server;
  const { address, port } = destination;
  return {
    service: service.id,
    address,
    port,
    ...(connections === undefined ? {} : { connections }),
    since: at - since,
    left: dueAt - at,
  };
}

function checkSnapshot(check: CheckState): CheckSnapshot {
  return {
    type: check.settings.type,
    up: check.up,
    lastResult: check.lastResult,
    attempts: check.attempts,
    failures: check.failures,
    inconclusive: check.inconclusive,
  };
}
