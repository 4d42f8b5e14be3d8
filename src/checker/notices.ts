/**
 * What became of real and virtual servers, for whoever is told of it: the difference between two states
 * of the engine. A step of the engine changes what it is about and keeps the rest, so that comparing
 * costs what has changed.
 */
import { destinationKey } from '../ipvs/model.js';
import type { CheckState } from './check.js';
import type { CheckerState } from './engine.js';
import { virtualServerKey } from './group.js';
import { serverName, serviceName } from './names.js';
import { isAlive, type RealServerState } from './real-server.js';
import { livingWeight, sorryServerActive, type VirtualServerState } from './virtual-server.js';

/**
 * Why it happened: the first configuration that has it, its checks (or its weight, or the quorum, by
 * another configuration), a configuration without it, the end of the daemon.
 */
export type NoticeCause = 'start' | 'check' | 'removed' | 'stopping';

interface About {
  /** By `virtualServerKey`. */
  readonly service: string;
  /** In keepalived's words: `[192.0.2.1]:tcp:80`. */
  readonly serviceName: string;
  readonly event: 'UP' | 'DOWN';
  readonly cause: NoticeCause;
  /** A sentence without its full stop. */
  readonly reason: string;
}

interface OfServer extends About {
  /** By `destinationKey`. */
  readonly server: string;
  readonly serverName: string;
}

/** Plain data: it goes from one process to another. */
export type ServerNotice =
  /** The quorum was gained or lost. */
  | ({ readonly subject: 'VS' } & About)
  /** A real server came into service or went out of it. */
  | ({ readonly subject: 'RS' } & OfServer)
  /** One check of a real server changed; `event` is what the server is then. */
  | ({
      readonly subject: 'CHECK';
      readonly type: string;
      readonly isGood: boolean;
      /** The server has changed with it. */
      readonly isDecisive: boolean;
    } & OfServer);

/**
 * What is to be told after a step.
 *
 * @param how `isStopping`: the step was the end: only who has `omega` is told. `startsToo`: servers that are
 *   in service from the start are told of.
 */
export function noticesOf(
  before: CheckerState,
  after: CheckerState,
  how: { readonly isStopping: boolean; readonly startsToo: boolean },
): ServerNotice[] {
  if (before.services === after.services) return [];
  if (how.isStopping) return after.services.flatMap(stopped);
  const found: ServerNotice[] = [];
  if (before.generation === after.generation) {
    after.services.forEach((service, i) => {
      const old = before.services[i];
      if (old !== service) found.push(...changed(old, service, how));
    });
    return found;
  }
  const old = new Map(before.services.map((one) => [virtualServerKey(one.settings.id), one]));
  const kept = new Set(after.services.map(({ settings }) => virtualServerKey(settings.id)));
  for (const [key, service] of old) if (!kept.has(key)) found.push(...removed(service));
  for (const service of after.services) {
    found.push(...changed(old.get(virtualServerKey(service.settings.id)), service, how));
  }
  return found;
}

/** keepalived tells the servers of an `omega` service first, and its quorum even if it was lost before. */
function stopped(service: VirtualServerState): ServerNotice[] {
  if (!service.settings.omega) return [];
  return [
    ...living(service).map((server) => down(service, server, 'stopping')),
    quorumNotice(service, 'DOWN', 'stopping', 'Shutting down'),
  ];
}

function removed(service: VirtualServerState): ServerNotice[] {
  const servers = living(service).map((server) => down(service, server, 'removed'));
  if (!service.quorumUp) return servers;
  return [...servers, quorumNotice(service, 'DOWN', 'removed', 'Removing')];
}

function living({ servers }: VirtualServerState): RealServerState[] {
  return [...servers].filter(isAlive);
}

