/**
 * The table as ipvsadm prints it, byte for byte. Pure: rows and names in, text out.
 *
 * Order: ipvsadm subtracts unsigned numbers of 32 bits and takes the difference as a signed one, so
 * that addresses more than half of all apart come in the other order. Scripts compare lists: so do
 * we.
 */
import { type Ip, ipToBytes } from '../../base/ip.js';
import {
  IP_VS_CONN_F_DROUTE,
  IP_VS_CONN_F_LOCALNODE,
  IP_VS_CONN_F_MASQ,
  IP_VS_CONN_F_TUNNEL,
  IP_VS_CONN_F_TUNNEL_TYPE_GRE,
  IP_VS_CONN_F_TUNNEL_TYPE_GUE,
  IP_VS_CONN_F_TUNNEL_TYPE_IPIP,
} from '../../ipvs/constants.js';
import type { IpvsInfo, IpvsTimeouts, SyncDaemon } from '../../ipvs/control-codec.js';
import { prefixToMask, type ServiceId } from '../../ipvs/model.js';
import type { Counts, DestinationRow, ServiceRow } from '../../ipvs/rows.js';
import { largeNumber, mergeSort } from './columns.js';
import { type Naming, NUMERIC, type Transport } from './names.js';
import type { ListFormat } from './request.js';
import { ONE_PACKET, printSchedulerFlags } from './scheduler-flags.js';
import { ipv4FromNumber, ipv4ToNumber, printIp } from './values.js';

/** What fits into ipvsadm's buffer for an address with a port. */
const MAX_ENDPOINT = 59;
/** IPv4 names are cut to their column, others push the columns on. */
const SERVICE_COLUMN = 33;
export const SERVER_COLUMN = 28;

export const METHODS: Readonly<Record<number, string>> = {
  [IP_VS_CONN_F_MASQ]: 'Masq',
  [IP_VS_CONN_F_LOCALNODE]: 'Local',
  [IP_VS_CONN_F_TUNNEL]: 'Tunnel',
  [IP_VS_CONN_F_DROUTE]: 'Route',
};
const SWITCHES: Readonly<Record<number, string>> = {
  [IP_VS_CONN_F_MASQ]: '-m',
  [IP_VS_CONN_F_LOCALNODE]: '-g',
  [IP_VS_CONN_F_TUNNEL]: '-i',
  [IP_VS_CONN_F_DROUTE]: '-g',
};
/** What the C library prints for a text that is not there. */
export const NOTHING = '(null)';
/** By tun_flags. */
const CHECKSUMS = ['-c', '+c', 'r+c'];
const CHECKSUM_OPTIONS = ['--tun-nocsum', '--tun-csum', '--tun-remcsum'];

/** `IP Virtual Server version 1.2.1 (size=4096)` */
export function renderInfo({ version, connectionTableSize }: IpvsInfo): string {
  return `IP Virtual Server version ${version} (size=${connectionTableSize})\n`;
}

/** The heads of the columns. */
export function renderHead(format: ListFormat): string {
  const second = '  -> RemoteAddress:Port';
  const first = 'Prot LocalAddress:Port';
  const wide = (...heads: string[]): string =>
    `${first.padEnd(33)} ${heads.join(' ')}\n${second}\n`;
  const right = (head: string): string => head.padStart(8);
  if (format.stats) {
    return wide(...['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes'].map(right));
  }
  if (format.rate) return wide(...['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS'].map(right));
  if (format.thresholds) {
    return wide('Uthreshold', 'Lthreshold', 'ActiveConn', 'InActConn'.padEnd(10));
  }
  if (format.persistentConnections) {
    return wide('Weight'.padEnd(9), 'PersistConn', 'ActiveConn', 'InActConn'.padEnd(10));
  }
  const heads = `${first} Scheduler Flags\n${second}           Forward`;
  if (format.tunnels) return `${heads} TunnelInfo    Weight ActiveConn InActConn\n`;
  return format.rules ? '' : `${heads} Weight ActiveConn InActConn\n`;
}

/** One service with its destinations. */
export function renderService(
  { service, counts }: ServiceRow,
  destinations: readonly DestinationRow[],
  format: ListFormat,
  naming: Naming,
): string {
  const names = format.numeric ? NUMERIC : naming;
  const name = serviceName(service.id, format, names);
  const transport = transportOf(service.id);
  let text = `${renderServiceLine({ service, counts }, name, format)}\n`;
  const rows = format.sorted ? sortDestinations(destinations) : destinations;
  for (const row of rows) text += renderDestination(row, name, transport, format, names);
  return text;
}

