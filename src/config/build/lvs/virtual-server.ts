/** `virtual_server` to the model. */
import { type Family, familyOf } from '../../../base/ip.js';
import { fromSeconds, type Micros } from '../../../base/time.js';
import { suggest } from '../../diagnostics/nearest.js';
import type { grammar } from '../../grammar/index.js';
import type { VirtualServerName } from '../../grammar/lvs/service.js';
import type {
  RealServerConfig,
  SorryServerConfig,
  VirtualServerConfig,
  VirtualServerId,
} from '../../model/index.js';
import type { Position } from '../../text/source.js';
import { DRAIN_SECONDS } from '../global.js';
import type { Setting } from '../interpret.js';
import { Picker } from '../pick.js';
import { reportDefaultMethod } from './forwarding.js';
import { buildFlags, buildHaSuspend, buildScheduler } from './options.js';
import { buildPersistence } from './persistence.js';
import { buildSorryServer } from './servers.js';
import {
  familyOfService,
  hasAddresses,
  isKnown,
  type LvsContext,
  labelOfName,
  type Service,
} from './service.js';
import { SimilarServers } from './similar-servers.js';
import { inheritedTiming } from './timing.js';

/** Builds one service; `undefined` if its name was wrong, which was reported. */
export function buildVirtualServer(
  setting: Setting<(typeof grammar)['virtual_server']>,
  context: LvsContext,
): VirtualServerConfig | undefined {
  const name = setting.value as VirtualServerName | undefined;
  const { section, at } = setting;
  if (!name) return undefined;
  const pick = new Picker();
  const group = name.kind === 'group' ? context.groups.get(name.group) : undefined;
  const service: Service = { ...context, label: labelOfName(name), name, group, section, pick };
  if (name.kind === 'group') reportUnknownGroup(name, service);
  const similar = new SimilarServers(service, inheritedTiming(section));
  const realServers = section
    .all('real_server')
    .map((server) => similar.build(server))
    .filter((server) => server !== undefined);
  // Servers that are wrong were reported.
  if (realServers.length === 0 && section.mentions('real_server')) return undefined;
  const sorryServer = buildSorryServer(service);
  reportDefaultMethod(service, at);
  const id = buildId(service, realServers, sorryServer, at);
  const scheduler = buildScheduler(service, at);
  const quorumUp = pick.optional('quorum_up', section.get('quorum_up'));
  const quorumDown = pick.optional('quorum_down', section.get('quorum_down'));
  return {
    at,
    id,
    scheduler,
    flags: buildFlags(service, id, scheduler),
    ...buildPersistence(service, familyOfService(id), at),
    quorum: pick.value('quorum', 1, section.get('quorum')),
    hysteresis: pick.value('hysteresis', 0, section.get('hysteresis')),
    ...(quorumUp ? { quorumUp } : {}),
    ...(quorumDown ? { quorumDown } : {}),
    drainTimeout: buildDrain(service),
    omega: pick.value<boolean>('omega', false, section.get('omega')),
    haSuspend: buildHaSuspend(service),
    smtpAlert: pick.value<boolean>(
      'smtp_alert',
      false,
      section.get('smtp_alert'),
      service.defaults.smtpAlert,
    ),
    ...(sorryServer ? { sorryServer } : {}),
    realServers,
    origins: pick.origins,
  };
}

function buildDrain({ section, pick, defaults }: Service): Micros {
  const own = section.get('drain_timeout');
  const given = own && { value: fromSeconds(own.value), at: own.at };
  return pick.value('drain_timeout', fromSeconds(DRAIN_SECONDS), given, defaults.drainTimeout);
}

function reportUnknownGroup(
  name: Extract<VirtualServerName, { kind: 'group' }>,
  { group, pick, groups, sink }: Service,
): void {
  pick.origins['group'] = name.at;
  if (group) return;
  const known = [...groups.keys()];
  sink.report('CONFIG_UNKNOWN_REFERENCE', name.at, {
    message: `there is no virtual_server_group '${name.group}': the service has no address`,
    suggestion: suggest(name.group, known),
  });
}

function buildId(
  service: Service,
  realServers: readonly RealServerConfig[],
  sorryServer: SorryServerConfig | undefined,
  at: Position,
): VirtualServerId {
  const { name, section, pick, label, sink } = service;
  const given = section.get('protocol');
  const ipFamily = section.get('ip_family');
  const wanted = ipFamily && (ipFamily.value === 'inet6' ? 6 : 4);
  if (ipFamily) pick.origins['ip_family'] = ipFamily.at;
  const addresses = hasAddresses(service);
  const isSure = isKnown(service);
  if (!addresses && given && isSure) {
    sink.report('CONFIG_WITHOUT_EFFECT', given.at, {
      message: `virtual_server ${label}: a service by firewall mark takes every protocol, 'protocol' is ignored`,
    });
  }
  if (addresses && isSure && !section.mentions('protocol')) {
    sink.report('CONFIG_DEFAULTED', at, {
      message: `virtual_server ${label}: no protocol is set, UDP is used: TCP connections are not balanced`,
      expected: "'protocol TCP|UDP|SCTP'",
    });
  }
  const family = (): Family =>
    wanted ?? familyOfMask(service) ?? familyOfServers(realServers, sorryServer);
  if (name.kind === 'fwmark') return { kind: 'fwmark', family: family(), fwmark: name.fwmark };
  const protocol = pick.value('protocol', 'UDP', addresses ? given : undefined);
  if (name.kind === 'group') {
    const { group } = name;
    return { kind: 'group', group, ...(addresses ? { protocol } : {}), family: family() };
  }
  if (wanted !== undefined && wanted !== familyOf(name.address)) {
    sink.report('CONFIG_FAMILY_MISMATCH', ipFamily?.at ?? at, {
      message: `virtual_server ${label}: ip_family contradicts the address`,
    });
  }
  return { kind: 'address', protocol, address: name.address, port: name.port ?? 0 };
}

/** The family that `persistence_granularity` gives to a service without an address. */
function familyOfMask({ section }: Service): Family | undefined {
  const kind = section.get('persistence_granularity')?.value.kind;
  return kind && (kind === 'mask' ? 4 : 6);
}

/**
 * The family of a service without an address: that of the servers that are not tunnelled, else that
 * which all tunnelled ones share, else IPv4.
 */
function familyOfServers(
  realServers: readonly RealServerConfig[],
  sorryServer: SorryServerConfig | undefined,
): Family {
  const servers = sorryServer ? [...realServers, sorryServer] : realServers;
  const direct = servers.find((server) => server.method !== 'TUN');
  if (direct) return familyOf(direct.address);
  return servers.length > 0 && servers.every((server) => familyOf(server.address) === 6) ? 6 : 4;
}
