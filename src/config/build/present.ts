/** An object without what was not given. */
export function present<T extends object>(values: T): Present<T> {
  const kept: Partial<T> = {};
  for (const key of Object.keys(values) as (keyof T)[]) {
    if (values[key] !== undefined) kept[key] = values[key];
  }
  return kept as Present<T>;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/**
 * An object while it is being built. Where there are hundreds of thousands of a kind, a field that may
 * be absent is set after the others: spreading an object for it takes several times as long.
 */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };
