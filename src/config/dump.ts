/**
 * The model as canonical text: every value spelled out, nothing inherited, today's keywords. Reading
 * it again gives the same model.
 */
import { familyOf, type Ip, ipFromBytes, maxPrefixLength } from '../base/ip.js';
import { type Micros, toSeconds } from '../base/time.js';
import { SCOPES } from './build-addresses.js';
import type {
  CheckConfig,
  Config,
  GarpConfig,
  GlobalConfig,
  InstanceConfig,
  Method,
  RealServerConfig,
  SyncGroupConfig,
  UrlConfig,
  VirtualAddressConfig,
  VirtualServerConfig,
} from './model.js';

export interface DumpOptions {
  /** Passwords in clear text (for writing a file that works) rather than as stars. */
  readonly secrets?: 'hide' | 'show';
}

/** A line, or a block with its lines. */
type Line = string | { readonly head: string; readonly body: readonly Line[] };

const HIDDEN = '********';

/**
 * Renders a model.
 *
 * @param options secrets are hidden unless asked for; with them hidden the text reads as a
 *   configuration with another password.
 */
export function dump(config: Config, options: DumpOptions = {}): string {
  const blocks: Line[] = [
    globalBlock(config.global),
    ...config.syncGroups.map(groupBlock),
    ...config.instances.map((instance) => instanceBlock(instance, options)),
    ...config.virtualServers.map(serverBlock),
  ];
  return blocks.map((block) => `${renderLines([block], 0)}\n`).join('\n');
}

