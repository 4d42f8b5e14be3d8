/**
 * The configuration model made into what the vrrp process is told: value types without positions,
 * which travel by IPC and outlive the model. The checker's are in `checker-settings.ts`.
 */
import { toSeconds } from '../base/time.js';
import { keyBytes, type ReadKeyFile } from '../config/check/hmac-keys.js';
import type {
  Config,
  GlobalConfig,
  HmacConfig,
  InstanceConfig,
  SyncDaemonConfig,
  SyncGroupConfig,
  UnicastConfig,
  VirtualAddressConfig,
} from '../config/model/index.js';
import { notRun } from '../config/readiness.js';
import { REQUIRED_TTL } from '../vrrp/ip-packet.js';
import type {
  HmacSettings,
  InstanceSettings,
  SyncDaemonSettings,
  UnicastSettings,
  VirtualAddress,
  VrrpSettings,
} from '../vrrp/settings.js';
import { withoutRepeats } from './address-settings.js';
import { extraOf, paceOf, startDelaysOf } from './announcement-settings.js';
import { firewallSettings } from './firewall-settings.js';
import { receiveBuffers } from './receive-buffers.js';
import {
  neededInterfaces,
  promoteSecondaries,
  routingSettings,
  staticSettings,
} from './routing-settings.js';
import { type VirtualInterfaces, virtualInterfaces } from './virtual-interfaces.js';
import { trackSettings } from './watch-settings.js';

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
  const { netNamespace, netNamespaceIpvs } = place;
  const { instances: left } = notRun(config);
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
    ...(config.global.vrrp.disableLocalIgmp ? { quietIgmp: true } : {}),
    ...receiveBuffers(config, run),
    ...(netNamespaceIpvs === undefined ? {} : { ipvsNamespace: netNamespaceIpvs }),
    ...(syncDaemon && (syncDaemon.instance === undefined || names.has(syncDaemon.instance))
      ? { syncDaemon: syncDaemonSettings(syncDaemon) }
      : {}),
  };
}

function syncDaemonSettings(daemon: SyncDaemonConfig): SyncDaemonSettings {
  const { at: _, origins: __, ...settings } = daemon;
  return settings;
}

function linkDelays({ interfaceDelays }: Config): Pick<VrrpSettings, 'linkDelays'> {
  if (interfaceDelays.length === 0) return {};
  const delays = interfaceDelays.map(({ name, down, up }) => [name, { down, up }]);
  return { linkDelays: Object.fromEntries(delays) };
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
