/**
 * Words into options, as popt(3) takes them apart for ipvsadm: short options in one word, a value in
 * the same word (also behind `=`) or the next one, an optional value only in a word without a dash,
 * operands anywhere, everything behind `--` an operand. Pure.
 */
import type { Option } from '../command-line.js';
import { IPVS_OPTIONS, type OptionName } from './options.js';

export interface ScannedOption {
  readonly name: OptionName;
  /** `undefined`: an optional one that was not given. */
  readonly value: string | undefined;
}

/** Why a word is no option; the scan ends there. */
export type ScanProblem = 'unknown option' | 'value is missing' | 'option takes no value';

const LONG: ReadonlyMap<string, OptionName> = new Map(
  (Object.keys(IPVS_OPTIONS) as OptionName[]).map((name) => [name, name]),
);
const SHORT: ReadonlyMap<string, OptionName> = new Map([
  ...(Object.entries(IPVS_OPTIONS) as [OptionName, Option][])
    .filter(([, { short }]) => short !== undefined)
    .map(([name, { short }]) => [short as string, name] as const),
  ['l', 'list'],
]);

export class Scanner {
  /** Words that are no options, so far. */
  readonly operands: string[] = [];
  readonly #words: readonly string[];
  #at = 0;
  /** Short options that are left of a word. */
  #cluster = '';
  #onlyOperands = false;
  #problem: ScanProblem | undefined;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** What ended the scan before the last word. */
  get problem(): ScanProblem | undefined {
    return this.#problem;
  }

  /** The word that was looked at last. */
  get word(): string {
    return this.#words[this.#at - 1] ?? '';
  }

  /** The next option; `undefined` at the end and after a problem. */
  next(): ScannedOption | undefined {
    if (this.#cluster !== '') return this.#short();
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at++] as string;
      if (this.#onlyOperands || !word.startsWith('-') || word === '-') this.operands.push(word);
      else if (word === '--') this.#onlyOperands = true;
      else if (word.startsWith('--')) return this.#long(word);
      else {
        this.#cluster = word.slice(1);
        return this.#short();
      }
    }
    return undefined;
  }

  #long(word: string): ScannedOption | undefined {
    const equals = word.indexOf('=');
    const name = LONG.get(equals < 0 ? word.slice(2) : word.slice(2, equals));
    if (name === undefined) return this.#fail('unknown option');
    return this.#take(name, equals < 0 ? undefined : word.slice(equals + 1));
  }

  #short(): ScannedOption | undefined {
    const name = SHORT.get(this.#cluster[0] as string);
    const rest = this.#cluster.slice(1);
    this.#cluster = '';
    if (name === undefined) return this.#fail('unknown option');
    const option: Option = IPVS_OPTIONS[name];
    if (option.value === undefined) {
      if (rest.startsWith('=')) return this.#fail('option takes no value');
      this.#cluster = rest;
      return { name, value: undefined };
    }
    return this.#take(name, rest === '' ? undefined : rest.replace(/^=/, ''));
  }

  /** @param attached the value in the option's own word. */
  #take(name: OptionName, attached: string | undefined): ScannedOption | undefined {
    const option: Option = IPVS_OPTIONS[name];
    if (option.value === undefined) {
      return attached === undefined
        ? { name, value: undefined }
        : this.#fail('option takes no value');
    }
    if (attached !== undefined) return { name, value: attached };
    const next = this.#words[this.#at];
    if (next === undefined) {
      return option.attached ? { name, value: undefined } : this.#fail('value is missing');
    }
    if (option.attached && next.startsWith('-')) return { name, value: undefined };
    this.#at++;
    return { name, value: next };
  }

  #fail(problem: ScanProblem): undefined {
    this.#problem = problem;
    this.#at = Math.max(this.#at, 1);
    this.#cluster = '';
    return undefined;
  }
}
