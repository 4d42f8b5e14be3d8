/** One answer for all who ask at about the same time. */
import { monotonicMicros } from '../base/clock.js';
import type { Micros } from '../base/time.js';

/**
 * Asks at most once in `keptFor` µs, however many callers there are, so that observers cannot load
 * who is asked.
 */
export class SharedAnswer<T> {
  readonly #ask: () => Promise<T>;
  readonly #keptFor: Micros;
  readonly #now: () => Micros;
  #answer: { readonly value: Promise<T>; readonly at: Micros } | undefined;

  constructor(ask: () => Promise<T>, keptFor: Micros, now: () => Micros = monotonicMicros) {
    this.#ask = ask;
    this.#keptFor = keptFor;
    this.#now = now;
  }

  get(): Promise<T> {
    const at = this.#now();
    if (this.#answer && at - this.#answer.at < this.#keptFor) return this.#answer.value;
    const value = this.#ask();
    this.#answer = { value, at };
    return value;
  }

  /** Who answered is gone: the next caller asks. */
  forget(): void {
    this.#answer = undefined;
  }
}
