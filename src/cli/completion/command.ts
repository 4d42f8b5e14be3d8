/** `tandem completion`: a script that lets a shell complete the words of both programs. */
import { allBlockWords, allKeywords } from '../../config/reference/explain.js';
import { type CommandLine, UsageError } from '../command-line.js';
import { type COMMANDS, SHELLS } from '../commands.js';
import { EXIT } from '../exit-codes.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { programs } from './shape.js';
import { zshCompletion } from './zsh.js';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** The script for a shell; `undefined` for one that is not known. */
export function completionScript(shell: string): string | undefined {
  const known = SHELLS.find((name) => name === shell);
  return known && SCRIPTS[known](programs(allKeywords(), allBlockWords()));
}

/** Prints the script; returns the exit code. */
export function completionCommand({
  operands,
}: CommandLine<(typeof COMMANDS)['completion']['options']>): number {
  const script = completionScript(operands[0] ?? '');
  if (script === undefined) throw new UsageError(`SHELL is one of ${SHELLS.join(', ')}`);
  process.stdout.write(script);
  return EXIT.ok;
}
