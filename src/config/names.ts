/**
 * Numbers that have names: routing tables, scopes, protocols, realms, traffic classes and groups of
 * interfaces. The kernel knows numbers only; a few names are built in, the others are the machine's
 * own and stand in iproute2's files (`rt_tables` and its like, described in ip-route(8)).
 */

/** The kinds of names, each with the file that holds it and the highest number it may have. */
export const NAME_KINDS = {
  table: { file: 'rt_tables', max: 0xffffffff, title: 'a routing table' },
  scope: { file: 'rt_scopes', max: 255, title: 'a scope' },
  protocol: { file: 'rt_protos', max: 255, title: 'a routing protocol' },
  realm: { file: 'rt_realms', max: 255, title: 'a realm' },
  dsfield: { file: 'rt_dsfield', max: 255, title: 'a traffic class' },
  group: { file: 'group', max: 0x7fffffff, title: 'a group of interfaces' },
} as const;

export type NameKind = keyof typeof NAME_KINDS;

/** Names of the machine, besides those that are built in. */
export type RoutingNames = Readonly<Partial<Record<NameKind, ReadonlyMap<string, number>>>>;

/** How many names of a kind are kept. */
export const MAX_NAMES = 4096;

/** linux/rtnetlink.h: RT_SCOPE_*, RT_TABLE_*, RTPROT_*. */
const BUILT_IN: Readonly<Record<NameKind, ReadonlyMap<string, number>>> = {
  table: new Map([
    ['default', 253],
    ['main', 254],
    ['local', 255],
  ]),
  scope: new Map([
    ['global', 0],
    ['site', 200],
    ['link', 253],
    ['host', 254],
    ['nowhere', 255],
  ]),
  protocol: new Map([
    ['none', 0],
    ['redirect', 1],
    ['kernel', 2],
    ['boot', 3],
    ['static', 4],
    ['gated', 8],
    ['ra', 9],
    ['mrt', 10],
    ['zebra', 11],
    ['bird', 12],
    ['dnrouted', 13],
    ['xorp', 14],
    ['ntk', 15],
    ['dhcp', 16],
    ['keepalived', 18],
    ['babel', 42],
    ['openr', 99],
    ['bgp', 186],
    ['isis', 187],
    ['ospf', 188],
    ['rip', 189],
    ['eigrp', 192],
  ]),
  realm: new Map(),
  dsfield: new Map(),
  group: new Map(),
};

/** The number of a name, the machine's names first; `undefined` if there is none. */
export function numberOf(kind: NameKind, name: string, names: RoutingNames): number | undefined {
  return names[kind]?.get(name) ?? BUILT_IN[kind].get(name);
}

/** All names of a kind. */
export function namesOf(kind: NameKind, names: RoutingNames): string[] {
  return [...new Set([...BUILT_IN[kind].keys(), ...(names[kind]?.keys() ?? [])])];
}

/** The built-in name of a number; `undefined` if it has none. */
export function builtInName(kind: NameKind, wanted: number): string | undefined {
  for (const [name, number] of BUILT_IN[kind]) if (number === wanted) return name;
  return undefined;
}

/**
 * Reads one of iproute2's files: a number and a name a line, `#` begins a comment. Lines of another
 * form are passed over, as iproute2 does.
 *
 * @param into receives the names, at most {@link MAX_NAMES}; the first of two equal ones counts.
 */
export function parseNames(kind: NameKind, text: string, into: Map<string, number>): void {
  for (const line of text.split('\n')) {
    const [number = '', name, extra] = (line.split('#', 1)[0] as string).trim().split(/\s+/);
    if (name === undefined || extra !== undefined || into.has(name)) continue;
    const value = parseAnyBase(number);
    if (value === undefined || value > NAME_KINDS[kind].max) continue;
    if (into.size >= MAX_NAMES) return;
    into.set(name, value);
  }
}

/** A number as C writes it: decimal, `0x` hexadecimal, or octal after a `0`. No sign but `+`. */
export function parseAnyBase(text: string): number | undefined {
  const [, digits] = /^[ \t]*\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}
