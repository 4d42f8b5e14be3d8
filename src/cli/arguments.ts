/** The command line of tandemd: keepalived(8)'s options that its users type, with the same names. */
import {
  type Command,
  type Options,
  optionLines,
  parseCommandLine,
  UsageError,
} from './command-line.js';

export { UsageError } from './command-line.js';

export interface DaemonArguments {
  readonly action: 'run' | 'config-test' | 'release' | 'signum' | 'help' | 'version';
  /** `-f`: the configuration file. */
  readonly configFile: string;
  /** `-n`: stay in the foreground. */
  readonly dontFork: boolean;
  /** `-l`: log to the console rather than to syslog. */
  readonly logConsole: boolean;
  /** `-D`: log details (level info). */
  readonly logDetail: boolean;
  /** `-d`: log the configuration in force at start. */
  readonly dumpConf: boolean;
  /** `-i`: the name that `@name` lines of the configuration compare with. */
  readonly configId: string | undefined;
  /** `-s`: the network namespace, whatever the configuration says. */
  readonly netNamespace: string | undefined;
  /** `-S`: the facility of syslog(3), not shifted. */
  readonly facility: number;
  /** `-G`: nothing goes to syslog. */
  readonly noSyslog: boolean;
  /** `-u`: the permission bits that dump files do not get, whatever the configuration says. */
  readonly umask: number | undefined;
  /** `-I`: the IPVS table stays at the stop. */
  readonly keepsIpvs: boolean;
  /** Options of keepalived that are understood and do nothing here, a sentence each. */
  readonly withoutEffect: readonly string[];
  /** `-P` without `-C`: no checker process; `-C` without `-P`: no vrrp process. */
  readonly runVrrp: boolean;
  readonly runChecker: boolean;
  readonly pidFile: string | undefined;
  readonly vrrpPidFile: string | undefined;
  readonly checkersPidFile: string | undefined;
  /** `-t`: where its report goes instead of standard error. */
  readonly testLogFile: string | undefined;
  /** `-t --json`: the report as data. */
  readonly json: boolean;
  /** `--signum`: the word whose signal is asked for. */
  readonly signum: string | undefined;
}

/** Facilities by their names in `-S`: LOG_LOCAL0 is 16 in syslog(3). */
const FACILITIES: ReadonlyMap<string, number> = new Map([
  ['user', 1],
  ['daemon', 3],
  ...Array.from({ length: 8 }, (_, i): [string, number] => [`local${i}`, 16 + i]),
  ...Array.from({ length: 8 }, (_, i): [string, number] => [`${i}`, 16 + i]),
]);

/** What keepalived takes, for command lines that are brought along: what does not work is told. */
const WITHOUT_EFFECT = {
  no_bfd: { short: 'B', help: 'There is no BFD' },
  bfd_pid: { short: 'b', value: 'FILE', help: 'There is no BFD' },
  all: { help: 'Only what the configuration needs is run' },
  'release-vips': { short: 'X', help: 'Addresses go as soon as an instance is not MASTER' },
  'dont-release-vrrp': { short: 'V', help: 'Addresses and routes are withdrawn at the stop' },
  'dont-respawn': { short: 'R', help: 'A process that ends is started again' },
  'address-monitoring': { short: 'a', help: 'Lost addresses are told of always' },
  snmp: { short: 'x', help: 'There is no SNMP: see tandem status --json' },
  'snmp-agent-socket': { short: 'A', value: 'FILE', help: 'There is no SNMP' },
  'core-dump': { short: 'm', help: 'systemd.exec(5) LimitCORE= decides' },
  'core-dump-pattern': { short: 'M', value: 'PATTERN', help: 'core(5) decides' },
  'all-config': { short: 'e', help: 'The keywords include... decide' },
} as const satisfies Options;

export const DEFAULT_CONFIG_FILE = '/etc/tandem/tandem.conf';

