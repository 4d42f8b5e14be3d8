/** The operator's command: `tandem`. */
import { messageOf } from '../base/errors.js';
import { runFiles } from '../process/run-files.js';
import { VERSION } from '../version.js';
import { requestStatus } from './control-client.js';
import { EXIT } from './exit-codes.js';
import { renderStatus } from './status.js';

const HELP = `Usage: tandem COMMAND [OPTION...]
  status [--json]   What the running daemon does, and why
  version           Display the version number
  help              Display this help message
`;

/**
 * Runs `tandem` and returns its exit code.
 *
 * @param argv the arguments after the program's name.
 */
export async function runOperatorCommand(argv: readonly string[]): Promise<number> {
  const [command = 'help', ...rest] = argv;
  switch (command) {
    case 'status':
      return status(rest);
    case 'version':
    case '--version':
    case '-v':
      process.stdout.write(`Tandem v${VERSION}\n`);
      return EXIT.ok;
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(HELP);
      return EXIT.ok;
    default:
      process.stderr.write(`tandem: unknown command '${command}'\n\n${HELP}`);
      return EXIT.usage;
  }
}

async function status(options: readonly string[]): Promise<number> {
  const unknown = options.find((option) => option !== '--json');
  if (unknown !== undefined) {
    process.stderr.write(`tandem: status: unknown option '${unknown}'\n\n${HELP}`);
    return EXIT.usage;
  }
  const { control } = runFiles(process.env);
  try {
    const answer = await requestStatus(control);
    process.stdout.write(
      options.includes('--json') ? `${JSON.stringify(answer, null, 2)}\n` : renderStatus(answer),
    );
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`tandem: no daemon answers on ${control}: ${messageOf(error)}\n`);
    return EXIT.daemon;
  }
}
