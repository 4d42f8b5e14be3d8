/** What generators of random configurations share. */
import { quote, quoteForShell } from '../../../src/config/dump/text.js';
import { seeded } from './support.js';

/** Words that are hard to write. */
export const WORDS = [
  'VI_1',
  'a b',
  'x#y',
  "o'clock",
  'back\\slash',
  '{}',
  '$x',
  '@y',
  '~SEQ(',
  'ü',
  'tab\there',
  '!',
];

/** Seeded chance. */
export class Dice {
  /** A whole number from 0 to `below - 1`. */
  readonly below: (below: number) => number;

  constructor(seed: number) {
    this.below = seeded(seed);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** One of {@link WORDS}, as it is written. */
  word(): string {
    return quote(this.pick(WORDS));
  }

  /** The same for keywords whose words are read as a shell does. */
  shellWord(): string {
    return quoteForShell(this.pick(WORDS));
  }

  /** Made half of the time. */
  maybe<T>(make: () => T): T[] {
    return this.below(2) === 0 ? [make()] : [];
  }

  /** `from` to `to` of them. */
  some<T>(from: number, to: number, make: (index: number) => T): T[] {
    return Array.from({ length: from + this.below(to - from + 1) }, (_, index) => make(index));
  }
}
