/** Rules between virtual servers and their real servers. */
import { familyOf } from '../../base/ip.js';
import { serviceKey } from '../../ipvs/model.js';
import { labelOf } from '../build/settle.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Config, VirtualServerConfig } from '../model/index.js';
import { renderPosition } from '../text/source.js';

export function checkLvs(config: Config, sink: Sink): void {
  checkServices(config.virtualServers, sink);
  for (const server of config.virtualServers) checkFamilies(server, sink);
}

/** The kernel has one service of an address, port and protocol. */
function checkServices(servers: readonly VirtualServerConfig[], sink: Sink): void {
  const first = new Map<string, VirtualServerConfig>();
  for (const server of servers) {
    const key = serviceKey(server.id);
    const earlier = first.get(key);
    if (earlier) {
      sink.report('CONFIG_DUPLICATE_VIRTUAL_SERVER', server.at, {
        message: `virtual_server ${labelOf(server)} is there already (${renderPosition(earlier.at)}): the kernel has only one, the two would take turns in changing it`,
      });
    } else {
      first.set(key, server);
    }
  }
}

/** Only a tunnel can carry one family in the other. */
function checkFamilies(server: VirtualServerConfig, sink: Sink): void {
  const family = server.id.kind === 'fwmark' ? server.id.family : familyOf(server.id.address);
  const sorry = server.sorryServer ? [server.sorryServer] : [];
  for (const destination of [...server.realServers, ...sorry]) {
    if (destination.method === 'TUN' || familyOf(destination.address) === family) continue;
    sink.report('CONFIG_FAMILY_MISMATCH', destination.at, {
      message: `virtual_server ${labelOf(server)}: ${destination.address} is not IPv${family}: ${destination.method} cannot reach it`,
      expected: `an IPv${family} address, or 'lvs_method TUN'`,
    });
  }
}
