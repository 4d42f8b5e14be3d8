/** `virtual_server` and `real_server` to the model. */
import { type Family, familyOf, type Ip } from '../../base/ip.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { grammar } from '../grammar/index.js';
import type { VirtualServerName, virtualServer } from '../grammar/virtual-server.js';
import type {
  Method,
  RealServerConfig,
  SorryServerConfig,
  VirtualServerConfig,
  VirtualServerId,
} from '../model/index.js';
import type { Position } from '../text/source.js';
import { buildChecks, type RealServerSection, type VirtualServerSection } from './checks.js';
import type { Setting } from './interpret.js';
import { buildFlags, buildPersistence, buildScheduler } from './lvs-options.js';
import { Picker } from './pick.js';

/** What the parts of a service are built from. */
export interface Service {
  /** How messages call it. */
  readonly label: string;
  readonly name: VirtualServerName;
  readonly method: Method | undefined;
  readonly section: VirtualServerSection;
  readonly pick: Picker;
  readonly sink: Sink;
}

/** Builds one service; `undefined` if its name was wrong, which was reported. */
export function buildVirtualServer(
  setting: Setting<(typeof grammar)['virtual_server']>,
  sink: Sink,
): VirtualServerConfig | undefined {
  const name = setting.value as VirtualServerName | undefined;
  const { section, at } = setting;
  if (!name) return undefined;
  const pick = new Picker();
  const label =
    name.kind === 'fwmark' ? `fwmark ${name.fwmark}` : `${name.address} ${name.port ?? ''}`.trim();
  const method = pick.optional('lvs_method', section.get('lvs_method'));
  const service: Service = { label, name, method, section, pick, sink };
  const realServers = section
    .all('real_server')
    .map((server) => buildRealServer(server, service))
    .filter((server) => server !== undefined);
  const sorryServer = buildSorryServer(service);
  reportDefaultMethod(service, at);
  const id = buildId(service, realServers, sorryServer, at);
  const family = id.kind === 'fwmark' ? id.family : familyOf(id.address);
  const scheduler = buildScheduler(service, at);
  return {
    at,
    id,
    scheduler,
    flags: buildFlags(service, id, scheduler),
    ...buildPersistence(service, id, family, at),
    quorum: pick.value('quorum', 1, section.get('quorum')),
    hysteresis: pick.value('hysteresis', 0, section.get('hysteresis')),
    omega: pick.value<boolean>('omega', false, section.get('omega')),
    ...(sorryServer ? { sorryServer } : {}),
    realServers,
    origins: pick.origins,
  };
}

function buildRealServer(
  setting: Setting<(typeof virtualServer)['real_server']>,
  service: Service,
): RealServerConfig | undefined {
  // A wrong address gives no value; the error was reported.
  const given = setting.value as { address: Ip; port: number | undefined } | undefined;
  if (!given) return undefined;
  const { section: virtual, sink } = service;
  const section: RealServerSection = setting.section;
  const pick = new Picker();
  const method = pick.value<Method>(
    'lvs_method',
    'NAT',
    section.get('lvs_method'),
    virtual.get('lvs_method'),
  );
  const port = destinationPort(given, method, service, setting.at, 'real');
  const alpha = pick.value<boolean>('alpha', false, section.get('alpha'), virtual.get('alpha'));
  // The check connects to the port that was written, even where the table cannot have it.
  const checked = { address: given.address, port: given.port ?? servicePort(service) };
  return {
    at: setting.at,
    address: given.address,
    port,
    method,
    weight: pick.value('weight', 1, section.get('weight'), virtual.get('weight')),
    upperThreshold: pick.value('uthreshold', 0, section.get('uthreshold')),
    lowerThreshold: pick.value('lthreshold', 0, section.get('lthreshold')),
    inhibitOnFailure: pick.value<boolean>(
      'inhibit_on_failure',
      false,
      section.get('inhibit_on_failure'),
      virtual.get('inhibit_on_failure'),
    ),
    alpha,
    checks: buildChecks(checked, section, virtual, sink),
    origins: pick.origins,
  };
}

