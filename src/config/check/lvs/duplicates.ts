/** The kernel has one service of an address, port and protocol, and one of a mark and family. */
import { familyOf, type Ip, ipToBytes } from '../../../base/ip.js';
import { serviceKey } from '../../../ipvs/model.js';
import { labelOf } from '../../build/lvs/settle.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type {
  AddressRangeConfig,
  Config,
  VirtualServerConfig,
  VirtualServerId,
} from '../../model/index.js';
import { renderPosition } from '../../text/source.js';

type SingleId = Exclude<VirtualServerId, { kind: 'group' }>;
type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** Addresses, more than one, that a service claims at one port of one protocol. */
interface Claim {
  readonly server: VirtualServerConfig;
  readonly protocol: Protocol;
  readonly port: number;
  readonly range: AddressRangeConfig;
}

/**
 * Reports services that are there already. Ranges are compared in the order of their addresses, so
 * that many of them cost no more than sorting.
 */
export function checkServices(config: Config, sink: Sink): void {
  const groups = new Map(config.virtualServerGroups.map((group) => [group.name, group]));
  const singles = new Map<
    string,
    { readonly server: VirtualServerConfig; readonly id: SingleId }
  >();
  const ranges: Claim[] = [];
  const report = reporter(sink);
  const claim = (server: VirtualServerConfig, id: SingleId): void => {
    const key = serviceKey(id);
    const earlier = singles.get(key);
    if (earlier) report(server, earlier.server, labelOf({ id }));
    else singles.set(key, { server, id });
  };
  for (const server of config.virtualServers) {
    const { id } = server;
    if (id.kind !== 'group') {
      claim(server, id);
      continue;
    }
    // Only a group without addresses has no protocol.
    const { protocol = 'UDP' } = id;
    for (const entry of groups.get(id.group)?.entries ?? []) {
      if (entry.kind === 'fwmark') {
        claim(server, { ...entry, family: entry.family ?? id.family });
      } else if (entry.first === entry.last) {
        const { first: address, port } = entry;
        claim(server, { kind: 'address', protocol, address, port });
      } else {
        ranges.push({ server, protocol, port: entry.port, range: entry });
      }
    }
  }
  if (ranges.length === 0) return;
  for (const { server, id } of singles.values()) {
    if (id.kind !== 'address') continue;
    const range = { first: id.address, last: id.address };
    ranges.push({ server, protocol: id.protocol, port: id.port, range });
  }
  const order = new Map(config.virtualServers.map((server, index) => [server, index]));
  reportOverlaps(ranges, order, report);
}

type ReportTwice = (later: VirtualServerConfig, earlier: VirtualServerConfig, what: string) => void;

/** Tells of one duplicate of each pair of services. */
function reporter(sink: Sink): ReportTwice {
  const told = new Map<VirtualServerConfig, Set<VirtualServerConfig>>();
  return (later, earlier, what) => {
    const others = told.get(later) ?? new Set();
    if (others.has(earlier)) return;
    told.set(later, others.add(earlier));
    if (later === earlier) {
      sink.report('CONFIG_DUPLICATE_VIRTUAL_SERVER', later.at, {
        message: `virtual_server ${labelOf(later)}: ${what} is in the group more than once: it is one service`,
        severity: 'warning',
      });
      return;
    }
    const own = labelOf(later);
    const part = own === what ? '' : `: ${what}`;
    sink.report('CONFIG_DUPLICATE_VIRTUAL_SERVER', later.at, {
      message: `virtual_server ${own}${part} is there already (${renderPosition(earlier.at)}): the kernel has only one, the two would take turns in changing it`,
    });
  };
}

/** Of claims sorted by where they begin, each is compared with the one that reaches furthest so far. */
function reportOverlaps(
  claims: readonly Claim[],
  order: ReadonlyMap<VirtualServerConfig, number>,
  report: ReportTwice,
): void {
  const sorted = claims
    .map((claim) => ({
      claim,
      space: `${claim.protocol} ${claim.port} ${familyOf(claim.range.first)}`,
      first: sortable(claim.range.first),
      last: sortable(claim.range.last),
    }))
    .sort((a, b) => compare(a.space, b.space) || compare(a.first, b.first));
  let furthest: (typeof sorted)[number] | undefined;
  for (const next of sorted) {
    if (furthest && furthest.space === next.space && next.first <= furthest.last) {
      const [earlier, later] = [furthest.claim.server, next.claim.server].sort(
        (a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0),
      ) as [VirtualServerConfig, VirtualServerConfig];
      const { protocol, port, range } = next.claim;
      report(later, earlier, `${range.first} ${port} ${protocol}`);
    }
    if (!furthest || furthest.space !== next.space || next.last > furthest.last) furthest = next;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Text whose order is that of the addresses of one family. */
function sortable(ip: Ip): string {
  return Buffer.from(ipToBytes(ip)).toString('hex');
}
