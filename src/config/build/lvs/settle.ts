/**
 * What keepalived puts right in a service after reading it, with a complaint: done here in the same
 * way, so that a configuration means the same.
 */
import { destinationKey } from '../../../ipvs/model.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  RealServerConfig,
  SorryServerConfig,
  VirtualServerConfig,
} from '../../model/index.js';
import { renderPosition } from '../../text/source.js';

/**
 * A service as it will be run; `undefined` if nothing of it is left.
 *
 * @param isWhole whether all that was written of its servers could be read: otherwise what they are
 *   together is not judged, for one mistake is one message.
 */
export function settle(
  server: VirtualServerConfig,
  isWhole: boolean,
  sink: Sink,
): VirtualServerConfig | undefined {
  const label = labelOf(server);
  if (server.realServers.length === 0) {
    sink.report('CONFIG_NO_REAL_SERVER', server.at, {
      message: `virtual_server ${label} has no real server and is left out: nothing is balanced`,
    });
    return undefined;
  }
  const different = isWhole ? dropDuplicates(server, label, sink) : server.realServers;
  const realServers = different.map((real) => settleThresholds(real, label, sink));
  const { quorum, hysteresis } = isWhole ? settleQuorum(server, realServers, label, sink) : server;
  const sorryServer =
    server.sorryServer && settleSorry(server.sorryServer, realServers, label, sink);
  return { ...server, realServers, quorum, hysteresis, ...(sorryServer ? { sorryServer } : {}) };
}

/** A service's name in messages: `192.0.2.1 80 TCP`, `fwmark 5` or `group web`. */
export function labelOf({ id }: Pick<VirtualServerConfig, 'id'>): string {
  if (id.kind === 'group') return `group ${id.group}`;
  return id.kind === 'fwmark' ? `fwmark ${id.fwmark}` : `${id.address} ${id.port} ${id.protocol}`;
}

function dropDuplicates(
  server: VirtualServerConfig,
  label: string,
  sink: Sink,
): readonly RealServerConfig[] {
  const { realServers } = server;
  // Nearly always there are none: then no list is made, and mostly the addresses show it.
  const count = realServers.length;
  if (new Set(realServers.map(({ address }) => address)).size === count) return realServers;
  if (new Set(realServers.map(destinationKey)).size === count) return realServers;
  const seen = new Map<string, RealServerConfig>();
  for (const real of realServers) {
    const key = destinationKey(real);
    const earlier = seen.get(key);
    if (!earlier) {
      seen.set(key, real);
      continue;
    }
    sink.report('CONFIG_DUPLICATE_REAL_SERVER', real.at, {
      message: `virtual_server ${label}: real_server ${real.address} ${real.port} is there already (${renderPosition(earlier.at)}): this one is left out`,
    });
  }
  return [...seen.values()];
}

/** The kernel refuses a server with the lower above the upper (ERANGE of ip_vs_add_dest). */
function settleThresholds(real: RealServerConfig, label: string, sink: Sink): RealServerConfig {
  const { upperThreshold, lowerThreshold } = real;
  if (lowerThreshold <= upperThreshold) return real;
  sink.report('CONFIG_THRESHOLDS', real.origins['lthreshold'] ?? real.at, {
    message: `virtual_server ${label}: lthreshold ${lowerThreshold} is above uthreshold ${upperThreshold}, and the kernel refuses such a server: lthreshold is left out`,
    expected: `a uthreshold of at least ${lowerThreshold}`,
  });
  return { ...real, lowerThreshold: 0 };
}

function settleQuorum(
  server: VirtualServerConfig,
  realServers: readonly RealServerConfig[],
  label: string,
  sink: Sink,
): { quorum: number; hysteresis: number } {
  let { quorum, hysteresis } = server;
  const weight = realServers.reduce((sum, real) => sum + real.weight, 0);
  if (weight === 0) {
    sink.report('CONFIG_QUORUM', realServers[0]?.origins['weight'] ?? server.at, {
      message: `virtual_server ${label}: all real servers have weight 0: none gets connections, and the quorum is never reached`,
    });
  }
  const total = Math.max(1, weight);
  if (quorum > total) {
    sink.report('CONFIG_QUORUM', server.origins['quorum'] ?? server.at, {
      message: `virtual_server ${label}: quorum ${quorum} is more than the weight of all real servers, ${total}, and could never be reached: ${total} is used`,
    });
    quorum = total;
  }
  if (hysteresis >= quorum) {
    sink.report('CONFIG_QUORUM', server.origins['hysteresis'] ?? server.at, {
      message: `virtual_server ${label}: with hysteresis ${hysteresis} the quorum ${quorum} could never be lost: ${quorum - 1} is used`,
    });
    hysteresis = quorum - 1;
  }
  return { quorum, hysteresis };
}

function settleSorry(
  sorry: SorryServerConfig,
  realServers: readonly RealServerConfig[],
  label: string,
  sink: Sink,
): SorryServerConfig {
  const same = realServers.find((real) => destinationKey(real) === destinationKey(sorry));
  if (!same) return sorry;
  sink.report('CONFIG_SORRY_SERVER', sorry.at, {
    message: `virtual_server ${label}: the sorry server ${sorry.address} ${sorry.port} is a real server too (${renderPosition(same.at)}): when the quorum is lost it gets all connections, well or not`,
  });
  // One entry of the table cannot be inhibited and not inhibited.
  return { ...sorry, inhibit: same.inhibitOnFailure };
}
