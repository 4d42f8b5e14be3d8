/** What a reload means for the addresses and marks of a virtual server group. */
import { familyOf, type Ip, ipFromBytes, ipToBytes } from '../../base/ip.js';
import { toSeconds } from '../../base/time.js';
import type { Config, GroupEntryConfig, VirtualServerGroupConfig } from '../model/index.js';
import type { Consequence } from './index.js';

/** Ranges and marks named in one text; the others are counted. */
const MAX_NAMED = 4;

/** Addresses of one family at one port. */
interface Span {
  readonly space: string;
  readonly port: number;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Says what leaves a group that services are made of before and after. A group that comes or goes as
 * a whole comes or goes with its virtual server, which is told there.
 */
export function groupEntryConsequences(before: Config, after: Config, name: string): Consequence[] {
  const drains = after.virtualServers
    .filter(({ id }) => id.kind === 'group' && id.group === name)
    .map(({ drainTimeout }) => drainTimeout);
  const old = find(before, name);
  const next = find(after, name);
  if (!old || !next || drains.length === 0) return [];
  const gone = [...leavingSpans(old, next).map(spanText), ...leavingMarks(old, next)];
  if (gone.length === 0) return [];
  const more = gone.length - MAX_NAMED;
  const names = gone.slice(0, MAX_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const leave = `${names} ${gone.length > 1 ? 'leave' : 'leaves'} the kernel`;
  const shortest = Math.min(...drains);
  if (shortest > 0) {
    const text = `${leave}: connections go on for up to ${toSeconds(shortest)} s, new ones are refused`;
    return [{ kind: 'may-drop-connections', text }];
  }
  return [{ kind: 'drops-connections', text: `${leave}: connections end, new ones are refused` }];
}

function find(config: Config, name: string): VirtualServerGroupConfig | undefined {
  return config.virtualServerGroups.find((group) => group.name === name);
}

/** What of the old ranges is in no new one. */
function leavingSpans(
  old: VirtualServerGroupConfig,
  next: VirtualServerGroupConfig,
): readonly Span[] {
  const stay = spansOf(next);
  return spansOf(old).flatMap((span) => {
    let left: readonly Span[] = [span];
    for (const other of stay) {
      if (other.space === span.space) left = left.flatMap((part) => without(part, other));
    }
    return left;
  });
}

function without(span: Span, other: Span): Span[] {
  if (other.last < span.first || other.first > span.last) return [span];
  const parts: Span[] = [];
  if (other.first > span.first) parts.push({ ...span, last: other.first - 1n });
  if (other.last < span.last) parts.push({ ...span, first: other.last + 1n });
  return parts;
}

function spansOf({ entries }: VirtualServerGroupConfig): readonly Span[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'addresses') return [];
    const { first, last, port } = entry;
    const space = `${familyOf(first)} ${port}`;
    return [{ space, port, first: asNumber(first), last: asNumber(last) }];
  });
}

function leavingMarks(old: VirtualServerGroupConfig, next: VirtualServerGroupConfig): string[] {
  const stay = new Set(next.entries.map(markText));
  return old.entries
    .map(markText)
    .filter((mark): mark is string => mark !== undefined && !stay.has(mark));
}

function markText(entry: GroupEntryConfig): string | undefined {
  if (entry.kind !== 'fwmark') return undefined;
  const family = entry.family === undefined ? '' : entry.family === 6 ? ' inet6' : ' inet';
  return `fwmark ${entry.fwmark}${family}`;
}

function spanText({ space, port, first, last }: Span): string {
  const length = space.startsWith('4') ? 4 : 16;
  const from = asAddress(first, length);
  const range = first === last ? from : `${from}-${asAddress(last, length)}`;
  return port === 0 ? range : `${range} ${port}`;
}

function asNumber(ip: Ip): bigint {
  return ipToBytes(ip).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function asAddress(value: bigint, length: number): Ip {
  const bytes = new Uint8Array(length);
  for (let i = length - 1, rest = value; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return ipFromBytes(bytes);
}