/** A word as it must be written to be read as this text. */
export function quote(text: string): string {
  if (text !== '' && /^[^\s#!{}"'\\$@~\p{C}]+$/u.test(text)) return text;
  let inner = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    // Octal, because its three digits end by themselves; $, @ and ~ begin what preprocessing takes.
    if (code < 0x20 || code === 0x7f || '$@~'.includes(char)) {
      inner += `\\${code.toString(8).padStart(3, '0')}`;
    } else {
      inner += char === '"' || char === '\\' ? `\\${char}` : char;
    }
  }
  return `"${inner}"`;
}

function renderLines(lines: readonly Line[], depth: number): string {
  const indent = '    '.repeat(depth);
  return lines
    .map((line) => {
      if (typeof line === 'string') return indent + line;
      const body = line.body.length === 0 ? '' : `${renderLines(line.body, depth + 1)}\n`;
      return `${indent}${line.head} {\n${body}${indent}}`;
    })
    .join('\n');
}

function globalBlock(global: GlobalConfig): Line {
  const daemon = global.syncDaemon;
  return {
    head: 'global_defs',
    body: [
      ...optional('router_id', global.routerId),
      `vrrp_version ${global.vrrpVersion}`,
      ...garpLines('vrrp_garp_', global.garp),
      ...(daemon
        ? [
            `lvs_sync_daemon ${quote(daemon.interface)} inst ${quote(daemon.instance)} id ${daemon.syncId}`,
          ]
        : []),
      ...flag('lvs_flush', global.lvsFlush),
      ...flag('lvs_flush_on_stop', global.lvsFlushOnStop === 'all'),
      ...flag('lvs_flush_on_stop VS', global.lvsFlushOnStop === 'services'),
    ],
  };
}

function garpLines(prefix: string, garp: GarpConfig): string[] {
  return [
    `${prefix}master_delay ${toSeconds(garp.masterDelay)}`,
    `${prefix}master_repeat ${garp.masterRepeat}`,
    `${prefix}master_refresh ${toSeconds(garp.masterRefresh)}`,
    `${prefix}master_refresh_repeat ${garp.masterRefreshRepeat}`,
    `${prefix}lower_prio_delay ${toSeconds(garp.lowerPrioDelay)}`,
    `${prefix}lower_prio_repeat ${garp.lowerPrioRepeat}`,
  ];
}

function groupBlock(group: SyncGroupConfig): Line {
  return {
    head: `vrrp_sync_group ${quote(group.name)}`,
    body: [{ head: 'group', body: group.instances.map(({ name }) => quote(name)) }],
  };
}

function instanceBlock(instance: InstanceConfig, options: DumpOptions): Line {
  const { authentication } = instance;
  const secret = (text: string): string => (options.secrets === 'show' ? quote(text) : HIDDEN);
  return {
    head: `vrrp_instance ${quote(instance.name)}`,
    body: [
      `state ${instance.state}`,
      `interface ${quote(instance.interface)}`,
      `virtual_router_id ${instance.virtualRouterId}`,
      `version ${instance.version}`,
      `priority ${instance.priority}`,
      `advert_int ${seconds(instance.advertInterval)}`,
      ...flag('nopreempt', !instance.preempt),
      ...flag(`preempt_delay ${seconds(instance.preemptDelay)}`, instance.preemptDelay > 0),
      ...optional('mcast_src_ip', instance.sourceAddress),
      ...flag('dont_track_primary', !instance.trackPrimary),
      ...(authentication
        ? [
            {
              head: 'authentication',
              body: [
                `auth_type ${authentication.type}`,
                `auth_pass ${secret(authentication.password)}`,
              ],
            },
          ]
        : []),
      ...garpLines('garp_', instance.garp),
      ...addressBlock('virtual_ipaddress', instance.virtualAddresses),
      ...addressBlock('virtual_ipaddress_excluded', instance.excludedAddresses),
    ],
  };
}

function addressBlock(head: string, addresses: readonly VirtualAddressConfig[]): Line[] {
  return addresses.length === 0 ? [] : [{ head, body: addresses.map(addressLine) }];
}

function addressLine(address: VirtualAddressConfig): string {
  const scope = Object.keys(SCOPES).find((name) => SCOPES[name] === address.scope) ?? address.scope;
  return [
    `${address.address}/${address.prefixLength}`,
    ...(address.broadcast === undefined ? [] : [`brd ${address.broadcast}`]),
    `dev ${quote(address.interface)}`,
    `scope ${scope}`,
    ...(address.label === undefined ? [] : [`label ${quote(address.label)}`]),
  ].join(' ');
}

function serverBlock(server: VirtualServerConfig): Line {
  const { id, flags, sorryServer } = server;
  const byAddress = id.kind === 'address';
  const family = byAddress ? familyOf(id.address) : id.family;
  return {
    head: `virtual_server ${byAddress ? endpoint(id) : `fwmark ${id.fwmark}`}`,
    body: [
      byAddress ? `protocol ${id.protocol}` : `ip_family ${family === 6 ? 'inet6' : 'inet'}`,
      `lvs_sched ${server.scheduler}`,
      `lvs_method ${mainMethod(server)}`,
      ...flag('ops', flags.ops),
      ...flag('flag-1', flags.flag1),
      ...flag('flag-2', flags.flag2),
      ...flag('flag-3', flags.flag3),
      ...persistenceLines(server, family),
      `quorum ${server.quorum}`,
      `hysteresis ${server.hysteresis}`,
      ...flag('omega', server.omega),
      ...(sorryServer
        ? [
            `sorry_server ${endpoint(sorryServer)}`,
            `sorry_server_lvs_method ${sorryServer.method}`,
            ...flag('sorry_server_inhibit', sorryServer.inhibit),
          ]
        : []),
      ...server.realServers.map(realServerBlock),
    ],
  };
}

/** The method that the service's own line names: that of its first server. */
function mainMethod(server: VirtualServerConfig): Method {
  return server.realServers[0]?.method ?? 'NAT';
}

function persistenceLines(server: VirtualServerConfig, family: 4 | 6): string[] {
  const { persistenceTimeout, persistencePrefix } = server;
  if (persistenceTimeout === 0) return [];
  const lines = [`persistence_timeout ${persistenceTimeout}`];
  if (persistencePrefix === maxPrefixLength(family)) return lines;
  return [
    ...lines,
    `persistence_granularity ${family === 6 ? persistencePrefix : netmask(persistencePrefix)}`,
  ];
}

function netmask(prefixLength: number): Ip {
  const bytes = [0, 1, 2, 3].map((i) => {
    const ones = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return 256 - 2 ** (8 - ones);
  });
  return ipFromBytes(Uint8Array.from(bytes));
}

function realServerBlock(server: RealServerConfig): Line {
  return {
    head: `real_server ${endpoint(server)}`,
    body: [
      `lvs_method ${server.method}`,
      `weight ${server.weight}`,
      ...flag(`uthreshold ${server.upperThreshold}`, server.upperThreshold > 0),
      ...flag(`lthreshold ${server.lowerThreshold}`, server.lowerThreshold > 0),
      `inhibit_on_failure ${server.inhibitOnFailure ? 'yes' : 'no'}`,
      `alpha ${server.alpha ? 'yes' : 'no'}`,
      ...server.checks.map(checkBlock),
    ],
  };
}

function checkBlock(check: CheckConfig): Line {
  const { target, timing } = check;
  return {
    head: check.type,
    body: [
      `connect_ip ${target.address}`,
      `connect_port ${target.port}`,
      ...optional('bindto', target.bindTo),
      ...(target.bindPort === undefined ? [] : [`bind_port ${target.bindPort}`]),
      ...flag(`fwmark ${target.fwmark}`, target.fwmark > 0),
      `connect_timeout ${seconds(timing.connectTimeout)}`,
      `delay_loop ${seconds(timing.delayLoop)}`,
      `retry ${timing.retry}`,
      `delay_before_retry ${seconds(timing.delayBeforeRetry)}`,
      `warmup ${seconds(timing.warmup)}`,
      `alpha ${check.alpha ? 'yes' : 'no'}`,
      ...(check.type === 'TCP_CHECK'
        ? []
        : [
            `http_protocol ${check.httpProtocol}`,
            ...flag('enable_sni yes', check.enableSni),
            ...check.urls.map(urlBlock),
          ]),
    ],
  };
}

function urlBlock(url: UrlConfig): Line {
  const codes = url.statusCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return {
    head: 'url',
    body: [
      `path ${quote(url.path)}`,
      ...optional('digest', url.digest),
      ...flag(`status_code ${codes.join(' ')}`, codes.length > 0),
      ...optional('virtualhost', url.virtualHost),
    ],
  };
}

function endpoint({ address, port }: { readonly address: Ip; readonly port: number }): string {
  return port === 0 ? address : `${address} ${port}`;
}

/** Microseconds as decimal seconds; never in exponent form. */
function seconds(micros: Micros): string {
  return toSeconds(micros)
    .toFixed(6)
    .replace(/\.?0+$/, '');
}

function optional(keyword: string, value: string | undefined): string[] {
  return value === undefined ? [] : [`${keyword} ${quote(value)}`];
}

function flag(line: string, on: boolean): string[] {
  return on ? [line] : [];
}