function buildSorryServer(service: Service): SorryServerConfig | undefined {
  const { section, pick, sink } = service;
  const given = section.get('sorry_server');
  const before = (
    setting: { readonly order: number; readonly at: Position } | undefined,
    word: string,
  ) => {
    if (!setting || (given && setting.order > given.order)) return false;
    sink.report('CONFIG_WITHOUT_EFFECT', setting.at, {
      message: `'${word}' before or without 'sorry_server' is ignored`,
    });
    return true;
  };
  const inhibit = section.get('sorry_server_inhibit');
  const method = section.get('sorry_server_lvs_method');
  const ignoreInhibit = before(inhibit, 'sorry_server_inhibit');
  const ignoreMethod = before(method, 'sorry_server_lvs_method');
  if (!given) return undefined;
  pick.origins['sorry_server'] = given.at;
  const chosen = pick.value<Method>(
    'sorry_server_lvs_method',
    'NAT',
    ignoreMethod ? undefined : method,
    section.get('lvs_method'),
  );
  return {
    at: given.at,
    address: given.value.address,
    port: destinationPort(given.value, chosen, service, given.at, 'sorry'),
    method: chosen,
    inhibit: pick.value<boolean>(
      'sorry_server_inhibit',
      false,
      ignoreInhibit ? undefined : inhibit,
    ),
  };
}

/** Only NAT can change the port; with a firewall mark the others cannot even name one. */
function destinationPort(
  given: { readonly address: Ip; readonly port: number | undefined },
  method: Method,
  service: Service,
  at: Position,
  kind: 'real' | 'sorry',
): number {
  const { name, label, sink } = service;
  if (name.kind === 'fwmark') {
    if (given.port === undefined || method === 'NAT') return given.port ?? 0;
    sink.report('CONFIG_PORT_MISMATCH', at, {
      message: `virtual_server ${label}: ${kind} server ${given.address}: ${method} keeps the packet's port, port ${given.port} is left out of the table`,
    });
    return 0;
  }
  const own = name.port ?? 0;
  if (given.port === undefined || given.port === own) return own;
  if (method === 'NAT') return given.port;
  sink.report('CONFIG_PORT_MISMATCH', at, {
    message: `virtual_server ${label}: ${kind} server ${given.address} ${given.port}: ${method} cannot change the port, ${own} is used`,
  });
  return own;
}

function servicePort({ name }: Service): number {
  return name.kind === 'address' ? (name.port ?? 0) : 0;
}

/** Says so if a server falls back to NAT because nobody chose a method. */
function reportDefaultMethod({ section, label, sink }: Service, at: Position): void {
  if (section.mentions('lvs_method')) return;
  const sorry = section.get('sorry_server');
  const needed =
    section.all('real_server').some((server) => !server.section.mentions('lvs_method')) ||
    (sorry !== undefined && !section.mentions('sorry_server_lvs_method'));
  if (needed) {
    sink.report('CONFIG_DEFAULTED', at, {
      message: `virtual_server ${label}: no forwarding method is set, NAT is used: real servers must answer by way of this node`,
      expected: "'lvs_method NAT|DR|TUN'",
    });
  }
}

function buildId(
  service: Service,
  realServers: readonly RealServerConfig[],
  sorryServer: SorryServerConfig | undefined,
  at: Position,
): VirtualServerId {
  const { name, section, pick, label, sink } = service;
  const protocol = section.get('protocol');
  const ipFamily = section.get('ip_family');
  const wanted = ipFamily && (ipFamily.value === 'inet6' ? 6 : 4);
  if (ipFamily) pick.origins['ip_family'] = ipFamily.at;
  if (name.kind === 'fwmark') {
    if (protocol) {
      sink.report('CONFIG_WITHOUT_EFFECT', protocol.at, {
        message: `virtual_server ${label}: a service by firewall mark takes every protocol, 'protocol' is ignored`,
      });
    }
    const family =
      wanted ??
      section.get('persistence_granularity')?.value.family ??
      familyOfServers(realServers, sorryServer);
    return { kind: 'fwmark', family, fwmark: name.fwmark };
  }
  if (wanted !== undefined && wanted !== familyOf(name.address)) {
    sink.report('CONFIG_FAMILY_MISMATCH', ipFamily?.at ?? at, {
      message: `virtual_server ${label}: ip_family contradicts the address`,
    });
  }
  if (!section.mentions('protocol')) {
    sink.report('CONFIG_DEFAULTED', at, {
      message: `virtual_server ${label}: no protocol is set, UDP is used: TCP connections are not balanced`,
      expected: "'protocol TCP|UDP|SCTP'",
    });
  }
  return {
    kind: 'address',
    protocol: pick.value('protocol', 'UDP', protocol),
    address: name.address,
    port: name.port ?? 0,
  };
}

/**
 * The family of a service by mark: that of the servers that are not tunnelled, else that which all
 * tunnelled ones share, else IPv4.
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
