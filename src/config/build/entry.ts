/** Lines in iproute2's language to values, by the tables of their options. */
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import { type EntryOptions, EntryWords, lookUpOption, type OptionValue } from '../grammar/entry.js';
import type { RoutingNames } from '../names.js';
import type { Position, Statement, Word } from '../text/source.js';
import type { Given } from './pick.js';

/** An option of a line with its value. */
export interface EntryField<T> extends Given<T> {
  /** The option itself. */
  readonly word: Word;
  /** Its place among the options of the line, from 0. */
  readonly order: number;
}

/** The options of one line. */
export class EntryFields<O extends EntryOptions> {
  private readonly found = new Map<string, EntryField<unknown>>();
  private count = 0;

  get<K extends keyof O & string>(name: K): EntryField<OptionValue<O[K]>> | undefined {
    return this.found.get(name) as EntryField<OptionValue<O[K]>> | undefined;
  }

  set(name: string, word: Word, value: unknown, at: Position): void {
    this.found.set(name, { value, at, word, order: this.count++ });
  }

  /** Where each option was given. */
  origins(): Record<string, Position> {
    return Object.fromEntries([...this.found].map(([name, { at }]) => [name, at]));
  }
}

/** What a line is read with. */
export interface EntryReader<O extends EntryOptions> {
  /** A noun for messages: `an address`. */
  readonly what: string;
  readonly options: O;
  /**
   * Takes a word that is no option, for example a destination.
   *
   * @returns whether it was understood; `undefined` after a report.
   */
  readonly other?: (word: Word, words: EntryWords, fields: EntryFields<O>) => boolean | undefined;
}

/** The words of a line; `undefined` after a report. */
export function entryWords(
  { keyword, args, body }: Statement,
  what: string,
  names: RoutingNames,
  sink: Sink,
): EntryWords | undefined {
  if (body) {
    sink.report('CONFIG_UNEXPECTED_OPEN_BRACE', keyword.at, { message: `${what} takes no block` });
    return undefined;
  }
  return new EntryWords([keyword, ...args], names, (code, word, detail) => {
    sink.report(code, word.at, detail);
  });
}

/**
 * Reads options until the words end or `until` comes.
 *
 * @returns the fields, and whether all of them are good.
 */
export function readOptions<O extends EntryOptions>(
  reader: EntryReader<O>,
  words: EntryWords,
  until?: string,
): { readonly fields: EntryFields<O>; readonly good: boolean } {
  const fields = new EntryFields<O>();
  let good = true;
  for (let word = words.peek(); word && word.text !== until; word = words.peek()) {
    words.take();
    const done = readOption(reader, word, words, fields);
    if (done === undefined) good = false;
    else if (!done) {
      good = false;
      reportUnknown(reader, word, words);
    }
  }
  return { fields, good };
}

/** Reads one option; false if it is none, `undefined` after a report. */
function readOption<O extends EntryOptions>(
  reader: EntryReader<O>,
  word: Word,
  words: EntryWords,
  fields: EntryFields<O>,
): boolean | undefined {
  const written = lookUpOption(reader.options, word.text);
  if (!written) return reader.other?.(word, words, fields) ?? (reader.other ? undefined : false);
  const name = written.sameAs ?? word.text;
  const option = lookUpOption(reader.options, name) ?? written;
  if (written.old) {
    words.report('CONFIG_OLD_NAME', word, {
      message: `'${word.text}' is the old name of '${name}'`,
      suggestion: `'${name}'`,
    });
  }
  const first = words.peek();
  const value = words.valueOf(word, option.value);
  if (value === undefined) return undefined;
  if (fields.get(name as never)) {
    words.report('CONFIG_REPEATED', word, {
      message: `'${name}' is given more than once for ${reader.what}: ${option.once ? 'it can have one only' : 'the last one counts'}`,
      ...(option.once ? { severity: 'error' as const } : {}),
    });
    if (option.once) return undefined;
  }
  const standsAlone = words.last === word;
  fields.set(name, word, value, standsAlone || !first ? word.at : first.at);
  return true;
}

/** One report for a stretch of words that are no options. */
function reportUnknown<O extends EntryOptions>(
  { what, options }: EntryReader<O>,
  word: Word,
  words: EntryWords,
): void {
  const usual = Object.keys(options).filter((known) => !options[known]?.old);
  const suggestion = suggest(word.text, usual);
  words.report('CONFIG_INVALID_VALUE', word, {
    message: `unknown option '${word.text}' of ${what}`,
    ...(suggestion === undefined ? { expected: `one of ${usual.join(', ')}` } : { suggestion }),
  });
  for (let next = words.peek(); next; next = words.peek()) {
    if (lookUpOption(options, next.text)) return;
    words.take();
  }
}
