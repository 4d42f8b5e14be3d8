/** The configuration model made into what the checker process is told: value types, no positions. */
import { type Ip, ipToBytes } from '../base/ip.js';
import type {
  CheckerSettings,
  CheckSettings,
  CheckTarget,
  GroupMember,
  RealServerSettings,
  SorryServerSettings,
  SourceNat,
  UrlCheck,
  VirtualServerSettings,
} from '../checker/settings.js';
import { type OwnPlace, type Sample, serverLike } from '../config/build/lvs/sample.js';
import { rowsOf } from '../config/build/lvs/server-rows.js';
import type {
  CheckConfig,
  CheckTargetConfig,
  Config,
  ForwardingConfig,
  RealServerConfig,
  ServiceFlags,
  SorryServerConfig,
  UrlConfig,
  VirtualServerConfig,
  VirtualServerGroupConfig,
} from '../config/model/index.js';
import { notRun } from '../config/readiness.js';
import { type BuiltCheck, isBuilt } from '../config/readiness-lvs.js';
import type { ForwardingMethod, Tunnel } from '../ipvs/model.js';
import { groupMarks, markedMembers, markKey, markRules, markSettings } from './group-marks.js';
import {
  type PackedSettings,
  packSettings,
  type ServersToPack,
  type ServiceToPack,
} from './packed-settings.js';

/** Flags of linux/ip_vs.h (IP_VS_SVC_F_*). */
const ONEPACKET = 0x0004;
const SCHED1 = 0x0008;
const SCHED2 = 0x0010;
const SCHED3 = 0x0020;

/** What the checker process is told. Times are microseconds, persistence is seconds. */
export function checkerSettings(config: Config): CheckerSettings {
  const { general, servers, marks } = partsOf(config);
  const virtualServers = servers.map((server) => ({
    ...virtualServerSettings(server, config, marks),
    realServers: server.realServers.map(realServerSettings),
  }));
  return { virtualServers, ...general };
}

/** The same as it travels; the settings of a virtual server are only there while they are packed. */
export function packedCheckerSettings(config: Config): PackedSettings {
  const { general, servers, marks } = partsOf(config);
  const shapes = new Map<Sample, number>();
  function* services(): Iterable<ServiceToPack> {
    for (const server of servers) {
      const virtual = virtualServerSettings(server, config, marks);
      yield { virtual, giveServers: (to) => giveServers(server, to, shapes) };
    }
  }
  const count = (server: VirtualServerConfig): number =>
    rowsOf(server)?.count ?? server.realServers.length;
  return packSettings(
    general,
    services(),
    servers.reduce((sum, server) => sum + count(server), 0),
  );
}

/** @param shapes of those whose likes differ in address and port only. */
function giveServers(
  server: VirtualServerConfig,
  to: ServersToPack,
  shapes: Map<Sample, number>,
): void {
  const rows = rowsOf(server);
  if (!rows) {
    for (const real of server.realServers) to.add(realServerSettings(real));
    return;
  }
  rows.each(
    (real) => to.add(realServerSettings(real)),
    (sample, own) => {
      const isAlike = sample.server.checks.every((check) => isOfServer(check, own));
      const shape = isAlike ? shapes.get(sample) : undefined;
      if (shape !== undefined) {
        to.addAlike(own.address, own.port, sample.server.weight, shape);
        return;
      }
      // Places do not matter here.
      const made = to.add(realServerSettings(serverLike(sample, own, undefined)));
      if (isAlike) shapes.set(sample, made);
    },
  );
}

/** Whether a check connects to the server as it is in the table; elsewhere is part of a shape. */
function isOfServer({ origins }: CheckConfig, { port, checkedPort }: OwnPlace): boolean {
  return port === checkedPort && !origins['connect_ip'] && !origins['connect_port'];
}

interface Parts {
  readonly general: Omit<CheckerSettings, 'virtualServers'>;
  /** Those that are run. */
  readonly servers: readonly VirtualServerConfig[];
  readonly marks: ReadonlyMap<string, number>;
}

function partsOf(config: Config): Parts {
  const left = notRun(config).virtualServers;
  const { lvs, lvsFlush, lvsFlushOnStop, place } = config.global;
  const servers = config.virtualServers.filter((server) => !left.has(server));
  const marks = groupMarks(config, servers);
  const marked = markSettings(
    config.global,
    servers.flatMap(({ id }) => {
      const mark = id.kind === 'group' ? marks.get(markKey(id)) : undefined;
      if (mark === undefined || id.kind !== 'group') return [];
      return markRules(groupMembers(id, config.virtualServerGroups), mark);
    }),
  );
  const general = {
    ...(marked ? { marks: marked } : {}),
    drainTimeout: lvs.drainTimeout,
    sysctls: lvs.sysctls,
    syncFollowsAll: syncFollowsAll(config),
    ...(lvs.realServerInitNotifies ? { initNotifies: true as const } : {}),
    flushAtStart: lvsFlush,
    // `lvs_flush_on_stop VS` asks for what happens anyway: one's own services are removed.
    flushAtStop: lvsFlushOnStop === 'all',
    ...(Object.keys(lvs.timeouts).length > 0 ? { timeouts: lvs.timeouts } : {}),
    ...(place.netNamespaceIpvs === undefined ? {} : { ipvsNamespace: place.netNamespaceIpvs }),
  };
  return { general, servers, marks };
}

