/** Comparing objects of the model. */

/** Deep equality of plain data, places and origins aside. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, i) => sameValue(one, b[i]));
  }
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  for (const key in left) {
    if (key !== 'at' && key !== 'origins' && !sameValue(left[key], right[key])) return false;
  }
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