function changed(
  old: VirtualServerState | undefined,
  service: VirtualServerState,
  { startsToo }: { readonly startsToo: boolean },
): ServerNotice[] {
  const found: ServerNotice[] = [];
  // Of a service that is new all servers are, which is mostly not told.
  if (old?.servers !== service.servers && (old || startsToo)) {
    const before = new Map(
      [...(old?.servers ?? [])].map((one) => [destinationKey(one.settings), one]),
    );
    for (const server of service.servers) {
      const key = destinationKey(server.settings);
      const known = before.get(key);
      before.delete(key);
      if (known === server || (!known && !startsToo)) continue;
      found.push(...serverChanged(service, known, server));
    }
    for (const server of before.values()) {
      if (isAlive(server)) found.push(down(service, server, 'removed'));
    }
  }
  return [...found, ...quorumChanged(old, service)];
}

function serverChanged(
  service: VirtualServerState,
  old: RealServerState | undefined,
  server: RealServerState,
): ServerNotice[] {
  const alive = isAlive(server);
  const about = aboutServer(service, server);
  const event = alive ? 'UP' : 'DOWN';
  if (!old) {
    if (!alive) return [];
    return [
      { subject: 'RS', ...about, event, cause: 'start', reason: 'in service from the start' },
    ];
  }
  const isDecisive = alive !== isAlive(old);
  const turned = server.checks.filter((check) => {
    const known = old.checks.find(({ key }) => key === check.key);
    return known !== undefined && known.up !== check.up;
  });
  const reason = turned.map(resultOf).join('; ') || 'other checks are configured';
  const found: ServerNotice[] = isDecisive
    ? [{ subject: 'RS', ...about, event, cause: 'check', reason }]
    : [];
  for (const check of turned) {
    const { type } = check.settings;
    const isGood = check.up;
    const told = { ...about, event, cause: 'check', reason: check.lastResult } as const;
    found.push({ subject: 'CHECK', ...told, type, isGood, isDecisive });
  }
  return found;
}

function resultOf({ settings, lastResult }: CheckState): string {
  return `${settings.type}: ${lastResult}`;
}

function quorumChanged(
  old: VirtualServerState | undefined,
  service: VirtualServerState,
): ServerNotice[] {
  const { quorumUp, settings } = service;
  const { quorum, hysteresis } = settings;
  const weight = livingWeight(service);
  const cause = old ? 'check' : 'start';
  if (quorumUp) {
    if (old?.quorumUp) return [];
    const reason = `Gained quorum ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${weight}`;
    return [quorumNotice(service, 'UP', cause, reason)];
  }
  if (old?.quorumUp) {
    const reason = `Lost quorum ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weight}`;
    return [quorumNotice(service, 'DOWN', cause, reason)];
  }
  // Down from the beginning is told where it makes the sorry server serve.
  if (!sorryServerActive(service) || (old && sorryServerActive(old))) return [];
  const reason = `Starting with quorum down ${quorum}+${hysteresis}=${quorum + hysteresis} > ${weight}`;
  return [quorumNotice(service, 'DOWN', cause, reason)];
}

function quorumNotice(
  { settings }: VirtualServerState,
  event: 'UP' | 'DOWN',
  cause: NoticeCause,
  reason: string,
): ServerNotice {
  return { subject: 'VS', ...aboutService(settings.id), event, cause, reason };
}

function down(
  service: VirtualServerState,
  server: RealServerState,
  cause: 'removed' | 'stopping',
): ServerNotice {
  const reason = cause === 'removed' ? 'Removing' : 'Shutting down';
  return { subject: 'RS', ...aboutServer(service, server), event: 'DOWN', cause, reason };
}

function aboutServer(
  { settings: { id } }: VirtualServerState,
  { settings }: RealServerState,
): Pick<OfServer, 'service' | 'serviceName' | 'server' | 'serverName'> {
  return {
    ...aboutService(id),
    server: destinationKey(settings),
    serverName: serverName(id, settings),
  };
}

function aboutService(
  id: VirtualServerState['settings']['id'],
): Pick<About, 'service' | 'serviceName'> {
  return { service: virtualServerKey(id), serviceName: serviceName(id) };
}
