/** The daemon's status as text for people. */
import type { Ip } from '../base/ip.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { virtualServerKey } from '../checker/group.js';
import type { GroupMember } from '../checker/settings.js';
import type {
  DrainingSnapshot,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServerSnapshot,
} from '../checker/snapshot.js';
import type { DaemonStatus } from '../control/status.js';
import { endpoint, serviceKey } from '../ipvs/model.js';
import type { InstanceSnapshot, VrrpSnapshot } from '../vrrp/snapshot.js';
import { alarmLine } from './why.js';

/** Renders what `tandem status` prints, with a newline at the end. */
export function renderStatus(status: DaemonStatus): string {
  const lines = [
    `tandem ${status.version}, pid ${status.pid}, since ${status.startedAt}`,
    ...placeLines(status),
    `configuration ${status.configFile}, generation ${status.generation}` +
      `${status.ready ? '' : ' (not in force everywhere yet)'}`,
  ];
  if (status.lastReload) {
    const { at, accepted, problems } = status.lastReload;
    lines.push(`last reload ${at}: ${accepted ? 'accepted' : 'REJECTED, nothing was changed'}`);
    for (const problem of problems) lines.push(`  ${problem}`);
  }
  for (const { role, pid, restarts } of status.processes) {
    if (pid === undefined && restarts === 0) continue;
    lines.push(
      `process ${role}: ${pid ?? 'NOT RUNNING'}${restarts ? `, restarted ${restarts} times` : ''}`,
    );
  }
  for (const { kind, name, needs } of status.notRun) {
    lines.push(`NOT RUN: ${kind} ${name}: this version lacks ${needs.join(', ')}`);
  }
  const vrrp = status.vrrp ? vrrpLines(status.vrrp) : [];
  if (vrrp.length > 0) lines.push('', ...vrrp);
  for (const server of status.checker?.virtualServers ?? []) lines.push('', ...serverLines(server));
  for (const text of status.checker?.unreachable ?? []) lines.push(`NO ROUTE: ${text}`);
  for (const server of status.checker?.draining ?? []) lines.push(drainingLine(server));
  if (status.checker?.table) lines.push(...tableLines(status.checker.table));
  for (const error of status.checker?.tableErrors ?? []) lines.push(`IPVS table: ${error}`);
  return `${lines.join('\n')}\n`;
}

function placeLines({ instance, netNamespace }: DaemonStatus): string[] {
  const words = [
    ...(instance === undefined ? [] : [`instance ${instance}`]),
    ...(netNamespace === undefined ? [] : [`network namespace ${netNamespace}`]),
  ];
  return words.length === 0 ? [] : [words.join(', ')];
}

function vrrpLines(vrrp: VrrpSnapshot): string[] {
  const rows = [['INSTANCE', 'STATE', 'FOR', 'PRIO', 'INTERFACE', 'VRID', 'SENT', 'HEARD']];
  for (const instance of vrrp.instances) {
    rows.push([
      instance.name,
      instance.state,
      duration(instance.inStateFor),
      String(instance.effectivePriority),
      instance.interface,
      String(instance.virtualRouterId),
      String(instance.advertsSent),
      String(instance.advertsReceived),
    ]);
  }
  // Without an instance the process keeps the sync daemons alone.
  const lines = vrrp.instances.length > 0 ? table(rows) : [];
  for (const instance of vrrp.instances) lines.push(...whyLines(instance));
  for (const { name, state } of vrrp.syncGroups) lines.push(`sync group ${name}: ${state}`);
  const rejected = counts(vrrp.rejected);
  if (rejected) lines.push(`packets of no instance here, rejected: ${rejected}`);
  return lines;
}

