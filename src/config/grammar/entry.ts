/**
 * What the lines of an entries block are made of, for those that speak iproute2's language
 * (addresses, routes, rules): a table of options, each of which reads the words that follow it.
 */
import type { Report } from '../diagnostics/diagnostics.js';
import type { RoutingNames } from '../names.js';
import type { Word } from '../text/source.js';
import type { ReportArg } from './keyword.js';

/** What follows an option, and how it becomes a value. */
export interface EntryValue<T> {
  /** As the manual writes it; empty for an option that stands alone. */
  readonly syntax: string;
  /** Takes the words it needs; `undefined` after a report. */
  read(words: EntryWords): T | undefined;
}

export interface EntryOption<T = unknown> {
  readonly value: EntryValue<T>;
  /** One sentence for the manual. */
  readonly doc: string;
  /** This is another word for that option. */
  readonly sameAs?: string;
  /** Another word that is not used any more: a warning names today's. */
  readonly old?: boolean;
  /** keepalived refuses a second one; of others the last counts. */
  readonly once?: boolean;
}

export type EntryOptions = Readonly<Record<string, EntryOption>>;

/** The value type of an option. */
export type OptionValue<O> = O extends EntryOption<infer T> ? T : never;

type Extra = Pick<EntryOption, 'once'>;

export function option<T>(value: EntryValue<T>, doc: string, extra: Extra = {}): EntryOption<T> {
  return { value, doc, ...extra };
}

/** Another word for an option of the same table. */
export function synonym(today: string): EntryOption<never> {
  return { value: NOTHING, doc: `The same as \`${today}\`.`, sameAs: today };
}

/** An old word for an option of the same table. */
export function oldWord(today: string): EntryOption<never> {
  return { value: NOTHING, doc: `Old name of \`${today}\`.`, sameAs: today, old: true };
}

const NOTHING: EntryValue<never> = { syntax: '', read: () => undefined };

/** The syntax of all options, for the manual. */
export function optionSyntax(options: EntryOptions): string {
  return Object.entries(options)
    .filter(([, { sameAs }]) => sameAs === undefined)
    .map(([word, { value }]) => `[${word}${value.syntax === '' ? '' : ` ${value.syntax}`}]`)
    .join(' ');
}

/** An option of a table, by its own name only (`toString` is no option). */
export function lookUpOption(options: EntryOptions, word: string): EntryOption | undefined {
  return Object.hasOwn(options, word) ? options[word] : undefined;
}

/** Goes over the words of one line. */
export class EntryWords {
  readonly names: RoutingNames;
  private readonly words: readonly Word[];
  private readonly sink: ReportArg;
  private index = 0;
  private option = '';

  constructor(words: readonly Word[], names: RoutingNames, report: ReportArg) {
    this.words = words;
    this.names = names;
    this.sink = report;
  }

  /** The word that was taken last. */
  get last(): Word | undefined {
    return this.words[this.index - 1];
  }

  peek(): Word | undefined {
    return this.words[this.index];
  }

  take(): Word | undefined {
    const word = this.words[this.index];
    if (word) this.index++;
    return word;
  }

  /** Takes the next word if it is this one. */
  takeIf(text: string): Word | undefined {
    return this.peek()?.text === text ? this.take() : undefined;
  }

  /** The next word, or a report that the last one needs one. */
  need(expected: string): Word | undefined {
    const { last } = this;
    const word = this.take();
    if (!word && last) {
      this.sink('CONFIG_MISSING_VALUE', last, {
        message: `'${last.text}' needs a value`,
        expected,
      });
    }
    return word;
  }

  /** Reads the value of an option: reports name it. */
  valueOf<T>(option: Word, value: EntryValue<T>): T | undefined {
    this.option = `${option.text}: `;
    const read = value.read(this);
    this.option = '';
    return read;
  }

  readonly report: ReportArg = (code, word, detail: Report) => {
    this.sink(code, word, { ...detail, message: `${this.option}${detail.message}` });
  };
}
