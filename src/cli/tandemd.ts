/**
 * The daemon's command: `tandemd`, with keepalived(8)'s options. What an action needs is loaded when
 * it is asked for: most of the program is not (design/0014).
 */

import { SIGNALS } from '../process/signal-numbers.js';
import { VERSION } from '../version.js';
import { DAEMON_HELP, parseDaemonArguments, UsageError } from './arguments.js';
import { EXIT } from './exit-codes.js';

/**
 * Runs `tandemd`; sets the exit code or ends the process.
 *
 * @param argv the arguments after the program's name.
 */
export async function runDaemonCommand(argv: readonly string[]): Promise<void> {
  let args: ReturnType<typeof parseDaemonArguments>;
  try {
    args = parseDaemonArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`tandemd: ${error.message}\n\n${DAEMON_HELP}`);
    process.exitCode = EXIT.usage;
    return;
  }
  if (args.action === 'help') process.stdout.write(DAEMON_HELP);
  else if (args.action === 'version') process.stdout.write(`Tandem v${VERSION}\n`);
  else if (args.action === 'signum') process.exitCode = printSignal(args.signum ?? '');
  else if (args.action === 'config-test') {
    const { testConfiguration } = await import('./config-test.js');
    process.exitCode = await testConfiguration(args);
  } else if (args.action === 'release') {
    const { release } = await import('./release.js');
    process.exitCode = await release(args);
  } else {
    const { run } = await import('./run.js');
    process.exitCode = await run(args, argv);
  }
}

/** `--signum`: for `kill -s $(tandemd --signum=DATA) $(cat /run/tandem/tandemd.pid)`. */
function printSignal(word: string): number {
  const found = Object.entries(SIGNALS).find(([name]) => name === word);
  if (!found) {
    process.stderr.write(`Unknown sigfunc ${word}\n`);
    return EXIT.failed;
  }
  process.stdout.write(`${found[1]}\n`);
  return EXIT.ok;
}
