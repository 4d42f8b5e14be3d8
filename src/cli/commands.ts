/** What `tandem` can do, as a table: the usage, the parser and completion read it. */

import { DEFAULT_CONFIG_FILE } from './arguments.js';
import { type Command, optionLines, synopsis } from './command-line.js';
import { IPVS_OPTIONS, IPVS_USAGE } from './ipvs/options.js';

const file = {
  short: 'f',
  value: 'FILE',
  completes: 'file',
  help: `The configuration file (${DEFAULT_CONFIG_FILE})`,
} as const;
const id = {
  short: 'i',
  value: 'ID',
  help: "What '@ID' at the beginning of a line is compared with (the host's name)",
} as const;
const json = { help: 'The answer as JSON' } as const;
const help = { short: 'h', help: 'Display how the command is used' } as const;

const address = {
  short: 'a',
  value: 'ADDRESS[,ADDRESS...]',
  help: 'The virtual addresses of services by firewall mark',
} as const;

const whichDaemon = {
  instance: {
    value: 'NAME',
    help: 'The daemon whose configuration says instance NAME, where several run',
  },
  namespace: {
    short: 's',
    value: 'NAME',
    help: 'The daemon whose configuration says net_namespace NAME, where several run',
  },
} as const;

/** The shells that completion is made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Every command, by what is typed. */
export const COMMANDS = {
  status: {
    name: 'status',
    help: 'What the running daemon does, and why',
    options: { json, ...whichDaemon, help },
    operands: [],
  },
  explain: {
    name: 'explain',
    help: 'Why an instance is MASTER, BACKUP or in FAULT, and what would change it',
    options: { ...whichDaemon, help },
    operands: [{ name: 'INSTANCE', optional: true }],
  },
  reload: {
    name: 'reload',
    help: 'Has the daemon read its configuration again, and says what came of it',
    options: {
      ...whichDaemon,
      pid: { value: 'PID', help: 'The daemon with this process id' },
      help,
    },
    operands: [],
  },
  failover: {
    name: 'failover',
    help: 'Lets another node become MASTER while this one still serves, and keeps this one in standby',
    options: {
      deadline: {
        value: 'SECONDS',
        help: 'When to resign if nobody took over (four advert intervals)',
      },
      ...whichDaemon,
      help,
    },
    operands: [{ name: 'NAME' }],
  },
  failback: {
    name: 'failback',
    help: 'Ends the standby that failover began',
    options: { ...whichDaemon, help },
    operands: [{ name: 'NAME' }],
  },
  ipvs: {
    name: 'ipvs',
    help: 'ipvsadm: lists and changes the kernel’s IPVS table, and watches it',
    options: IPVS_OPTIONS,
    operands: [{ name: 'watch', optional: true, completes: ['watch'] }],
    usage: IPVS_USAGE,
  },
  check: {
    name: 'check',
    help: 'Everything that is wrong with a configuration',
    options: { file, id, json, strict: { help: 'Warnings fail, too' }, help },
    operands: [],
  },
  doctor: {
    name: 'doctor',
    help: 'Whether this machine is as the services of a configuration need it',
    options: { file, id, json, help },
    operands: [],
  },
  'realserver up': {
    name: 'realserver up',
    help: 'Makes this machine ready as a real server of the DR and TUN services that have it',
    options: { file, id, address, help },
    operands: [],
  },
  'realserver down': {
    name: 'realserver down',
    help: 'Puts back what realserver up has changed, whatever the file says now',
    options: { file, id, address, help },
    operands: [],
  },
  'realserver status': {
    name: 'realserver status',
    help: 'Whether this machine is ready, and whether a real server answers ARP for a virtual address',
    options: { file, id, address, json, help },
    operands: [],
  },
  'config show': {
    name: 'config show',
    help: 'The configuration as it is understood: every value with where it came from',
    options: { file, id, json, help },
    operands: [],
  },
  'config format': {
    name: 'config format',
    help: "A file's text in canonical layout, its meaning unchanged",
    options: {
      file,
      check: { help: 'Only tell, by the exit code, whether the file would change' },
      write: { help: 'Change the file' },
      help,
    },
    operands: [],
  },
  'config diff': {
    name: 'config diff',
    help: 'What a reload from one configuration to another would do',
    options: { id, json, help },
    operands: [
      { name: 'OLD', completes: 'file' },
      { name: 'NEW', completes: 'file' },
    ],
  },
  'config explain': {
    name: 'config explain',
    help: 'What a keyword means, where it belongs and what becomes of it here',
    options: { json, help },
    operands: [
      { name: 'KEYWORD', completes: 'keyword' },
      { name: 'BLOCK', optional: true, completes: 'block' },
    ],
  },
  completion: {
    name: 'completion',
    help: 'A script that lets a shell complete the words of both commands',
    options: { help },
    operands: [{ name: 'SHELL', completes: SHELLS }],
  },
  version: { name: 'version', help: 'Display the version number', options: {}, operands: [] },
  help: {
    name: 'help',
    help: 'Display this help message, or how one command is used',
    options: {},
    operands: [
      { name: 'COMMAND', optional: true, completes: 'command' },
      { name: 'SUBCOMMAND', optional: true },
    ],
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof COMMANDS;

/** The commands one after another, for `tandem help`. */
export function renderHelp(): string {
  const lines = Object.values<Command>(COMMANDS).map(
    (command) => `  ${synopsis(command)}\n      ${command.help}\n`,
  );
  return `Usage: tandem COMMAND [OPTION...]\n${lines.join('')}`;
}

/** How one command is used. */
export function renderCommandHelp(command: Command): string {
  const options = optionLines(command.options);
  const forms = command.usage?.map((form) => `tandem ${form}`).join('\n       ');
  return `Usage: ${forms ?? `tandem ${synopsis(command)}`}\n${command.help}.\n${options}`;
}

/**
 * The command that a command line begins with.
 *
 * @returns its name and the words after it; `undefined` if it is none.
 */
export function findCommand(
  argv: readonly string[],
): { readonly name: CommandName; readonly rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    if (argv.length >= words && Object.hasOwn(COMMANDS, name)) {
      return { name: name as CommandName, rest: argv.slice(words) };
    }
  }
  return undefined;
}
