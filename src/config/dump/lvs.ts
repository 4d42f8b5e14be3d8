/** Virtual servers, their groups and real servers as canonical text. */
import { type Ip, maxPrefixLength } from '../../base/ip.js';
import { toSeconds } from '../../base/time.js';
import { DRAIN_SECONDS } from '../build/global.js';
import { netmask } from '../build/lvs/persistence.js';
import { familyOfService } from '../build/lvs/service.js';
import type {
  AddressRangeConfig,
  ForwardingConfig,
  GroupEntryConfig,
  RealServerConfig,
  SslConfig,
  VirtualServerConfig,
  VirtualServerGroupConfig,
} from '../model/index.js';
import { checkBlock } from './checks.js';
import { scriptLine } from './script.js';
import { block, flag, givenYesNo, type Line, line, optional, quote, yesNo } from './text.js';
import type { WriteSecret } from './vrrp/transport.js';

export function sslBlock(ssl: SslConfig, secret: WriteSecret): Line {
  return block('SSL', ssl.at, [
    ...optional(ssl, 'ca', ssl.ca),
    ...optional(ssl, 'certificate', ssl.certificate),
    ...optional(ssl, 'key', ssl.key),
    ...(ssl.password === undefined ? [] : [line(ssl, 'password', secret(ssl.password))]),
  ]);
}

export function virtualServerGroupBlock(group: VirtualServerGroupConfig): Line {
  return block(
    `virtual_server_group ${quote(group.name)}`,
    group.at,
    group.entries.map((entry) => ({ text: entryText(entry), from: entry.at })),
  );
}

function entryText(entry: GroupEntryConfig): string {
  if (entry.kind === 'addresses') return endpoint({ address: rangeText(entry), port: entry.port });
  const family = entry.family && (entry.family === 6 ? ' inet6' : ' inet');
  return `fwmark ${entry.fwmark}${family ?? ''}`;
}

function rangeText({ first, last }: AddressRangeConfig): string {
  return first === last ? first : `${first}-${last}`;
}

export function serverBlock(server: VirtualServerConfig): Line {
  const { flags, sorryServer } = server;
  return block(`virtual_server ${nameText(server)}`, server.at, [
    ...idLines(server),
    line(server, 'lvs_sched', server.scheduler),
    line(server, 'lvs_method', methodText(server.realServers[0] ?? { method: 'NAT' })),
    ...flag(flags.ops, server, 'ops'),
    ...flag(flags.flag1, server, 'flag-1'),
    ...flag(flags.flag2, server, 'flag-2'),
    ...flag(flags.flag3, server, 'flag-3'),
    ...persistenceLines(server),
    line(server, 'quorum', server.quorum),
    line(server, 'hysteresis', server.hysteresis),
    ...scriptLine('quorum_up', server.quorumUp),
    ...scriptLine('quorum_down', server.quorumDown),
    ...flag(
      toSeconds(server.drainTimeout) !== DRAIN_SECONDS,
      server,
      'drain_timeout',
      toSeconds(server.drainTimeout),
    ),
    ...flag(server.omega, server, 'omega'),
    ...flag(server.haSuspend, server, 'ha_suspend'),
    ...givenYesNo(server, 'smtp_alert', server.smtpAlert),
    ...(sorryServer
      ? [
          { text: `sorry_server ${endpoint(sorryServer)}`, from: sorryServer.at },
          line(server, 'sorry_server_lvs_method', methodText(sorryServer)),
          // A sorry server has no line of its own for it; real servers of FULLNAT each have theirs.
          ...snatLines(server, sorryServer),
          ...flag(sorryServer.inhibit, server, 'sorry_server_inhibit'),
        ]
      : []),
    ...server.realServers.map(realServerBlock),
  ]);
}

function nameText({ id }: VirtualServerConfig): string {
  if (id.kind === 'group') return `group ${quote(id.group)}`;
  return id.kind === 'address' ? endpoint(id) : `fwmark ${id.fwmark}`;
}

function idLines(server: VirtualServerConfig): Line[] {
  const { id } = server;
  const family = (): Line =>
    line(server, 'ip_family', familyOfService(id) === 6 ? 'inet6' : 'inet');
  if (id.kind === 'fwmark') return [family()];
  const protocol = optional(server, 'protocol', id.protocol);
  return id.kind === 'group' ? [...protocol, family()] : protocol;
}

function methodText({ method, tunnel }: ForwardingConfig): string {
  if (!tunnel) return method;
  const port = tunnel.port === undefined ? '' : ` port ${tunnel.port}`;
  return `${method} type ${tunnel.type}${port} ${tunnel.checksum}`;
}

function snatLines(object: Parameters<typeof line>[0], { snat }: ForwardingConfig): Line[] {
  return snat ? [line(object, 'snat_address', rangeText(snat))] : [];
}

function persistenceLines(server: VirtualServerConfig): Line[] {
  const { persistenceTimeout, persistencePrefix, persistenceMask } = server;
  if (persistenceTimeout === 0) return [];
  const family = familyOfService(server.id);
  const mask = persistenceMask ?? (family === 6 ? persistencePrefix : netmask(persistencePrefix));
  const usual = persistenceMask === undefined && persistencePrefix === maxPrefixLength(family);
  return [
    line(server, 'persistence_timeout', persistenceTimeout),
    ...flag(!usual, server, 'persistence_granularity', mask),
    ...optional(server, 'persistence_engine', server.persistenceEngine),
  ];
}

function realServerBlock(server: RealServerConfig): Line {
  return block(`real_server ${endpoint(server)}`, server.at, [
    line(server, 'lvs_method', methodText(server)),
    ...snatLines(server, server),
    line(server, 'weight', server.weight),
    ...flag(server.upperThreshold > 0, server, 'uthreshold', server.upperThreshold),
    ...flag(server.lowerThreshold > 0, server, 'lthreshold', server.lowerThreshold),
    yesNo(server, 'inhibit_on_failure', server.inhibitOnFailure),
    yesNo(server, 'alpha', server.alpha),
    ...givenYesNo(server, 'smtp_alert', server.smtpAlert),
    ...scriptLine('notify_up', server.notifyUp),
    ...scriptLine('notify_down', server.notifyDown),
    ...server.checks.map(checkBlock),
  ]);
}

/** An address, with its port if there is one. */
export function endpoint({
  address,
  port,
}: {
  readonly address: Ip;
  readonly port: number;
}): string {
  return port === 0 ? address : `${address} ${port}`;
}
