/**
 * Command lines of ipvsadm by seed: options that belong together and such that do not, in any order and
 * spelling, with values that are good, on the edge and wrong.
 */
import { Dice } from '../unit/config/random.js';

/** An option: its short letter, its long name and what its value may be. */
interface Option {
  readonly short?: string;
  readonly long: string;
  /** The first {@link GOOD} are good ones. */
  readonly values?: readonly string[];
  /** The value may be absent; given, it is in the same word, or of `-p` in the next. */
  readonly optional?: boolean;
}

const GOOD = 4;

const ADDRESSES = [
  '192.0.2.1:80',
  '192.0.2.1:80',
  '192.0.2.2:443',
  '[2001:db8::1]:80',
  '192.0.2.1:0',
  '192.0.2.3',
  '192.0.2.1:http',
  '192.0.2.1:65535',
  '192.0.2.1:65536',
  '192.0.2.1:-1',
  '192.0.2.1:',
  '192.0.2.1:80x',
  '192.0.2.300:80',
  '2001:db8::1',
  '[2001:db8::1]',
  '[2001:db8::1',
  '2001:db8::1:80',
  '0.0.0.0:80',
  '255.255.255.255:80',
  '224.0.0.1:80',
  '[::]:80',
  '192.0.2:80',
  '0x7f.1:80',
  ':80',
];

const SERVERS = [
  '10.0.0.1',
  '10.0.0.1:8080',
  '10.0.0.2',
  '[2001:db8::10]:80',
  '10.0.0.2:80',
  '[2001:db8::10]',
  '2001:db8::10',
  '127.0.0.1',
  '10.0.0.1:0',
  '10.0.0.1:65536',
  '10.0.0.1:http',
  '10.0.0',
  '0.0.0.0',
  '224.0.0.9',
];

const NUMBERS = ['0', '1', '5', '65535', '65536', '2147483647', '2147483648', '4294967296', '-1'];
const ODD = ['', 'x', '1x', ' 1', '+1', '0x10', '010', '1.5', '1e2', '99999999999999999999'];

function numbers(...more: readonly string[]): readonly string[] {
  return [...more, ...more, ...more, ...more, ...NUMBERS, ...ODD];
}

const SERVICE: readonly Option[] = [
  { short: 't', long: 'tcp-service', values: ADDRESSES },
  { short: 't', long: 'tcp-service', values: ADDRESSES },
  { short: 'u', long: 'udp-service', values: ADDRESSES },
  { long: 'sctp-service', values: ADDRESSES },
  { short: 'f', long: 'fwmark-service', values: numbers('1', '2') },
];

const SCHEDULING: readonly Option[] = [
  {
    short: 's',
    long: 'scheduler',
    values: ['rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh', 'sed', 'nq', 'fo', 'ovf', '', 'no', 'RR'],
  },
  { short: 'p', long: 'persistent', values: numbers('60', '300'), optional: true },
  {
    short: 'M',
    long: 'netmask',
    values: [
      '255.255.255.0',
      '255.255.255.255',
      '64',
      '24',
      '128',
      '129',
      '0',
      'x',
      '',
      '255.0.255.0',
    ],
  },
  { long: 'pe', values: ['sip', '', 'no', 'averylongengine'] },
  {
    short: 'b',
    long: 'sched-flags',
    values: ['flag-1', 'flag-1,flag-3', 'sh-port', 'sh-fallback,sh-port', 'mh-port', 'x', 'flag-4'],
  },
  { short: 'o', long: 'ops' },
];

const REAL: Option = { short: 'r', long: 'real-server', values: SERVERS };

const SERVER: readonly Option[] = [
  { short: 'g', long: 'gatewaying' },
  { short: 'i', long: 'ipip' },
  { short: 'm', long: 'masquerading' },
  { short: 'w', long: 'weight', values: numbers('1', '5') },
  { short: 'x', long: 'u-threshold', values: numbers('10', '20') },
  { short: 'y', long: 'l-threshold', values: numbers('5', '20') },
  { long: 'tun-type', values: ['ipip', 'gue', 'gre', 'x', ''] },
  { long: 'tun-port', values: numbers('6080') },
  { long: 'tun-nocsum' },
  { long: 'tun-csum' },
  { long: 'tun-remcsum' },
];

/** Without `nosort`: the kernel's order is another one in another namespace. */
const LISTING: readonly Option[] = [
  { short: 'n', long: 'numeric' },
  { short: 'n', long: 'numeric' },
  { short: 'n', long: 'numeric' },
  { short: 'c', long: 'connection' },
  { long: 'timeout' },
  { long: 'daemon' },
  { long: 'stats' },
  { long: 'rate' },
  { long: 'thresholds' },
  { long: 'persistent-conn' },
  { long: 'tun-info' },
  { long: 'sort' },
  { short: 'X', long: 'exact' },
  { short: '6', long: 'ipv6' },
];

const DAEMON: readonly Option[] = [
  { long: 'mcast-interface', values: ['lo', 'lo', 'none', '', 'aninterfacewithalongname'] },
  { long: 'syncid', values: numbers('5', '255', '256') },
  { long: 'sync-maxlen', values: numbers('1400', '100') },
  { long: 'mcast-group', values: ['224.0.0.99', 'ff02::5', '10.0.0.1', 'x', ''] },
  { long: 'mcast-port', values: numbers('9000') },
  { long: 'mcast-ttl', values: numbers('3', '255', '256') },
];

