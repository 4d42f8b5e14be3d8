/** Commands that are run: `COMMAND [USER [GROUP]]`. */
import type { Position, Word } from '../text/source.js';
import { readEscape } from '../text/words.js';
import type { Args, ReportArg } from './keyword.js';

/** What runs a command that is none of a program and its arguments. */
export const SHELL = '/bin/sh';

/** Who runs a command; without a name `script_user`, without a group the user's own. */
export interface ScriptUser {
  readonly user?: string;
  readonly group?: string;
  /** `:` before the group, or alone: with all groups of the user. */
  readonly supplementaryGroups?: true;
}

/** A command, split into its words, and who runs it. */
export interface ScriptArgs extends ScriptUser {
  readonly at: Position;
  /** Program and arguments; never empty. */
  readonly command: readonly string[];
}

/**
 * `COMMAND [USER [GROUP]]`. A command with arguments is quoted as a whole: what follows the first
 * word is the user, so an argument without quotes would be looked up as one.
 */
export const script: Args<ScriptArgs> = {
  syntax: '<COMMAND> [<USER> [[:]<GROUP>]]',
  expects: 'a command, quoted if it has arguments, and perhaps a user and a group',
  min: 1,
  max: 3,
  readsLikeShell: true,
  parse([command, ...who], report) {
    const words = command && splitCommand(command, report);
    const user = parseUser(who, report);
    return words && user && command ? { at: command.at, command: words, ...user } : undefined;
  },
};

/** `USER [GROUP]`. */
export const scriptUser: Args<ScriptUser> = {
  syntax: '<USER> [[:]<GROUP>]',
  expects: 'a user and perhaps a group',
  min: 1,
  max: 2,
  parse: parseUser,
};

/**
 * Words that name a user: `USER [[:]GROUP]`. A colon before the group, or alone, asks for all groups
 * of the user; glued to the user it only separates, as in chown(1).
 *
 * @returns empty for no words; `undefined` after a report.
 */
export function parseUser(words: readonly Word[], report: ReportArg): ScriptUser | undefined {
  const [first] = words;
  if (!first) return {};
  const text = words.map((word) => word.text).join(' ');
  const match = /^([^\s:]+)(?:( ?:)? ?([^\s:]+)?)?$/.exec(text);
  if (!match?.[1]) {
    report('CONFIG_INVALID_VALUE', first, {
      message: `'${text}' is not a user and a group`,
      expected: scriptUser.syntax,
    });
    return undefined;
  }
  const [, user, colon, group] = match;
  return {
    user,
    ...(group === undefined ? {} : { group }),
    ...(colon === ' :' ? { supplementaryGroups: true } : {}),
  };
}

/** The words of a command line, with quotes and backslashes as keepalived reads them. */
export function splitCommand(command: Word, report: ReportArg): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  const { text } = command;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\' && i + 1 < text.length) {
      const escaped = readEscape(text, i + 1, text.length);
      word = (word ?? '') + escaped.text;
      i = escaped.end - 1;
    } else if (quote !== '' && char === quote) quote = '';
    else if (quote !== '') word = (word ?? '') + char;
    else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  if (quote !== '') {
    report('CONFIG_INVALID_VALUE', command, {
      message: 'a quote inside the command is opened and not closed',
    });
    return undefined;
  }
  const [program] = words;
  if (program === undefined) {
    report('CONFIG_MISSING_VALUE', command, { message: 'the command is empty' });
    return undefined;
  }
  // No program begins like this: keepalived leaves to a shell what it cannot run itself.
  if (/^[<>]/.test(program)) return [SHELL, '-c', text];
  return words;
}
