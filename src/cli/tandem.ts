/** The operator's command: `tandem`. */
import { messageOf } from '../base/errors.js';
import { suggest } from '../config/diagnostics/nearest.js';
import type { DaemonStatus } from '../control/status.js';
import { runFiles } from '../process/run-files.js';
import { VERSION } from '../version.js';
import { checkCommand } from './check.js';
import { type CommandLine, parseCommandLine, UsageError } from './command-line.js';
import {
  COMMANDS,
  type CommandName,
  findCommand,
  renderCommandHelp,
  renderHelp,
} from './commands.js';
import { completionCommand } from './completion/command.js';
import { requestStatus } from './control-client.js';
import { diffCommand } from './diff.js';
import { EXIT } from './exit-codes.js';
import { explainCommand } from './explain.js';
import { failbackCommand, failoverCommand } from './failover.js';
import { formatCommand } from './format.js';
import { showCommand } from './show.js';
import { renderStatus } from './status.js';
import { explainInstance } from './why.js';

/** What runs each command; returns the exit code. */
const RUN: {
  readonly [K in CommandName]: (
    line: CommandLine<(typeof COMMANDS)[K]['options']>,
  ) => number | Promise<number>;
} = {
  status: ({ values }) => status(values.json),
  explain: ({ operands }) => explainState(operands),
  failover: failoverCommand,
  failback: failbackCommand,
  check: checkCommand,
  'config show': showCommand,
  'config format': formatCommand,
  'config diff': diffCommand,
  'config explain': explainCommand,
  completion: completionCommand,
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

async function explainState([wanted]: readonly string[]): Promise<number> {
  const { control } = runFiles(process.env);
  let answer: DaemonStatus;
  try {
    answer = await requestStatus(control);
  } catch (error) {
    process.stderr.write(`tandem: no daemon answers on ${control}: ${messageOf(error)}\n`);
    return EXIT.daemon;
  }
  const instances = answer.vrrp?.instances ?? [];
  const chosen = instances.filter(({ name }) => wanted === undefined || name === wanted);
  const left = answer.notRun.filter(({ name }) => wanted === undefined || name === wanted);
  for (const { kind, name, needs } of left) {
    process.stdout.write(`${kind} ${name} is not run: this version lacks ${needs.join(', ')}.\n`);
  }
  process.stdout.write(
    chosen.map((one) => explainInstance(one, answer.transitions[one.name])).join('\n'),
  );
  if (chosen.length + left.length > 0 || wanted === undefined) return EXIT.ok;
  const meant = suggest(
    wanted,
    instances.map(({ name }) => name),
  );
  const hint = meant === undefined ? '' : `: did you mean ${meant}?`;
  process.stderr.write(`tandem: no instance '${wanted}' runs here${hint}\n`);
  return EXIT.usage;
}

async function status(asJson: boolean): Promise<number> {
  const { control } = runFiles(process.env);
  try {
    const answer = await requestStatus(control);
    process.stdout.write(asJson ? `${JSON.stringify(answer, null, 2)}\n` : renderStatus(answer));
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`tandem: no daemon answers on ${control}: ${messageOf(error)}\n`);
    return EXIT.daemon;
  }
}
