/** Which options go with which command, and which with which tunnel: ipvsadm's matrix. Pure. */
import type { Tunnel } from '../../ipvs/model.js';
import type { OptionName } from './options.js';

/** Options that exclude each other under one name: `-t` and `-f`, `-g` and `-m`. */
export type Given = OptionName | 'service-address' | 'forwarding-method';

export type CommandWord =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'clear'
  | 'list'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'restore'
  | 'save'
  | 'zero';

interface Rule {
  readonly needs?: readonly Given[];
  readonly takes?: readonly Given[];
  /** One of these at most. */
  readonly one?: readonly Given[];
}

const SERVICE: Rule = {
  needs: ['service-address'],
  takes: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
};
const SERVER: Rule = {
  needs: ['service-address', 'real-server'],
  takes: [
    'forwarding-method',
    'weight',
    'u-threshold',
    'l-threshold',
    'tun-type',
    'tun-port',
    'tun-nocsum',
    'tun-csum',
    'tun-remcsum',
  ],
};

const COMMANDS: Readonly<Record<CommandWord, Rule>> = {
  'add-service': SERVICE,
  'edit-service': SERVICE,
  'delete-service': { needs: ['service-address'] },
  clear: {},
  list: {
    takes: [
      'numeric',
      'stats',
      'rate',
      'thresholds',
      'persistent-conn',
      'nosort',
      'exact',
      'tun-info',
      // For nothing: ipvsadm's table has it.
      'syncid',
      'json',
    ],
    one: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  'add-server': SERVER,
  'edit-server': SERVER,
  'delete-server': { needs: ['service-address', 'real-server'] },
  set: {},
  'start-daemon': {
    takes: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  },
  'stop-daemon': { takes: ['syncid'] },
  restore: {},
  save: { takes: ['numeric'] },
  zero: { takes: ['service-address'] },
};

const CHECKSUMS = ['tun-nocsum', 'tun-csum', 'tun-remcsum'] as const;
const TUNNELS: Readonly<Record<Tunnel['type'] | 'ipip', Rule>> = {
  ipip: {},
  gue: { needs: ['tun-port'], one: CHECKSUMS },
  gre: { one: ['tun-nocsum', 'tun-csum'] },
};

/** A restore asks for every line: the sets are made once. */
const ALLOWED = new Map<Rule, ReadonlySet<Given>>(
  [...Object.values(COMMANDS), ...Object.values(TUNNELS)].map((rule) => [
    rule,
    new Set([...(rule.needs ?? []), ...(rule.takes ?? []), ...(rule.one ?? [])]),
  ]),
);

/** What is wrong with the options of a command; `undefined`: nothing. */
export function checkCommand(command: CommandWord, given: ReadonlySet<Given>): string | undefined {
  const what = `the command ${command}`;
  const problem = check(COMMANDS[command], given, what);
  if (problem !== undefined || command !== 'list') return problem;
  const has = (...names: Given[]): boolean => names.some((name) => given.has(name));
  const columns = has('stats', 'rate', 'thresholds');
  if (
    (columns && has('connection', 'timeout', 'daemon')) ||
    (has('persistent-conn') && has('timeout', 'daemon'))
  ) {
    return `${what}: the columns that are asked for are not of that list`;
  }
  return undefined;
}

/** The same of a tunnel's options, which are all that it is given. */
export function checkTunnel(
  type: Tunnel['type'] | 'ipip',
  given: ReadonlySet<Given>,
): string | undefined {
  return check(TUNNELS[type], given, `a tunnel of type ${type}`);
}

function check(rule: Rule, given: ReadonlySet<Given>, what: string): string | undefined {
  const { needs = [], one = [] } = rule;
  const missing = needs.find((name) => !given.has(name));
  if (missing !== undefined) return `${what} needs ${spelled(missing)}`;
  let first: Given | undefined;
  for (const name of given) {
    if (!ALLOWED.get(rule)?.has(name)) return `${what} does not take ${spelled(name)}`;
    if (!one.includes(name)) continue;
    if (first !== undefined) return `${what} takes ${spelled(first)} or ${spelled(name)}, not both`;
    first = name;
  }
  return undefined;
}

function spelled(name: Given): string {
  if (name === 'service-address') return 'a service (-t, -u, --sctp-service or -f)';
  if (name === 'forwarding-method') return 'a forwarding method (-g, -i or -m)';
  return `--${name}`;
}
