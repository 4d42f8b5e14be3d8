/** Lists of which the items need not all be in memory. */

/** What is needed of a list; an array is one. */
export interface List<T> extends Iterable<T> {
  readonly length: number;
  at(index: number): T | undefined;
}

/** A list whose items are made whenever they are looked at, and not kept. */
export class MadeList<T> implements List<T> {
  readonly length: number;
  readonly #make: () => readonly T[];

  /**
   * @param length how many there are.
   * @param make gives all of them, equal ones each time.
   */
  constructor(length: number, make: () => readonly T[]) {
    this.length = length;
    this.#make = make;
  }

  at(index: number): T | undefined {
    return this.#make().at(index);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#make()[Symbol.iterator]();
  }
}
