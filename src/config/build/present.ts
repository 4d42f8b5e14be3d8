/** An object without what was not given. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