/** What tandemd takes. */
export const DAEMON = {
  name: 'tandemd',
  help: 'The daemon',
  operands: [],
  options: {
    'use-file': {
      short: 'f',
      value: 'FILE',
      completes: 'file',
      help: `Use the specified configuration file (${DEFAULT_CONFIG_FILE})`,
    },
    vrrp: { short: 'P', help: 'Only run with VRRP subsystem' },
    check: { short: 'C', help: 'Only run with Health-checker subsystem' },
    'log-console': { short: 'l', help: 'Log messages to local console' },
    'log-detail': { short: 'D', help: 'Detailed log messages' },
    'dump-conf': { short: 'd', help: 'Dump the configuration data' },
    'dont-fork': { short: 'n', help: "Don't fork the daemon process" },
    'config-id': {
      short: 'i',
      value: 'ID',
      help: "Skip any configuration lines beginning '@' that don't match ID",
    },
    namespace: {
      short: 's',
      value: 'NAME',
      help: 'Run in network namespace NAME (overrides config)',
    },
    'log-facility': {
      short: 'S',
      value: 'FACILITY',
      completes: [...FACILITIES.keys()],
      help: 'Set syslog facility to LOG_LOCAL[0-7], user or daemon (default)',
    },
    'no-syslog': { short: 'G', help: "Don't log via syslog" },
    umask: { short: 'u', value: 'MASK', help: 'umask for file creation (in numeric form)' },
    'dont-release-ipvs': { short: 'I', help: "Don't remove IPVS topology on daemon stop" },
    pid: {
      short: 'p',
      value: 'FILE',
      completes: 'file',
      help: 'Use specified pidfile for parent process',
    },
    vrrp_pid: {
      short: 'r',
      value: 'FILE',
      completes: 'file',
      help: 'Use specified pidfile for VRRP child process',
    },
    checkers_pid: {
      short: 'c',
      value: 'FILE',
      completes: 'file',
      help: 'Use specified pidfile for checkers child process',
    },
    'config-test': {
      short: 't',
      value: 'LOG_FILE',
      attached: true,
      help: 'Check the configuration for errors, output to stderr or LOG_FILE',
    },
    signum: {
      value: 'SIGFUNC',
      help: 'Return signal number for STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON',
    },
    json: { help: 'With -t: the report as JSON, as tandem check --json' },
    release: { help: 'Withdraw the addresses that an ended tandemd has left behind' },
    version: { short: 'v', help: 'Display the version number' },
    help: { short: 'h', help: 'Display this help message' },
  },
} as const satisfies Command;

export const DAEMON_HELP = `Usage: tandemd [OPTION...]\n${optionLines(DAEMON.options)}`;

/**
 * Reads the daemon's command line.
 *
 * @param argv the arguments after the program's name.
 * @throws UsageError
 */
export function parseDaemonArguments(argv: readonly string[]): DaemonArguments {
  const options = { ...DAEMON.options, ...WITHOUT_EFFECT };
  const { values } = parseCommandLine({ ...DAEMON, options }, argv);
  const test = values['config-test'];
  const action = values.help
    ? 'help'
    : values.version
      ? 'version'
      : values.signum !== undefined
        ? 'signum'
        : values.release
          ? 'release'
          : test !== false
            ? 'config-test'
            : 'run';
  const both = values.vrrp === values.check;
  return {
    action,
    testLogFile: typeof test === 'string' ? test : undefined,
    json: values.json,
    configFile: values['use-file'] ?? DEFAULT_CONFIG_FILE,
    dontFork: values['dont-fork'],
    logConsole: values['log-console'],
    logDetail: values['log-detail'],
    dumpConf: values['dump-conf'],
    configId: values['config-id'],
    netNamespace: values.namespace,
    facility: facilityOf(values['log-facility'] ?? 'daemon'),
    noSyslog: values['no-syslog'],
    umask: values.umask === undefined ? undefined : umaskOf(values.umask),
    keepsIpvs: values['dont-release-ipvs'],
    withoutEffect: withoutEffect(values),
    runVrrp: both || values.vrrp,
    runChecker: both || values.check,
    pidFile: values.pid,
    vrrpPidFile: values.vrrp_pid,
    signum: values.signum,
    checkersPidFile: values.checkers_pid,
  };
}

function facilityOf(name: string): number {
  const facility = FACILITIES.get(name.toLowerCase());
  if (facility !== undefined) return facility;
  throw new UsageError(`Unknown facility '${name}': one of local0 to local7, 0 to 7, user, daemon`);
}

/** As strtol(3) reads numbers: `022` is octal, `0x12` hexadecimal, `18` decimal. */
function umaskOf(text: string): number {
  const octal = /^0[0-7]*$/.test(text);
  const isNumber = octal || /^(?:0[xX][0-9a-fA-F]+|[1-9][0-9]*)$/.test(text);
  const mask = octal ? Number.parseInt(text, 8) : Number(text);
  if (isNumber && mask <= 0o777) return mask;
  throw new UsageError(`Bad umask '${text}': a number from 0 to 0777`);
}

function withoutEffect(values: Readonly<Record<string, string | boolean | undefined>>): string[] {
  return Object.entries(WITHOUT_EFFECT).flatMap(([name, option]) => {
    const given = values[name];
    if (given === undefined || given === false) return [];
    const short = 'short' in option ? `-${option.short}, ` : '';
    return [`${short}--${name} has no effect: ${option.help}`];
  });
}
