/** Inheritance: the first value that was given, and where. */
import type { Position } from '../text/source.js';

/** A value with the place it was given at; a {@link Setting} is one. */
export interface Given<T> {
  readonly value: T;
  readonly at: Position;
}

/** Picks values for one object and remembers where each came from. */
export class Picker {
  readonly origins: Record<string, Position> = {};

  /**
   * The first of the candidates that was given, nearest first; `undefined` if none was. They are
   * listed one by one: a large configuration asks millions of times.
   */
  optional<T>(
    name: string,
    a: Given<T> | undefined,
    b?: Given<T>,
    c?: Given<T>,
    d?: Given<T>,
  ): T | undefined {
    const found = a ?? b ?? c ?? d;
    if (!found) return undefined;
    this.origins[name] = found.at;
    return found.value;
  }

  /** As {@link optional}, with a default. */
  value<T>(
    name: string,
    fallback: T,
    a: Given<T> | undefined,
    b?: Given<T>,
    c?: Given<T>,
    d?: Given<T>,
  ): T {
    return this.optional(name, a, b, c, d) ?? fallback;
  }
}

/** An object without the fields that are `undefined`: optional fields are absent rather than empty. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