const SIX: Option = { short: '6', long: 'ipv6' };
const STATES = ['master', 'backup', 'm', '', 'MASTER'];
const TIMES = numbers('900', '120', '300');

interface Command extends Option {
  /** What it is mostly used with: one of the first list, the second, some of the others. */
  readonly first?: readonly Option[];
  readonly second?: Option;
  readonly some: readonly Option[];
  /** Words of its own that follow it. */
  readonly words?: (dice: Dice) => readonly string[];
}

const state = (dice: Dice): string[] => [
  dice.pick(dice.below(6) > 0 ? STATES.slice(0, 2) : STATES),
];

const times = (dice: Dice): string[] =>
  [0, 1, 2].map(() => dice.pick(dice.below(6) > 0 ? TIMES.slice(0, 3) : TIMES));

const COMMANDS: readonly Command[] = [
  { short: 'A', long: 'add-service', first: SERVICE, some: [...SCHEDULING, SIX] },
  { short: 'A', long: 'add-service', first: SERVICE, some: [...SCHEDULING, SIX] },
  { short: 'E', long: 'edit-service', first: SERVICE, some: [...SCHEDULING, SIX] },
  { short: 'D', long: 'delete-service', first: SERVICE, some: [SIX] },
  { short: 'a', long: 'add-server', first: SERVICE, second: REAL, some: [...SERVER, SIX] },
  { short: 'a', long: 'add-server', first: SERVICE, second: REAL, some: [...SERVER, SIX] },
  { short: 'e', long: 'edit-server', first: SERVICE, second: REAL, some: [...SERVER, SIX] },
  { short: 'd', long: 'delete-server', first: SERVICE, second: REAL, some: [SIX] },
  { short: 'L', long: 'list', some: [...LISTING, ...SERVICE] },
  { short: 'L', long: 'list', some: LISTING },
  { short: 'l', long: 'list', some: LISTING },
  { short: 'S', long: 'save', some: LISTING },
  { short: 'Z', long: 'zero', some: SERVICE },
  { short: 'C', long: 'clear', some: LISTING.slice(0, 1) },
  { long: 'set', some: [], words: times },
  { long: 'start-daemon', some: DAEMON, words: state },
  { long: 'stop-daemon', some: DAEMON, words: state },
];

const EVERYTHING = [REAL, ...SERVICE, ...SCHEDULING, ...SERVER, ...LISTING, ...DAEMON];

/** The command lines of a seed, without the program's name. */
export function randomLines(seed: number, count: number): string[][] {
  const dice = new Dice(seed);
  return Array.from({ length: count }, () => randomLine(dice));
}

function randomLine(dice: Dice): string[] {
  const command = dice.pick(COMMANDS);
  const options: Option[] = [];
  if (command.first && dice.below(20) > 0) options.push(dice.pick(command.first));
  if (command.second && dice.below(20) > 0) options.push(command.second);
  if (command.some.length > 0) {
    for (let left = dice.below(5); left > 0; left--) {
      const next = dice.pick(command.some);
      // The same option twice is an error of its own; seldom is enough.
      if (dice.below(8) === 0 || !options.some(({ long }) => long === next.long))
        options.push(next);
    }
  }
  if (dice.below(20) === 0) options.push(dice.pick(EVERYTHING));
  const parts = options.map((option) => spelled(dice, option));
  const own = [...spelled(dice, command), ...(command.words?.(dice) ?? [])];
  // Mostly it comes first.
  parts.splice(dice.below(4) === 0 ? dice.below(parts.length + 1) : 0, 0, own);
  if (dice.below(40) === 0) parts.splice(dice.below(parts.length + 1), 0, [dice.pick(ODD)]);
  return joined(dice, parts);
}

function spelled(dice: Dice, { short, long, values, optional }: Option): string[] {
  const isGiven = !(optional && dice.below(2) === 0);
  const some = dice.below(6) > 0 ? values?.slice(0, GOOD) : values;
  const value = some && isGiven ? dice.pick(some) : undefined;
  if (short !== undefined && dice.below(3) > 0) {
    if (value === undefined) return [`-${short}`];
    return dice.below(4) === 0 && value !== '' ? [`-${short}${value}`] : [`-${short}`, value];
  }
  // getopt takes any beginning that only one option has.
  const name = dice.below(4) === 0 ? long.slice(0, 1 + dice.below(long.length)) : long;
  if (value === undefined) return [`--${name}`];
  return dice.below(2) === 0 ? [`--${name}=${value}`] : [`--${name}`, value];
}

/** Words in a row; letters without a value are sometimes put together. */
function joined(dice: Dice, parts: readonly (readonly string[])[]): string[] {
  const words: string[] = [];
  for (const part of parts) {
    const [first = ''] = part;
    const last = words.at(-1) ?? '';
    if (dice.below(4) === 0 && /^-[A-Za-z0-9]$/.test(first) && /^-[A-Za-z]$/.test(last)) {
      words[words.length - 1] = last + first.slice(1);
      words.push(...part.slice(1));
    } else words.push(...part);
  }
  return words;
}
