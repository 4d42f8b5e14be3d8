/** `global_defs`: reloads, dumps, and the files that are made. */
import { suggest } from '../../diagnostics/nearest.js';
import { CHECK_OPTIONS } from '../../text/include.js';
import type { Word } from '../../text/source.js';
import { bool, choice, none, text } from '../args.js';
import { type Args, type ReportArg, setting, withoutEffect } from '../keyword.js';

/** The permission bits of stat(2) by their names without S_. */
const BITS: Readonly<Record<string, number>> = {
  IRUSR: 0o400,
  IWUSR: 0o200,
  IXUSR: 0o100,
  IRWXU: 0o700,
  IRGRP: 0o040,
  IWGRP: 0o020,
  IXGRP: 0o010,
  IRWXG: 0o070,
  IROTH: 0o004,
  IWOTH: 0o002,
  IXOTH: 0o001,
  IRWXO: 0o007,
};

/** A number as C writes it (octal after a 0), or names of bits with `|` between. */
const umask: Args<number> = {
  syntax: '<NUMBER>|<BIT>[|<BIT>...]',
  expects: 'a number up to 0777, or names such as IWGRP|IRWXO',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  parse(words, report: ReportArg) {
    const [first, extra] = words as [Word, Word | undefined];
    const wrong = (word: Word, message: string): undefined =>
      report('CONFIG_INVALID_VALUE', word, { message, expected: umask.expects }) as undefined;
    if (/^\d/.test(first.text)) {
      if (extra) return wrong(extra, `'${extra.text}' stands after the number`);
      const { text: digits } = first;
      const octal = /^0[0-7]+$/.test(digits);
      if (!octal && !/^(?:0|[1-9]\d*|0[xX][\da-fA-F]+)$/.test(digits)) {
        return wrong(first, `'${digits}' is not a number`);
      }
      const value = octal ? Number.parseInt(digits, 8) : Number(digits);
      return value <= 0o777 ? value : wrong(first, `${digits} has more than permission bits`);
    }
    const bits = words
      .map(({ text: word }) => word)
      .join(' ')
      .split(/ ?\| ?/);
    const unknown = bits.find((bit) => BITS[bit] === undefined);
    if (unknown !== undefined) return wrong(first, `'${unknown}' is not the name of a bit`);
    return bits.reduce((mask, bit) => mask | (BITS[bit] as number), 0);
  },
};

const CHECKS = Object.keys(CHECK_OPTIONS);

/** What is wrong with an include: names, `+` adds and `-` takes away; nothing: all of them. */
const includeChecks: Args<readonly string[]> = {
  syntax: '[[+|-]<CHECK>...]',
  expects: 'readable, match, wildcard_match or brace_match, or nothing for all',
  min: 0,
  max: Number.POSITIVE_INFINITY,
  choices: CHECKS,
  parse(words, report) {
    const unknown = words.find(({ text: word }) => !CHECKS.includes(word.replace(/^[+-]/, '')));
    if (!unknown) return words.map(({ text: word }) => word);
    report('CONFIG_INVALID_VALUE', unknown, {
      message: `'${unknown.text}' is no check of includes`,
      expected: includeChecks.expects,
      suggestion: suggest(unknown.text, CHECKS),
    });
    return undefined;
  },
};

/** A path, or nothing. */
const optionalPath: Args<string> = {
  syntax: '[<PATH>]',
  expects: 'a path or nothing',
  min: 0,
  max: 1,
  parse: ([word]) => word?.text ?? '',
};

const path: Args<string> = { ...text, syntax: '<PATH>', expects: 'a path' };

export const files = {
  include_check: setting(
    includeChecks,
    'When an include that names nothing is an error; it counts from its line on, as the text is read.',
    { default: 'never', repeatable: true },
  ),
  umask: setting(umask, 'The permission bits that the dump files do not get.', {
    default: '0177',
  }),
  reload_check_config: withoutEffect(
    setting(optionalPath, 'A new configuration is checked before a reload.'),
    'every reload is checked first, and what is wrong is in the log',
  ),
  reload_time_file: setting(
    path,
    'A file with the time of the next reload: `[[YY]YY-MM-DD ]HH:MM:SS[Z]`. It is watched, and removed by the reload.',
  ),
  reload_repeat: setting(
    none,
    'reload_time_file is kept after the reload, which comes again every day if the file has no date.',
  ),
  reload_file: setting(
    optionalPath,
    'A file that a reload creates, or empties, before it reads the configuration, and removes when it has.',
    { default: 'none; without a path keepalived.reload in the folder of the pid file' },
  ),
  state_dump_file: setting(
    path,
    'Where SIGUSR1 writes the state; a folder ends in a slash. keepalived_parent.data and keepalived_check.data lie beside it.',
    {
      default: '/tmp/keepalived.data',
    },
  ),
  stats_dump_file: setting(path, 'Where SIGUSR2 writes the statistics; a folder ends in a slash.', {
    default: '/tmp/keepalived.stats',
  }),
  json_dump_file: setting(path, 'Where the state is written as JSON; a folder ends in a slash.', {
    default: '/tmp/keepalived.json',
  }),
  json_version: setting(
    choice(['1', '2']),
    'The form of that JSON: 2 has the instances in an array of its own.',
    { default: '1' },
  ),
  data_use_instance: setting(
    bool,
    'The names of the state file and of the two beside it have the namespace and the instance in them.',
    { default: 'no' },
  ),
  tmp_config_directory: withoutEffect(
    setting(path, 'A folder for a copy of the configuration.', { firstCounts: true }),
    'one process reads the configuration, so no copy is made',
  ),
  config_save_dir: withoutEffect(
    setting(path, 'A folder that keeps the configurations of all reloads.', { firstCounts: true }),
    'it finds faults in the reloads of keepalived',
  ),
};
