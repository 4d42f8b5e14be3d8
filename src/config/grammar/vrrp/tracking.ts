/** What is tracked (`vrrp_script`, `track_file`, `vrrp_track_process`), and the lists that track it. */
import type { Word } from '../../text/source.js';
import { integer, none, parseInteger, text, timer } from '../args.js';
import {
  type Args,
  block,
  entries,
  oldName,
  planned,
  type ReportArg,
  setting,
} from '../keyword.js';
import { scriptUser, splitCommand } from '../script.js';
import { name } from './name.js';

const MAX_SIGNED = 2_147_483_647;
const MAX_SCRIPT_SECONDS = 4294;
const MAX_PROCESS_SECONDS = 3600;
/** What of a file's number makes sense for a priority. */
const SENSIBLE = 254;

/** The kinds of things that are tracked, and what an entry of each may say. */
export const TRACK_LIMITS = {
  interface: { max: 253, noreverse: false },
  script: { max: 253, noreverse: true },
  file: { max: 254, noreverse: true },
  process: { max: 254, noreverse: true },
  bfd: { max: 253, noreverse: true },
} as const;

export type TrackKind = keyof typeof TRACK_LIMITS;

/** What may stand on a line of a `track_*` block. */
export function trackSyntax(kind: TrackKind): string {
  const { max, noreverse } = TRACK_LIMITS[kind];
  return `<NAME> [weight <-${max}..${max}> [reverse${noreverse ? '|noreverse' : ''}]]`;
}

const list = (kind: TrackKind, doc: string) =>
  entries(none, trackSyntax(kind), doc, { repeatable: true });

const NOT_TRACKED = 'what it names is not tracked, and an instance with it is not run';

const FAULT = 'FAULT while one is down; with a weight it changes the priority instead';

/** Of instances and sync groups. */
export const trackLists = {
  track_interface: list('interface', `Interfaces: ${FAULT}.`),
  track_script: list('script', `Scripts (\`vrrp_script\`): ${FAULT}.`),
  track_file: list(
    'file',
    'Files (`track_file`): the number in it, times the weight, is added to the priority; with weight 0 FAULT unless it is 0.',
  ),
  track_process: list('process', `Processes (\`vrrp_track_process\`): ${FAULT}.`),
  track_bfd: planned(list('bfd', `BFD sessions (\`bfd_instance\`): ${FAULT}.`), NOT_TRACKED),
};

export interface WeightArgs {
  readonly weight: number;
  readonly reverse: boolean;
}

/** `WEIGHT [reverse]`. */
export function weight(max: number): Args<WeightArgs> {
  const expects = `a whole number from -${max} to ${max}, and perhaps 'reverse'`;
  return {
    syntax: `<-${max}..${max}> [reverse]`,
    expects,
    min: 1,
    max: 2,
    range: [-max, max],
    parse([number, option], report) {
      const value = number && parseInteger(number, -max, max, expects, report);
      if (option && option.text !== 'reverse') {
        report('CONFIG_INVALID_VALUE', option, {
          message: `'${option.text}' is not an option of a weight`,
          expected: "'reverse'",
        });
        return undefined;
      }
      return value === undefined ? undefined : { weight: value, reverse: option !== undefined };
    },
  };
}

/** A command as one word; what follows it would not be passed to the script. */
const command: Args<readonly string[]> = {
  syntax: '<COMMAND>',
  expects: 'a command, quoted if it has arguments',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  readsLikeShell: true,
  parse([word, extra], report) {
    if (extra) {
      report('CONFIG_EXTRA_WORD', extra, {
        message: 'what follows the first word is not passed to the script',
        expected: 'the whole command in quotes',
      });
    }
    return word && splitCommand(word, report);
  },
};

export const trackScript = {
  script: setting(
    command,
    'The command, quoted if it has arguments; what begins with `<` is left to a shell.',
  ),
  interval: setting(timer(0, MAX_SCRIPT_SECONDS), 'How often it is run.', { default: '1' }),
  timeout: setting(
    timer(0, MAX_SCRIPT_SECONDS),
    'A run that takes longer is ended and has failed.',
    { default: 'interval' },
  ),
  weight: setting(
    weight(TRACK_LIMITS.script.max),
    'Of instances that give none: 0 is FAULT while it is down; a positive one is added to the priority while it is up, a negative one while it is down; with reverse the other way about.',
    { default: '0' },
  ),
  rise: setting(integer(1, MAX_SIGNED), 'How many successes make it up.', { default: '1' }),
  fall: setting(integer(1, MAX_SIGNED), 'How many failures make it down.', { default: '1' }),
  user: setting(scriptUser, 'Who runs it.', { default: 'script_user' }),
  init_fail: setting(none, 'It is down until it has succeeded.'),
};