/** A service's own line, without its end. */
export function renderServiceLine(
  { service, counts }: ServiceRow,
  name: string,
  format: ListFormat,
): string {
  const { scheduler, flags, persistenceTimeout: timeout, persistenceEngine: engine } = service;
  const mask = maskOf(service);
  // Bits that have no word with this scheduler leave their place empty.
  const words = printSchedulerFlags(flags, scheduler);
  const hasFlags = (flags & ~ONE_PACKET) !== 0;
  const ops = (flags & ONE_PACKET) !== 0;
  if (format.rules) {
    return [
      `-A ${name} -s ${scheduler}`,
      timeout > 0 ? ` -p ${timeout}${mask === undefined ? '' : ` -M ${mask}`}` : '',
      engine ? ` --pe ${engine}` : '',
      ops ? ' -o' : '',
      hasFlags ? ` -b ${words}` : '',
    ].join('');
  }
  if (format.stats || format.rate) {
    return name.padEnd(SERVICE_COLUMN) + renderCounts(counts, format);
  }
  return [
    `${name} ${scheduler}`,
    hasFlags ? ` (${words})` : '',
    timeout > 0 ? ` persistent ${timeout}${mask === undefined ? '' : ` mask ${mask}`}` : '',
    timeout > 0 && engine ? ` pe ${engine}` : '',
    ops ? ' ops' : '',
  ].join('');
}

/** The mask of persistence, if it is not that of single clients. */
function maskOf(service: ServiceRow['service']): string | undefined {
  const { id, persistencePrefix: prefix, persistenceMask: mask } = service;
  const family = id.kind === 'fwmark' ? id.family : id.address.includes(':') ? 6 : 4;
  if (family === 6) return prefix === 128 ? undefined : String(prefix);
  const number = mask ?? prefixToMask(prefix);
  return number === 0xffff_ffff ? undefined : ipv4FromNumber(number);
}

/** Five counts, or their rates. */
function renderCounts(counts: Counts, format: ListFormat): string {
  const from = format.stats ? 0 : 5;
  let text = '';
  for (let i = from; i < from + 5; i++) text += largeNumber(counts[i] ?? 0, format.exact);
  return text;
}

function renderDestination(
  row: DestinationRow,
  service: string,
  transport: Transport | undefined,
  format: ListFormat,
  names: Naming,
): string {
  const full = endpointName(row.address, row.family, row.port, transport, names);
  const { weight, activeConnections, inactiveConnections } = row;
  if (format.rules) {
    const rule = `-a ${service} -r ${full} ${SWITCHES[row.method] ?? NOTHING} -w ${weight}`;
    return `${rule}${row.method === IP_VS_CONN_F_TUNNEL ? tunnelRule(row) : ''}\n`;
  }
  const name = (row.family === 4 ? full.slice(0, SERVER_COLUMN) : full).padEnd(SERVER_COLUMN);
  const start = `  -> ${name}`;
  if (format.stats) return `${start}${renderCounts(row.counts, format)}\n`;
  if (format.rate) {
    const [, , , , , cps = 0, inPackets = 0, outPackets = 0, inBytes = 0, outBytes = 0] =
      row.counts;
    const plain = [cps, inPackets, outPackets].map((count) => ` ${String(count).padStart(8)}`);
    const bytes = [inBytes, outBytes].map((count) => largeNumber(count, format.exact));
    return `${start}${plain.join('')}${bytes.join('')}\n`;
  }
  const connections = `${column(activeConnections, 10)} ${column(inactiveConnections, 10)}\n`;
  if (format.thresholds) {
    const { upperThreshold, lowerThreshold } = row;
    return `${start} ${column(upperThreshold, 10)} ${column(lowerThreshold, 10)} ${connections}`;
  }
  if (format.persistentConnections) {
    return `${start} ${column(weight, 9)} ${column(row.persistentConnections, 11)} ${connections}`;
  }
  const method = (METHODS[row.method] ?? NOTHING).padEnd(7);
  const tunnel = format.tunnels ? `${tunnelInfo(row).padEnd(13)} ` : '';
  return `${start} ${method} ${tunnel}${column(weight, 6)} ${connections}`;
}

function column(value: number, width: number): string {
  return String(value).padEnd(width);
}

function tunnelRule({ tunnelType, tunnelPort, tunnelFlags }: DestinationRow): string {
  const checksum = CHECKSUM_OPTIONS[tunnelFlags] ?? NOTHING;
  switch (tunnelType) {
    case IP_VS_CONN_F_TUNNEL_TYPE_GRE:
      return ` --tun-type gre ${checksum}`;
    case IP_VS_CONN_F_TUNNEL_TYPE_GUE:
      return ` --tun-type gue --tun-port ${tunnelPort} ${checksum}`;
    case IP_VS_CONN_F_TUNNEL_TYPE_IPIP:
      return ' --tun-type ipip';
    default:
      return '';
  }
}

