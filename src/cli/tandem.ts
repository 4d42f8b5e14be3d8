/** The operator's command: `tandem`. */
import { suggest } from '../config/diagnostics/nearest.js';
import { VERSION } from '../version.js';
import { type CommandLine, parseCommandLine, UsageError } from './command-line.js';
import {
  COMMANDS,
  type CommandName,
  findCommand,
  renderCommandHelp,
  renderHelp,
} from './commands.js';
import { EXIT } from './exit-codes.js';

/** What runs each command; returns the exit code. Loaded when it is asked for (design/0014). */
const RUN: {
  readonly [K in Exclude<CommandName, 'ipvs'>]: (
    line: CommandLine<(typeof COMMANDS)[K]['options']>,
  ) => number | Promise<number>;
} = {
  status: async (line) => (await import('./state.js')).statusCommand(line),
  explain: async (line) => (await import('./state.js')).explainStateCommand(line),
  reload: async (line) => (await import('./reload.js')).reloadCommand(line),
  failover: async (line) => (await import('./failover.js')).failoverCommand(line),
  failback: async (line) => (await import('./failover.js')).failbackCommand(line),
  check: async (line) => (await import('./check.js')).checkCommand(line),
  doctor: async (line) => (await import('./doctor.js')).doctorCommand(line),
  'realserver up': async (line) => (await import('./realserver.js')).realServerUp(line),
  'realserver down': async () => (await import('./realserver.js')).realServerDown(),
  'realserver status': async (line) => (await import('./realserver.js')).realServerStatus(line),
  'config show': async (line) => (await import('./show.js')).showCommand(line),
  'config format': async (line) => (await import('./format.js')).formatCommand(line),
  'config diff': async (line) => (await import('./diff.js')).diffCommand(line),
  'config explain': async (line) => (await import('./explain.js')).explainCommand(line),
  completion: async (line) => (await import('./completion/command.js')).completionCommand(line),
  version() {
    process.stdout.write(`Tandem v${VERSION}\n`);
    return EXIT.ok;
  },
  help: ({ operands }) => help(operands),
};

/**
 * Runs `tandem` and returns its exit code.
 *
 * @param argv the arguments after the program's name.
 */
export async function runOperatorCommand(argv: readonly string[]): Promise<number> {
  const [first = 'help', ...others] = argv;
  const words = [
    { '--version': 'version', '-v': 'version', '--help': 'help', '-h': 'help' }[first] ?? first,
    ...others,
  ];
  const found = findCommand(words);
  if (!found) return unknown(words);
  const command = COMMANDS[found.name];
  // Its words are ipvsadm's, and read as ipvsadm reads them.
  if (found.name === 'ipvs') {
    const { ipvsCommand } = await import('./ipvs/command.js');
    return ipvsCommand(found.rest, () => renderCommandHelp(command));
  }
  try {
    const line = parseCommandLine(command, found.rest);
    if ('help' in line.values && line.values.help) {
      process.stdout.write(renderCommandHelp(command));
      return EXIT.ok;
    }
    return await RUN[found.name](line as never);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(
      `tandem: ${found.name}: ${error.message}\n\n${renderCommandHelp(command)}`,
    );
    return EXIT.usage;
  }
}

function unknown(words: readonly string[]): number {
  const names = Object.keys(COMMANDS);
  const first = words[0] as string;
  // `config` alone, or with a word that is none of its commands.
  const inside = names.filter((name) => name.startsWith(`${first} `));
  const typed = inside.length > 0 ? words.slice(0, 2).join(' ') : first;
  const meant = suggest(typed, names);
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  process.stderr.write(`tandem: unknown command '${typed}'${hint}\n\n${renderHelp()}`);
  return EXIT.usage;
}

function help(operands: readonly string[]): number {
  if (operands.length === 0) {
    process.stdout.write(renderHelp());
    return EXIT.ok;
  }
  const found = findCommand(operands);
  if (!found) return unknown(operands);
  process.stdout.write(renderCommandHelp(COMMANDS[found.name]));
  return EXIT.ok;
}