function whyLines(instance: InstanceSnapshot): string[] {
  const { lastAdvert } = instance;
  const lines = [`${instance.name} is ${instance.state}: ${instance.reason}`];
  for (const alarm of instance.alarms) lines.push(`  ${alarmLine(alarm)}`);
  if (instance.standby) {
    lines.push(`  in standby by the operator: 'tandem failback ${instance.name}' ends it`);
  }
  for (const { kind, name, value, weight } of instance.contributions) {
    const shown =
      value === undefined
        ? 'no result yet'
        : value === true
          ? 'up'
          : value === false
            ? 'down'
            : value;
    lines.push(
      `  tracks ${kind} ${name}: ${shown}${weight === 0 ? '' : `, ${weight > 0 ? '+' : ''}${weight}`}`,
    );
  }
  if (instance.state === 'BACKUP' && instance.advertInterval !== instance.configuredInterval) {
    lines.push(`  interval learned from the MASTER: ${duration(instance.advertInterval)}`);
  }
  lines.push(
    lastAdvert
      ? `  last advert heard from ${lastAdvert.source}, priority ${lastAdvert.priority}, ${duration(lastAdvert.ago)} ago`
      : `  ${instance.state === 'MASTER' ? 'MASTER and never heard a peer' : 'never heard an advert of another router'}`,
  );
  for (const { source, priority, ago, adverts } of instance.peers) {
    if (source === lastAdvert?.source) continue;
    lines.push(
      `  heard ${adverts} advert${adverts === 1 ? '' : 's'} from ${source}, priority ${priority}, the last ${duration(ago)} ago`,
    );
  }
  if (instance.kernelRepairs !== undefined) {
    lines.push(`  removed or changed by something else, and repaired: ${instance.kernelRepairs}`);
  }
  const rejected = counts(instance.rejected);
  if (rejected) lines.push(`  packets rejected: ${rejected}`);
  return lines;
}

function serverLines(server: VirtualServerSnapshot): string[] {
  const lines = [
    `${virtualServerKey(server.id)}: quorum ${server.quorumUp ? 'up' : 'LOST'}` +
      `${server.sorryServerActive ? ', sorry server in use' : ''}`,
  ];
  if (server.members) lines.push(`  balances ${server.members.map(memberText).join(', ')}`);
  for (const real of server.realServers) {
    const weight = real.weight === undefined ? 'not in the table' : `weight ${real.weight}`;
    const state = `${serverText(real)}${methodText(real)} ${real.alive ? 'alive' : 'FAILED'}, ${weight}`;
    const checks = real.checks.map(
      (check) => `${check.type} ${check.up ? 'up' : 'DOWN'}: ${check.lastResult}`,
    );
    lines.push(`  ${[state, ...checks].join('; ')}`);
  }
  return lines;
}

/** `192.0.2.1-192.0.2.20 port 80`, `firewall mark 5 (IPv4)`. */
function memberText(member: GroupMember): string {
  if (member.kind === 'fwmark') return `firewall mark ${member.fwmark} (IPv${member.family})`;
  const { first, last, port } = member;
  const range = first === last ? first : `${first}-${last}`;
  return `${range} ${port === 0 ? 'every port' : `port ${port}`}`;
}

/** A server without a port of its own keeps that of each packet. */
function serverText({ address, port }: { readonly address: Ip; readonly port: number }): string {
  return port === 0 ? address : `${address}:${port}`;
}

function drainingLine({ service, address, port, connections, left }: DrainingSnapshot): string {
  const count = connections === undefined ? '' : `${connections} connections, `;
  return `${serviceKey(service)}: ${endpoint(address, port)} is draining, ${count}at most ${duration(left)} more`;
}

function tableLines({ drift, working }: TableSnapshot): string[] {
  const lines: string[] = [];
  if (drift > 0) lines.push(`IPVS table: ${drift} changes of something else were repaired`);
  if (working && working.of > 100) {
    lines.push(
      `IPVS table: at work, ${working.looked} of ${working.of} services, ${working.changes} changes`,
    );
  }
  return lines;
}

/** What is not NAT: ` by DR`, ` by GUE port 6080 csum`. */
function methodText({ method, tunnel }: RealServerSnapshot): string {
  if (!tunnel) return method === 'NAT' ? '' : ` by ${method}`;
  const { type, port, checksum } = tunnel;
  const words = [type.toUpperCase(), ...(port === 0 ? [] : [`port ${port}`])];
  return ` by ${[...words, ...(checksum === 'nocsum' ? [] : [checksum])].join(' ')}`;
}

function counts(rejected: Readonly<Record<string, number>>): string {
  return Object.entries(rejected)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

function duration(micros: Micros): string {
  const millis = micros / MICROS_PER_MILLI;
  if (millis < 1_000) return `${Math.round(millis)} ms`;
  const seconds = millis / 1_000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((word, column) => word.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
