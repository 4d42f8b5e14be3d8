/** The entry of the operator's command. */
import { runOperatorCommand } from './cli/tandem.js';

process.exitCode = await runOperatorCommand(process.argv.slice(2));
