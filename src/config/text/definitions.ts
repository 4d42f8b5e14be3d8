/**
 * Parameters: what `$X=value` defines, what keepalived defines itself, and how a use of either is
 * written.
 */
import { trimBlanks } from './blanks.js';
import type { ConfigFiles } from './files.js';
import type { Line } from './line.js';

/** A parameter and its value. Each definition is an object of its own, a redefinition too. */
export interface Definition {
  readonly name: string;
  /** Usually one; the lines of a definition of several lines, which may also have only one. */
  readonly lines: readonly Line[];
  readonly isMultiline: boolean;
}

/** A use of a parameter as it is written: `$NAME`, `${NAME}` or `${NAME words}`. */
export interface Reference {
  readonly name: string;
  readonly words: readonly string[];
  readonly isBraced: boolean;
  /** The first character after it. */
  readonly end: number;
}

const BRACED = /\$\{([A-Za-z_]\w*)((?: +\w+)*) *\}/y;
/** Without braces a parameter ends where a value may end. */
const PLAIN = /\$([A-Za-z_]\w*)(?=[ \t,)]|$)/y;

/** The use of a parameter that begins at a `$`; `undefined` if it is not written like one. */
export function referenceAt(text: string, at: number): Reference | undefined {
  const isBraced = text[at + 1] === '{';
  const expression = isBraced ? BRACED : PLAIN;
  expression.lastIndex = at;
  const match = expression.exec(text);
  if (!match) return undefined;
  const [whole, name = '', words = ''] = match;
  return {
    name,
    words: words === '' ? NO_WORDS : trimBlanks(words).split(/ +/),
    isBraced,
    end: at + whole.length,
  };
}

const NO_WORDS: readonly string[] = [];

/** What is defined at some point of the text. Bounded by the text: one entry a name. */
export class Definitions {
  private readonly byName = new Map<string, Definition>();

  get(name: string): Definition | undefined {
    return this.byName.get(name);
  }

  set(definition: Definition): void {
    this.byName.set(definition.name, definition);
  }

  /** Every name that can be used, keepalived's own included. */
  names(): Iterable<string> {
    return [...this.byName.keys(), ...STANDARD];
  }
}

const STANDARD = ['_PWD', '_INSTANCE', '_ENV', '_RANDOM', '_HASH', '_BANG'];
const MAX_RANDOM = 32_767;

/** Says what is wrong with a standard parameter: its value is then the returned text. */
export type ReportStandard = (problem: 'range' | 'unset') => void;

/** The parameters that need no definition, and the random numbers behind one of them. */
export class StandardDefinitions {
  private readonly files: ConfigFiles;
  private readonly instance: string;
  private next: () => number;

  constructor(files: ConfigFiles, instance: string) {
    this.files = files;
    this.instance = instance;
    this.next = () => files.random();
  }

  /** From here on random numbers are the same each time; they are not those of C's `random()`. */
  seed(seed: number): void {
    let state = seed >>> 0;
    this.next = () => {
      // mulberry32.
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
    };
  }

  /**
   * The value of a standard parameter.
   *
   * @param file the file that is being read.
   * @returns `undefined` if there is no such parameter, or it does not take these words.
   */
  valueOf(reference: Reference, file: string, report: ReportStandard): string | undefined {
    const { name, words } = reference;
    if (name === '_ENV') return words.length === 1 ? this.variable(words[0], report) : undefined;
    if (name === '_RANDOM') return this.random(words, report);
    if (words.length > 0) return undefined;
    switch (name) {
      case '_PWD':
        return this.files.folderOf(file);
      case '_INSTANCE':
        return this.instance;
      case '_HASH':
        return '#';
      case '_BANG':
        return '!';
      default:
        return undefined;
    }
  }

  private variable(name: string | undefined, report: ReportStandard): string {
    const value = this.files.variable(name ?? '');
    if (value === undefined) report('unset');
    return value ?? '';
  }

  private random(words: readonly string[], report: ReportStandard): string | undefined {
    if (words.length > 2 || !words.every((word) => /^\d{1,10}$/.test(word))) return undefined;
    const min = Number(words[0] ?? 0);
    const max = Number(words[1] ?? MAX_RANDOM);
    if (min > max) report('range');
    const count = Math.max(1, max - min + 1);
    return `${min + Math.floor(this.next() * count)}`;
  }
}
