/** Virtual servers and real servers as canonical text. */
import { familyOf, type Ip, ipFromBytes, maxPrefixLength } from '../../base/ip.js';
import type { Method, RealServerConfig, VirtualServerConfig } from '../model/index.js';
import { checkBlock } from './checks.js';
import { block, flag, type Line, line, yesNo } from './text.js';

export function serverBlock(server: VirtualServerConfig): Line {
  const { id, flags, sorryServer } = server;
  const byAddress = id.kind === 'address';
  const family = byAddress ? familyOf(id.address) : id.family;
  return block(`virtual_server ${byAddress ? endpoint(id) : `fwmark ${id.fwmark}`}`, server.at, [
    byAddress
      ? line(server, 'protocol', id.protocol)
      : line(server, 'ip_family', family === 6 ? 'inet6' : 'inet'),
    line(server, 'lvs_sched', server.scheduler),
    line(server, 'lvs_method', mainMethod(server)),
    ...flag(flags.ops, server, 'ops'),
    ...flag(flags.flag1, server, 'flag-1'),
    ...flag(flags.flag2, server, 'flag-2'),
    ...flag(flags.flag3, server, 'flag-3'),
    ...persistenceLines(server, family),
    line(server, 'quorum', server.quorum),
    line(server, 'hysteresis', server.hysteresis),
    ...flag(server.omega, server, 'omega'),
    ...(sorryServer
      ? [
          { text: `sorry_server ${endpoint(sorryServer)}`, from: sorryServer.at },
          line(server, 'sorry_server_lvs_method', sorryServer.method),
          ...flag(sorryServer.inhibit, server, 'sorry_server_inhibit'),
        ]
      : []),
    ...server.realServers.map(realServerBlock),
  ]);
}

/** The method that the service's own line names: that of its first server. */
function mainMethod(server: VirtualServerConfig): Method {
  return server.realServers[0]?.method ?? 'NAT';
}

function persistenceLines(server: VirtualServerConfig, family: 4 | 6): Line[] {
  const { persistenceTimeout, persistencePrefix } = server;
  if (persistenceTimeout === 0) return [];
  const lines = [line(server, 'persistence_timeout', persistenceTimeout)];
  if (persistencePrefix === maxPrefixLength(family)) return lines;
  const mask = family === 6 ? persistencePrefix : netmask(persistencePrefix);
  return [...lines, line(server, 'persistence_granularity', mask)];
}

function netmask(prefixLength: number): Ip {
  const bytes = [0, 1, 2, 3].map((i) => {
    const ones = Math.min(8, Math.max(0, prefixLength - 8 * i));
    return 256 - 2 ** (8 - ones);
  });
  return ipFromBytes(Uint8Array.from(bytes));
}

function realServerBlock(server: RealServerConfig): Line {
  return block(`real_server ${endpoint(server)}`, server.at, [
    line(server, 'lvs_method', server.method),
    line(server, 'weight', server.weight),
    ...flag(server.upperThreshold > 0, server, 'uthreshold', server.upperThreshold),
    ...flag(server.lowerThreshold > 0, server, 'lthreshold', server.lowerThreshold),
    yesNo(server, 'inhibit_on_failure', server.inhibitOnFailure),
    yesNo(server, 'alpha', server.alpha),
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