export interface InitFileArgs {
  readonly value: number;
  readonly overwrite: boolean;
}

const initFile: Args<InitFileArgs> = {
  syntax: '[<NUMBER>] [overwrite]',
  expects: "a whole number and 'overwrite', both optional",
  min: 0,
  max: 2,
  parse(words: readonly Word[], report: ReportArg) {
    let value = 0;
    let overwrite = false;
    for (const word of words) {
      if (word.text === 'overwrite') {
        overwrite = true;
        continue;
      }
      const number = parseInteger(word, -MAX_SIGNED - 1, MAX_SIGNED, initFile.expects, report);
      if (number === undefined) return undefined;
      if (Math.abs(number) > SENSIBLE) {
        report('CONFIG_OUT_OF_RANGE', word, {
          message: `${number} is more than any priority can be changed by`,
          expected: `a whole number from -${SENSIBLE} to ${SENSIBLE}`,
          severity: 'warning',
        });
      }
      value = number;
    }
    return { value, overwrite };
  },
};

export const trackFile = {
  file: setting(text, 'The path of the file; its first line is a whole number.', {
    firstCounts: true,
  }),
  weight: setting(
    weight(MAX_SIGNED),
    'By what the number is multiplied, where no other is given.',
    {
      default: '1',
      firstCounts: true,
    },
  ),
  init_file: setting(
    initFile,
    'Writes a number (0) at start if the file is not there; with overwrite in any case.',
  ),
};

/** The first word is the program, even with blanks in it. */
const processWords: Args<readonly string[]> = {
  syntax: '<PROCESS> [<PARAMETER> ...]',
  expects: 'a process, and perhaps its parameters',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  parse: (words) => words.map((word) => word.text),
};

const parameterMatch: Args<'exact' | 'initial' | 'partial'> = {
  syntax: '[initial|partial]',
  expects: "nothing, 'initial' or 'partial'",
  min: 0,
  max: 1,
  choices: ['initial', 'partial'],
  parse([word], report) {
    if (!word) return 'exact';
    if (word.text === 'initial' || word.text === 'partial') return word.text;
    report('CONFIG_INVALID_VALUE', word, {
      message: `'${word.text}' is not known`,
      expected: parameterMatch.expects,
    });
    return undefined;
  },
};

const delay = timer(0.000001, MAX_PROCESS_SECONDS);

export const trackProcess = {
  process: setting(
    processWords,
    'The program by the name of its process; with parameters, or full_command, by its command line.',
    { firstCounts: true },
  ),
  param_match: setting(
    parameterMatch,
    'How parameters are compared: all of them exactly (without parameters: there are none); initial: the last may be longer; partial: further ones may follow.',
    { default: 'exactly, if there are any' },
  ),
  weight: setting(
    weight(TRACK_LIMITS.process.max),
    'Of instances that give none, as in vrrp_script.',
    { default: '0', firstCounts: true },
  ),
  quorum: setting(integer(1, 65_535), 'How many processes at least.', { default: '1' }),
  quorum_max: setting(
    integer(0, 65_535),
    'How many processes at most; 0: it is down if there is one.',
    { default: 'any number' },
  ),
  delay: setting(delay, 'Sets fork_delay and terminate_delay.'),
  fork_delay: setting(delay, 'How long the quorum must hold before it is up.', { default: '0' }),
  terminate_delay: setting(delay, 'How long the quorum must be missed before it is down.', {
    default: '0',
  }),
  full_command: setting(none, 'Compares the command line rather than the name.'),
};

/** What stands at the top. */
export const tracked = {
  vrrp_script: block(name, trackScript, 'A script that is run again and again, for track_script.', {
    repeatable: true,
  }),
  track_file: block(name, trackFile, 'A file with a number in it, for track_file.', {
    repeatable: true,
  }),
  vrrp_track_file: oldName('track_file'),
  vrrp_track_process: block(name, trackProcess, 'A process that has to run, for track_process.', {
    repeatable: true,
  }),
};
