/** What completion scripts are made of: the commands, and the words that operands can be. */
import { DAEMON } from '../arguments.js';
import type { Command, Completes, Option } from '../command-line.js';
import { COMMANDS } from '../commands.js';

/** The programs with what they take. */
export interface Programs {
  readonly daemon: Command;
  readonly commands: readonly Command[];
  /** Keywords and block names, for `config explain`. */
  readonly keywords: readonly string[];
  readonly blocks: readonly string[];
}

/** Both programs, with the words of the grammar. */
export function programs(keywords: readonly string[], blocks: readonly string[]): Programs {
  return { daemon: DAEMON, commands: Object.values<Command>(COMMANDS), keywords, blocks };
}

/** The first words of all commands, each once. */
export function firstWords(commands: readonly Command[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] as string))];
}

/** The second words of the commands that begin with one. */
export function secondWords(commands: readonly Command[], first: string): Command[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `));
}

/** The spellings of an option. */
export function spellings(name: string, { short }: Option): string[] {
  return short === undefined ? [`--${name}`] : [`-${short}`, `--${name}`];
}

/** Whether the next word is the option's value. */
export function takesNextWord({ value, attached }: Option): boolean {
  return value !== undefined && !attached;
}

/** Words that a shell can offer; undefined: files, or nothing that is known. */
export function wordsFor(
  completes: Completes | undefined,
  { commands, keywords, blocks }: Programs,
): readonly string[] | undefined {
  if (completes === 'keyword') return keywords;
  if (completes === 'block') return blocks;
  if (completes === 'command') return firstWords(commands);
  return typeof completes === 'object' ? completes : undefined;
}
