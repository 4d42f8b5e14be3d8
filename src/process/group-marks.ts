/** Which marks virtual server groups get with `nftables_ipvs`. */
import { familyOf } from '../base/ip.js';
import type { GroupMember, MarkSettings } from '../checker/settings.js';
import type { Config, VirtualServerConfig } from '../config/model/index.js';

/** keepalived's name, so that what one of the two has left is replaced by the other. */
const DEFAULT_TABLE = 'keepalived_ipvs';

/**
 * The marks, by group and protocol, of groups that have addresses. They are numbered in the order of the
 * virtual servers, so that two directors with one configuration have the same: connection sync needs
 * that. Marks that the configuration uses itself are not given away.
 */
export function groupMarks(
  { global, virtualServerGroups }: Config,
  servers: readonly VirtualServerConfig[],
): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  if (!global.firewall.ipvs) return marks;
  const taken = new Set<number>();
  for (const { id } of servers) if (id.kind === 'fwmark') taken.add(id.fwmark);
  for (const { entries } of virtualServerGroups) {
    for (const entry of entries) if (entry.kind === 'fwmark') taken.add(entry.fwmark);
  }
  const withAddresses = new Set(
    virtualServerGroups
      .filter(({ entries }) => entries.some(({ kind }) => kind === 'addresses'))
      .map(({ name }) => name),
  );
  let next = global.firewall.ipvsStartFwmark;
  for (const { id } of servers) {
    if (id.kind !== 'group' || !withAddresses.has(id.group)) continue;
    const key = markKey(id);
    if (marks.has(key)) continue;
    while (taken.has(next)) next++;
    marks.set(key, next++);
  }
  return marks;
}

/** A map key. */
export function markKey(id: { readonly group: string; readonly protocol?: string }): string {
  return `${id.group} ${id.protocol ?? ''}`;
}

/** What a group is made of when its addresses have a mark: one mark of each family, and its own. */
export function markedMembers(members: readonly GroupMember[], mark: number): GroupMember[] {
  const families = new Set(
    members.flatMap((member) => (member.kind === 'addresses' ? [familyOf(member.first)] : [])),
  );
  return [
    ...[...families].map((family) => ({ kind: 'fwmark', family, fwmark: mark }) as const),
    ...members.filter(({ kind }) => kind === 'fwmark'),
  ];
}

/** The rules of one group. */
export function markRules(members: readonly GroupMember[], mark: number): MarkSettings['rules'] {
  return members.flatMap((member) => {
    if (member.kind !== 'addresses') return [];
    const { protocol, first, last, port } = member;
    return [{ mark, protocol, first, last, port }];
  });
}

/** All rules with their table; undefined without any. */
export function markSettings(
  { firewall }: Config['global'],
  rules: MarkSettings['rules'],
): MarkSettings | undefined {
  if (rules.length === 0) return undefined;
  const { ipvs, ipvsPriority: priority } = firewall;
  return { table: ipvs?.table ?? DEFAULT_TABLE, priority, rules };
}