function tunnelInfo({ method, tunnelType, tunnelPort, tunnelFlags }: DestinationRow): string {
  if (method !== IP_VS_CONN_F_TUNNEL) return 'n/a';
  const checksum = CHECKSUMS[tunnelFlags] ?? NOTHING;
  switch (tunnelType) {
    case IP_VS_CONN_F_TUNNEL_TYPE_IPIP:
      return 'ipip';
    case IP_VS_CONN_F_TUNNEL_TYPE_GUE:
      return `gue:${tunnelPort}:${checksum}`;
    case IP_VS_CONN_F_TUNNEL_TYPE_GRE:
      return `gre:${checksum}`;
    default:
      return 'n/a';
  }
}

/** `TCP  192.0.2.1:80` */
export function serviceName(id: ServiceId, format: ListFormat, names: Naming): string {
  if (id.kind === 'fwmark') {
    // ipvsadm prints the mark as a signed number.
    const mark = id.fwmark | 0;
    if (format.rules) return `-f ${mark}${id.family === 6 ? ' -6' : ''}`;
    return `FWM  ${mark}${id.family === 6 ? ' IPv6' : ''}`;
  }
  const family = id.address.includes(':') ? 6 : 4;
  const where = endpointName(id.address, family, id.port, transportOf(id), names);
  if (format.rules) {
    const option = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' }[id.protocol];
    return `${option} ${where}`;
  }
  const name = `${id.protocol.padEnd(4)} ${where}`;
  return family === 6 ? name : name.slice(0, SERVICE_COLUMN);
}

/** `192.0.2.1:80`, `[2001:db8::1]:http`, `www.example.org:http` */
export function endpointName(
  address: Ip,
  family: 4 | 6,
  port: number,
  transport: Transport | undefined,
  names: Naming,
): string {
  const host = names.host(address);
  const shown = host === address ? printIp(address) : host;
  const name = `${family === 6 ? `[${shown}]` : shown}:${names.port(port, transport)}`;
  return name.length <= MAX_ENDPOINT ? name : name.slice(0, MAX_ENDPOINT);
}

function transportOf(id: ServiceId): Transport | undefined {
  return id.kind === 'fwmark' ? undefined : (id.protocol.toLowerCase() as Transport);
}

/** Marks last, then by family, protocol, address and port. */
export function sortServices(rows: readonly ServiceRow[]): ServiceRow[] {
  const keys = new Map(rows.map((row) => [row, serviceOrder(row.service.id)]));
  return mergeSort(rows, (a, b) =>
    compareKeys(keys.get(a) as readonly number[], keys.get(b) as readonly number[]),
  );
}

const AF_INET = 2;
const AF_INET6 = 10;

function serviceOrder(id: ServiceId): readonly number[] {
  if (id.kind === 'fwmark') {
    return [id.fwmark, id.family === 6 ? AF_INET6 : AF_INET, 0, 0, 0, 0, 0, 0];
  }
  const six = id.address.includes(':');
  const protocol = { TCP: 6, UDP: 17, SCTP: 132 }[id.protocol];
  const words = six ? wordsOf(id.address) : [ipv4ToNumber(id.address), 0, 0, 0];
  return [0, six ? AF_INET6 : AF_INET, protocol, ...words, id.port];
}

function wordsOf(ip: Ip): number[] {
  const bytes = Buffer.from(ipToBytes(ip));
  return [0, 4, 8, 12].map((at) => bytes.readUInt32BE(at));
}

/** Differences of 32 bits, the first that is not 0. */
function compareKeys(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = ((a[i] as number) - (b[i] as number)) | 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

function sortDestinations(rows: readonly DestinationRow[]): DestinationRow[] {
  return mergeSort(rows, compareDestinations);
}

/** The first one's family says how much of the addresses is compared. */
function compareDestinations(a: DestinationRow, b: DestinationRow): number {
  let difference = (a.first - b.first) | 0;
  if (difference !== 0) return difference;
  if (a.more) {
    for (let i = 0; i < a.more.length; i++) {
      difference = ((a.more[i] as number) - (b.more?.[i] ?? 0)) | 0;
      if (difference !== 0) return difference;
    }
  }
  return a.port - b.port;
}

/** `Timeout (tcp tcpfin udp): 900 120 300` */
export function renderTimeouts({ tcp, tcpFin, udp }: IpvsTimeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcp | 0} ${tcpFin | 0} ${udp | 0}\n`;
}

/** One line for each daemon. */
export function renderDaemons(daemons: readonly SyncDaemon[]): string {
  return daemons
    .map(({ state, interface: name, syncId, maxLength, group, port, ttl }) => {
      const parts = [`mcast=${name}`, `syncid=${syncId}`];
      if (maxLength) parts.push(`maxlen=${maxLength}`);
      if (group !== undefined) parts.push(`group=${printIp(group)}`);
      if (port) parts.push(`port=${port}`);
      if (ttl) parts.push(`ttl=${ttl}`);
      return `${state} sync daemon (${parts.join(', ')})\n`;
    })
    .join('');
}