function virtualServerSettings(
  server: VirtualServerConfig,
  { virtualServerGroups }: Config,
  marks: ReadonlyMap<string, number>,
): Omit<VirtualServerSettings, 'realServers'> {
  const { id, sorryServer, persistenceMask, persistenceEngine } = server;
  return {
    id,
    ...(id.kind === 'group' ? { members: membersOf(id, virtualServerGroups, marks) } : {}),
    scheduler: server.scheduler,
    flags: flagBits(server.flags),
    persistenceTimeout: server.persistenceTimeout,
    persistencePrefix: server.persistencePrefix,
    ...(persistenceMask === undefined ? {} : { persistenceMask: maskBits(persistenceMask) }),
    ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    quorum: server.quorum,
    hysteresis: server.hysteresis,
    omega: server.omega,
    drainTimeout: server.drainTimeout,
    ...(sorryServer ? { sorryServer: sorryServerSettings(sorryServer) } : {}),
  };
}

/** Whether the sync daemon's instance is MASTER exactly while this machine has any virtual address. */
function syncFollowsAll({ global, instances, syncGroups }: Config): boolean {
  const name = global.syncDaemon?.instance;
  if (name === undefined) return false;
  const group = syncGroups.find((each) => each.instances.some((member) => member.name === name));
  const together = new Set([name, ...(group?.instances ?? []).map((member) => member.name)]);
  return instances.every((instance) => together.has(instance.name));
}

/** The same, or with `nftables_ipvs` the marks that its addresses have got. */
function membersOf(
  id: Parameters<typeof groupMembers>[0],
  groups: readonly VirtualServerGroupConfig[],
  marks: ReadonlyMap<string, number>,
): GroupMember[] {
  const members = groupMembers(id, groups);
  const mark = marks.get(markKey(id));
  return mark === undefined ? members : markedMembers(members, mark);
}

/** What a group is made of for one of its virtual servers: addresses first, as keepalived has them. */
export function groupMembers(
  id: Extract<VirtualServerConfig['id'], { kind: 'group' }>,
  groups: readonly VirtualServerGroupConfig[],
): GroupMember[] {
  const entries = groups.find(({ name }) => name === id.group)?.entries ?? [];
  // Only a group without addresses has no protocol.
  const { protocol = 'UDP' } = id;
  const addresses = entries.flatMap((entry): GroupMember[] => {
    if (entry.kind !== 'addresses') return [];
    const { kind, first, last, port } = entry;
    return [{ kind, protocol, first, last, port }];
  });
  const marks = entries.flatMap((entry): GroupMember[] => {
    if (entry.kind !== 'fwmark') return [];
    const { kind, fwmark, family = id.family } = entry;
    return [{ kind, family, fwmark }];
  });
  return [...addresses, ...marks];
}

function sorryServerSettings(server: SorryServerConfig): SorryServerSettings {
  const { address, port, inhibit } = server;
  return { address, port, ...forwarding(server), inhibit };
}

interface Forwarding {
  readonly method: ForwardingMethod;
  readonly tunnel?: Tunnel;
  readonly sourceNat?: SourceNat;
}

/** FULLNAT is NAT in IPVS, and a rule that gives its connections another source. */
function forwarding({ method, tunnel, snat }: ForwardingConfig): Forwarding {
  if (method === 'FULLNAT') {
    const pool = snat && { first: snat.first, last: snat.last };
    return { method: 'NAT', sourceNat: pool ? { pool } : {} };
  }
  if (!tunnel) return { method };
  const { type, port = 0, checksum } = tunnel;
  return { method: 'TUN', tunnel: { type, port, checksum } };
}

/** A dotted mask as a number: 255.0.0.255 is 0xff0000ff. */
function maskBits(mask: Ip): number {
  return ipToBytes(mask).reduce((sum, byte) => sum * 256 + byte, 0);
}

function flagBits(flags: ServiceFlags): number {
  return (
    (flags.ops ? ONEPACKET : 0) |
    (flags.flag1 ? SCHED1 : 0) |
    (flags.flag2 ? SCHED2 : 0) |
    (flags.flag3 ? SCHED3 : 0)
  );
}

function realServerSettings(server: RealServerConfig): RealServerSettings {
  return {
    address: server.address,
    port: server.port,
    ...forwarding(server),
    weight: server.weight,
    upperThreshold: server.upperThreshold,
    lowerThreshold: server.lowerThreshold,
    inhibitOnFailure: server.inhibitOnFailure,
    // A check's own `alpha` overrides the server's; without checks there is nothing to wait for.
    alpha: server.checks.some((check) => check.alpha),
    checks: server.checks.filter(isBuilt).map(checkSettings),
  };
}

function checkSettings(check: BuiltCheck): CheckSettings {
  const target = targetSettings(check.target);
  if (check.type === 'TCP_CHECK') return { type: check.type, target, timing: check.timing };
  return {
    type: check.type,
    target,
    timing: check.timing,
    urls: check.urls.map(urlSettings),
    httpProtocol: check.httpProtocol,
    enableSni: check.enableSni,
  };
}

function targetSettings(target: CheckTargetConfig): CheckTarget {
  const { address, port, bindTo, bindPort, fwmark } = target;
  return {
    address,
    port,
    ...(bindTo === undefined ? {} : { bindTo }),
    ...(bindPort === undefined ? {} : { bindPort }),
    fwmark,
  };
}

function urlSettings(url: UrlConfig): UrlCheck {
  const { path, statusCodes, digest, virtualHost } = url;
  return {
    path,
    statusCodes,
    ...(digest === undefined ? {} : { digest }),
    ...(virtualHost === undefined ? {} : { virtualHost }),
  };
}
