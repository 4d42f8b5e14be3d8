/** The command line of tandemd: keepalived(8)'s options that its users type, with the same names. */
import { type Command, optionLines, parseCommandLine } from './command-line.js';

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
  const { values } = parseCommandLine(DAEMON, argv);
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
    runVrrp: both || values.vrrp,
    runChecker: both || values.check,
    pidFile: values.pid,
    vrrpPidFile: values.vrrp_pid,
    signum: values.signum,
    checkersPidFile: values.checkers_pid,
  };
}
