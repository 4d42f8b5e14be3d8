/** Configurations of the topologies' directors, in the language that both products read. */
import type { TopologyName } from './topology/index.js';

export interface DirectorConfig {
  readonly topology: TopologyName;
  /** Higher wins: 150 and 100 in the classic pair. */
  readonly priority: number;
  /** Seconds; below 1 in version 3 only. Default 1. */
  readonly advertInt?: number;
  /** VRRP version; default 2. */
  readonly version?: 2 | 3;
  readonly lbAlgo?: string;
  /** `lvs_sync_daemon`: default yes, where there are virtual servers. */
  readonly sync?: boolean;
  /**
   * HTTPS as well; default yes. Handshakes of two directors with two servers each second are work
   * that machines of their own would not notice, and the lab's one processor does.
   */
  readonly tls?: boolean;
  /** `ipv6`: adverts over IPv6 for {@link VIP_IPV6}; the IPv4 addresses follow as excluded ones. */
  readonly family?: 'ipv4' | 'ipv6';
  /** Unicast: our own address, and the other's. */
  readonly unicast?: { readonly own: string; readonly peer: string };
  /** More lines for every vrrp_instance. */
  readonly instance?: readonly string[];
  /** More lines for global_defs. */
  readonly globals?: readonly string[];
  /** Instead of the topology's virtual servers. */
  readonly virtualServers?: string;
}

/** The virtual router id of the VIP's instance, and of the inner one of topologies `nat` and `twin`. */
export const VRID = 51;
export const INNER_VRID = 52;
/** How often the configured checks look, s; deadlines and retries below add up with it. */
export const DELAY_LOOP = 1;
export const CONNECT_TIMEOUT = 1;
export const RETRY = 1;
export const DELAY_BEFORE_RETRY = 1;
/**
 * By then a server that stops answering has left the table, ms: a check starts up to a delay_loop
 * after it died, and each attempt uses its whole deadline.
 */
export const LEAVES_WITHIN =
  1000 * (DELAY_LOOP + CONNECT_TIMEOUT + RETRY * (DELAY_BEFORE_RETRY + CONNECT_TIMEOUT));

const VIP: Readonly<Record<TopologyName, string>> = {
  nat: '172.25.254.100',
  dr: '192.168.0.100',
  pair: '172.25.254.100',
  twin: '172.25.254.100',
  fullnat: '172.25.254.100',
};
/** What a pair that advertises over IPv6 has besides; in its adverts the link-local one is first. */
export const VIP_IPV6 = '2001:db8::100';
const VIP_LINK_LOCAL = 'fe80::100';
const INNER_VIP = '192.168.0.100';

/** A whole configuration file. */
export function directorConfig(options: DirectorConfig): string {
  const { topology } = options;
  const sync = options.sync ?? hasServers(topology);
  const syncInterface = topology === 'nat' || topology === 'fullnat' ? 'eth1' : 'eth0';
  const globals = [...(options.globals ?? [])];
  if (sync) globals.push(`lvs_sync_daemon ${syncInterface} VI_1 id 51`);
  const blocks = [block('global_defs', globals)];
  const inside = topology === 'nat' || topology === 'twin' || topology === 'fullnat';
  if (inside) {
    blocks.push('vrrp_sync_group VG_1 {\n    group {\n        VI_1\n        VI_GATEWAY\n    }\n}');
  }
  blocks.push(instance('VI_1', 'eth0', VRID, VIP[topology], options));
  if (inside) {
    blocks.push(instance('VI_GATEWAY', 'eth1', INNER_VRID, INNER_VIP, options));
  }
  blocks.push(options.virtualServers ?? virtualServers(options));
  return `${blocks.join('\n\n')}\n`;
}

function hasServers(topology: TopologyName): boolean {
  return topology === 'nat' || topology === 'dr';
}

/** The web and echo services of a topology with real servers. */
export function virtualServers(options: DirectorConfig): string {
  if (!hasServers(options.topology)) return '';
  const http = [
    'HTTP_GET {',
    '    url {',
    '        path /',
    '        status_code 200',
    '    }',
    ...checkTimes(),
    '}',
  ];
  const tcp = ['TCP_CHECK {', ...checkTimes(), '}'];
  const servers = [virtualServer(options, 80, 'TCP', http)];
  if (options.tls ?? true) {
    servers.push(virtualServer(options, 443, 'TCP', http.with(0, 'SSL_GET {')));
  }
  servers.push(virtualServer(options, 7, 'TCP', tcp));
  return servers.join('\n\n');
}

/** One virtual server over both real servers; `check` is its real servers' checker, `extra` more lines. */
export function virtualServer(
  options: Pick<DirectorConfig, 'topology' | 'lbAlgo'>,
  port: number,
  protocol: 'TCP' | 'UDP',
  check: readonly string[],
  extra: readonly string[] = [],
): string {
  const servers = ['192.168.0.10', '192.168.0.20'].flatMap((address) => [
    `real_server ${address} ${port} {`,
    '    weight 1',
    ...check.map((line) => `    ${line}`),
    '}',
  ]);
  return block(`virtual_server ${VIP[options.topology]} ${port}`, [
    `delay_loop ${DELAY_LOOP}`,
    `lb_algo ${options.lbAlgo ?? 'rr'}`,
    `lb_kind ${options.topology === 'dr' ? 'DR' : 'NAT'}`,
    `protocol ${protocol}`,
    ...extra,
    ...servers,
  ]);
}

/** The time keywords of a checker. */
export function checkTimes(): string[] {
  return [
    `    connect_timeout ${CONNECT_TIMEOUT}`,
    `    retry ${RETRY}`,
    `    delay_before_retry ${DELAY_BEFORE_RETRY}`,
  ];
}

/**
 * How long a backup waits after the last advert that it heard (RFC 3768 6.1, RFC 9568 6.1), ms.
 * @param advertInt seconds.
 */
export function masterDownInterval(
  priority: number,
  advertInt: number,
  version: 2 | 3 = 2,
): number {
  const skew = ((256 - priority) / 256) * (version === 3 ? advertInt : 1);
  return 1000 * (3 * advertInt + skew);
}

function instance(
  name: string,
  device: string,
  vrid: number,
  address: string,
  options: DirectorConfig,
): string {
  return block(`vrrp_instance ${name}`, [
    'state BACKUP',
    `interface ${device}`,
    `virtual_router_id ${vrid}`,
    `priority ${options.priority}`,
    `advert_int ${options.advertInt ?? 1}`,
    ...(options.version === 3 ? ['version 3'] : []),
    ...unicastLines(options),
    ...(options.instance ?? []),
    ...addressLines(options, `${address}/24 dev ${device}`, device),
  ]);
}

function unicastLines({ unicast }: DirectorConfig): string[] {
  if (!unicast) return [];
  return [`unicast_src_ip ${unicast.own}`, 'unicast_peer {', `    ${unicast.peer}`, '}'];
}

function addressLines(options: DirectorConfig, ipv4: string, device: string): string[] {
  if (options.family !== 'ipv6') return ['virtual_ipaddress {', `    ${ipv4}`, '}'];
  return [
    'virtual_ipaddress {',
    `    ${VIP_LINK_LOCAL}/64 dev ${device}`,
    `    ${VIP_IPV6}/64 dev ${device}`,
    '}',
    'virtual_ipaddress_excluded {',
    `    ${ipv4}`,
    '}',
  ];
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.map((line) => `    ${line}`).join('\n')}\n}`;
}
