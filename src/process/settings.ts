/**
 * The configuration model made into what the processes are told: value types without positions,
 * which travel by IPC and outlive the model.
 */
import { toSeconds } from '../base/time.js';
import type {
  CheckerSettings,
  CheckSettings,
  CheckTarget,
  GroupMember,
  RealServerSettings,
  UrlCheck,
  VirtualServerSettings,
} from '../checker/settings.js';
import { keyBytes, type ReadKeyFile } from '../config/check/hmac-keys.js';
import type {
  CheckTargetConfig,
  Config,
  ForwardingConfig,
  GlobalConfig,
  HmacConfig,
  InstanceConfig,
  RealServerConfig,
  ServiceFlags,
  SyncGroupConfig,
  UnicastConfig,
  UrlConfig,
  VirtualAddressConfig,
  VirtualServerConfig,
  VirtualServerGroupConfig,
} from '../config/model/index.js';
import { notRun } from '../config/readiness.js';
import { type BuiltCheck, isBuilt } from '../config/readiness-lvs.js';
import type { ForwardingMethod } from '../ipvs/model.js';
import { REQUIRED_TTL } from '../vrrp/ip-packet.js';
import type {
  HmacSettings,
  InstanceSettings,
  UnicastSettings,
  VirtualAddress,
  VrrpSettings,
} from '../vrrp/settings.js';
import { withoutRepeats } from './address-settings.js';
import { extraOf, paceOf, startDelaysOf } from './announcement-settings.js';
import { firewallSettings } from './firewall-settings.js';
import {
  neededInterfaces,
  promoteSecondaries,
  routingSettings,
  staticSettings,
} from './routing-settings.js';
import { type VirtualInterfaces, virtualInterfaces } from './virtual-interfaces.js';
import { trackSettings } from './watch-settings.js';

/** Flags of linux/ip_vs.h (IP_VS_SVC_F_*). */
const ONEPACKET = 0x0004;
const SCHED1 = 0x0008;
const SCHED2 = 0x0010;
const SCHED3 = 0x0020;

/**
 * What the vrrp process is told. Times are microseconds.
 *
 * @param readKeyFile how keys of `auth_hmac` are got at that are in files. The check has seen that
 *   they are there.
 */
export function vrrpSettings(
  config: Config,
  readKeyFile: ReadKeyFile = (path) => new Error(path),
): VrrpSettings {
  const { syncDaemon, place } = config.global;
  const { netNamespace } = place;
  const { instances: left, syncDaemon: lacks } = notRun(config);
  const run = config.instances.filter((instance) => !left.has(instance));
  const own = virtualInterfaces(config, run);
  const names = new Set(run.map(({ name }) => name));
  const groupOf = new Map<string, SyncGroupConfig>();
  for (const group of config.syncGroups) {
    for (const { name } of group.instances) groupOf.set(name, group);
  }
  const instances = run.map((instance) =>
    instanceSettings(config, instance, groupOf.get(instance.name), own, readKeyFile),
  );
  const firewall = firewallSettings(config, run, instances, own.all);
  return {
    instances,
    ...(own.all.length === 0 ? {} : { virtualInterfaces: own.all }),
    ...(firewall ? { firewall } : {}),
    ...(netNamespace === undefined ? {} : { netNamespace }),
    syncGroups: config.syncGroups.map((group) => ({
      name: group.name,
      // A name listed twice (a warning) is one member.
      instances: [...new Set(group.instances.map((member) => member.name))].filter((name) =>
        names.has(name),
      ),
    })),
    ...linkDelays(config),
    ...(config.global.vrrp.logUnknownVrids ? { logUnknownVrids: true } : {}),
    ...paceOf(config),
    ...staticSettings(config),
    ...promoteSecondaries(run),
    ...startDelaysOf(config),
    ...(syncDaemon?.instance !== undefined && lacks.length === 0 && names.has(syncDaemon.instance)
      ? {
          syncDaemon: {
            interface: syncDaemon.interface,
            instance: syncDaemon.instance,
            syncId: syncDaemon.syncId,
          },
        }
      : {}),
  };
}

function linkDelays({ interfaceDelays }: Config): Pick<VrrpSettings, 'linkDelays'> {
  if (interfaceDelays.length === 0) return {};
  const delays = interfaceDelays.map(({ name, down, up }) => [name, { down, up }]);
  return { linkDelays: Object.fromEntries(delays) };
}

/** What the checker process is told. Times are microseconds, persistence is seconds. */
export function checkerSettings(config: Config): CheckerSettings {
  const left = notRun(config).virtualServers;
  return {
    virtualServers: config.virtualServers
      .filter((server) => !left.has(server))
      .map((server) => virtualServerSettings(server, config)),
    flushAtStart: config.global.lvsFlush,
    // `lvs_flush_on_stop VS` asks for what happens anyway: one's own services are removed.
    flushAtStop: config.global.lvsFlushOnStop === 'all',
  };
}

