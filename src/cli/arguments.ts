/** The command line of tandemd: keepalived(8)'s options that its users type, with the same names. */
import { parseArgs } from 'node:util';

export interface DaemonArguments {
  readonly action: 'run' | 'config-test' | 'release' | 'help' | 'version';
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
}

export const DEFAULT_CONFIG_FILE = '/etc/tandem/tandem.conf';

export const DAEMON_HELP = `Usage: tandemd [OPTION...]
  -f, --use-file=FILE          Use the specified configuration file (${DEFAULT_CONFIG_FILE})
  -P, --vrrp                   Only run with VRRP subsystem
  -C, --check                  Only run with Health-checker subsystem
  -l, --log-console            Log messages to local console
  -D, --log-detail             Detailed log messages
  -d, --dump-conf              Dump the configuration data
  -n, --dont-fork              Don't fork the daemon process
  -i, --config-id=ID           Skip any configuration lines beginning '@' that don't match ID
  -p, --pid=FILE               Use specified pidfile for parent process
  -r, --vrrp_pid=FILE          Use specified pidfile for VRRP child process
  -c, --checkers_pid=FILE      Use specified pidfile for checkers child process
  -t, --config-test[=LOG_FILE] Check the configuration for errors, output to stderr or LOG_FILE
      --release                Withdraw the addresses that an ended tandemd has left behind
  -v, --version                Display the version number
  -h, --help                   Display this help message
`;

/** A command line that cannot be run; the message is for the person who typed it. */
export class UsageError extends Error {}

/**
 * Reads the daemon's command line.
 *
 * @param argv the arguments after the program's name.
 * @throws UsageError
 */
export function parseDaemonArguments(argv: readonly string[]): DaemonArguments & {
  readonly testLogFile: string | undefined;
} {
  // -t and --config-test take their value only when it is attached, as keepalived's do; parseArgs
  // knows no optional values, so those words are taken out first.
  let testLogFile: string | undefined;
  const words = argv.map((word) => {
    const attached = /^(?:-t|--config-test=)(.+)$/s.exec(word);
    if (!attached || word === '--config-test') return word;
    testLogFile = attached[1];
    return '-t';
  });
  let values: ReturnType<typeof parse>['values'];
  try {
    const parsed = parse(words);
    values = parsed.values;
    const extra = parsed.positionals[0];
    if (extra !== undefined) throw new UsageError(`Unexpected argument '${extra}'`);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const action = values.help
    ? 'help'
    : values.version
      ? 'version'
      : values.release
        ? 'release'
        : values['config-test']
          ? 'config-test'
          : 'run';
  const both = Boolean(values.vrrp) === Boolean(values.check);
  return {
    action,
    testLogFile,
    configFile: values['use-file'] ?? DEFAULT_CONFIG_FILE,
    dontFork: values['dont-fork'] ?? false,
    logConsole: values['log-console'] ?? false,
    logDetail: values['log-detail'] ?? false,
    dumpConf: values['dump-conf'] ?? false,
    configId: values['config-id'],
    runVrrp: both || Boolean(values.vrrp),
    runChecker: both || Boolean(values.check),
    pidFile: values.pid,
    vrrpPidFile: values.vrrp_pid,
    checkersPidFile: values.checkers_pid,
  };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      'use-file': { type: 'string', short: 'f' },
      vrrp: { type: 'boolean', short: 'P' },
      check: { type: 'boolean', short: 'C' },
      'log-console': { type: 'boolean', short: 'l' },
      'log-detail': { type: 'boolean', short: 'D' },
      'dump-conf': { type: 'boolean', short: 'd' },
      'dont-fork': { type: 'boolean', short: 'n' },
      'config-id': { type: 'string', short: 'i' },
      pid: { type: 'string', short: 'p' },
      vrrp_pid: { type: 'string', short: 'r' },
      checkers_pid: { type: 'string', short: 'c' },
      'config-test': { type: 'boolean', short: 't' },
      release: { type: 'boolean' },
      version: { type: 'boolean', short: 'v' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}
