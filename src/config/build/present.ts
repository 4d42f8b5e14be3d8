/** An object without what was not given. */
export function present<T extends object>(values: T): Present<T> {
  const kept: Partial<T> = {};
  for (const key of Object.keys(values) as (keyof T)[]) {
    if (values[key] !== undefined) kept[key] = values[key];
  }
  return kept as Present<T>;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
