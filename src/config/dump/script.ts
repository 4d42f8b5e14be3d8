/** Commands as canonical text. */
import type { ScriptConfig } from '../model/index.js';
import { type Line, quoteForShell } from './text.js';

/** `KEYWORD COMMAND [USER [GROUP]]`; nothing for no script. */
export function scriptLine(keyword: string, script: ScriptConfig | undefined): Line[] {
  if (!script) return [];
  const words = [commandText(script.command), ...userWords(script)];
  return [{ text: [keyword, ...words].join(' '), from: script.at }];
}

/** The words of a command as the one word that is read as them. */
export function commandText(command: readonly string[]): string {
  return quoteForShell(command.map(quoteArgument).join(' '));
}

/** `USER [[:]GROUP]` as words; none for whoever runs scripts by default. */
export function userWords({
  user,
  group,
  supplementaryGroups,
}: Pick<ScriptConfig, 'user' | 'group' | 'supplementaryGroups'>): string[] {
  if (user === undefined) return [];
  const groups = supplementaryGroups ? [`:${group ?? ''}`] : group === undefined ? [] : [group];
  return [user, ...groups].map(quoteForShell);
}

/** An argument as `splitCommand` reads it: a second level of quotes inside the word's own. */
function quoteArgument(argument: string): string {
  if (argument !== '' && !/[\s"'\\]/.test(argument)) return argument;
  return `"${argument.replace(/["\\]/g, '\\$&')}"`;
}