function instanceSettings(
  config: Config,
  instance: InstanceConfig,
  group: SyncGroupConfig | undefined,
  own: VirtualInterfaces,
  readKeyFile: ReadKeyFile,
): InstanceSettings {
  const addresses = (list: readonly VirtualAddressConfig[]): VirtualAddress[] =>
    withoutRepeats(
      list.map((address) => ({ ...address, interface: own.interfaceOf(instance, address) })),
    );
  const tracks = trackSettings(instance, group, neededInterfaces(instance, config));
  const { sourceAddress, authentication, garp, unicast, hmac, timerExpiredBackup } = instance;
  return {
    name: instance.name,
    interface: instance.interface,
    ...own.instanceFields(instance),
    virtualRouterId: instance.virtualRouterId,
    version: instance.version,
    family: instance.family,
    initialState: instance.state,
    priority: instance.priority,
    advertInterval: instance.advertInterval,
    preempt: instance.preempt,
    preemptDelay: instance.preemptDelay,
    ...(timerExpiredBackup === undefined ? {} : { timerExpiredBackup }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    trackSource: instance.trackSourceAddress,
    multicastGroup: instance.multicastGroup,
    ...(unicast ? { unicast: unicastSettings(unicast) } : {}),
    checksum: {
      plain: instance.v3ChecksumAsV2,
      oldUnicast: OLD_CHECKSUM[unicast?.oldChecksum ?? 'detect'],
    },
    downTimerAdverts: instance.downTimerAdverts,
    lowerPrioNoAdvert: instance.lowerPrioNoAdvert,
    higherPrioSendAdvert: instance.higherPrioSendAdvert,
    ownerIgnoreAdverts: instance.ownerIgnoreAdverts,
    skipCheckAddresses: instance.skipCheckAdvAddr,
    ...(hmac ? { hmac: hmacSettings(hmac, readKeyFile) } : {}),
    ...(authentication?.type === 'PASS'
      ? { authentication: { type: authentication.type, password: authentication.password } }
      : {}),
    virtualAddresses: addresses(instance.virtualAddresses),
    excludedAddresses: addresses(instance.excludedAddresses),
    ...routingSettings(instance),
    garp: {
      masterDelay: garp.masterDelay,
      masterRepeat: garp.masterRepeat,
      masterRefresh: garp.masterRefresh,
      masterRefreshRepeat: garp.masterRefreshRepeat,
      lowerPrioDelay: garp.lowerPrioDelay,
      lowerPrioRepeat: garp.lowerPrioRepeat,
      ...extraOf(instance, own),
    },
    ...(tracks.length === 0 ? {} : { tracks }),
    trackPrimary: instance.trackPrimary,
    ...(hearsLosingAdverts(config.global, instance) ? { tellLosingAdverts: true } : {}),
  };
}

function hearsLosingAdverts({ fifos }: GlobalConfig, { notify }: InstanceConfig): boolean {
  return (
    notify.masterRxLowerPri !== undefined ||
    fifos.all?.path !== undefined ||
    fifos.vrrp?.path !== undefined
  );
}

const OLD_CHECKSUM = { detect: 'auto', always: 'always', never: 'never' } as const;

function unicastSettings({ peers, ttl, checkSource }: UnicastConfig): UnicastSettings {
  return {
    peers: peers.map(({ address, minTtl, maxTtl }) => ({ address, minTtl, maxTtl })),
    ttl: ttl ?? REQUIRED_TTL,
    checkSource,
  };
}

function hmacSettings(hmac: HmacConfig, readKeyFile: ReadKeyFile): HmacSettings {
  return {
    mode: hmac.mode,
    activeKey: hmac.activeKey,
    keys: hmac.keys.flatMap((key) => {
      const secret = keyBytes(key, readKeyFile);
      return secret === undefined ? [] : [{ id: key.id, secret }];
    }),
    antiReplay: hmac.antiReplay,
    timeWindow: toSeconds(hmac.timeWindow),
  };
}

function virtualServerSettings(
  server: VirtualServerConfig,
  { virtualServerGroups }: Config,
): VirtualServerSettings {
  const { id, sorryServer } = server;
  return {
    id,
    ...(id.kind === 'group' ? { members: groupMembers(id, virtualServerGroups) } : {}),
    scheduler: server.scheduler,
    flags: flagBits(server.flags),
    persistenceTimeout: server.persistenceTimeout,
    persistencePrefix: server.persistencePrefix,
    quorum: server.quorum,
    hysteresis: server.hysteresis,
    omega: server.omega,
    ...(sorryServer
      ? {
          sorryServer: {
            address: sorryServer.address,
            port: sorryServer.port,
            method: forwardingMethod(sorryServer),
            inhibit: sorryServer.inhibit,
          },
        }
      : {}),
    realServers: server.realServers.map(realServerSettings),
  };
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

/** FULLNAT is NAT in IPVS; that its connections get another source is made elsewhere. */
function forwardingMethod({ method }: ForwardingConfig): ForwardingMethod {
  return method === 'FULLNAT' ? 'NAT' : method;
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
    method: forwardingMethod(server),
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
