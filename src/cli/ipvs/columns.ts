/** Numbers and columns as ipvsadm prints them. Pure. */
import type { Count } from '../../ipvs/rows.js';

/** Nine columns for a count, large ones shortened; `exact`: in full, and wider where that needs it. */
export function largeNumber(count: Count, exact: boolean): string {
  if (exact) {
    const digits = String(count);
    return digits.padStart(digits.length <= 8 ? 9 : digits.length + 1);
  }
  if (count < 100_000_000) return String(count).padStart(9);
  const big = BigInt(count);
  const [unit, divisor] =
    count < 1_000_000_000
      ? ['K', 1_000n]
      : count < 100_000_000_000
        ? ['M', 1_000_000n]
        : count < 100_000_000_000_000
          ? ['G', 1_000_000_000n]
          : ['T', 1_000_000_000_000n];
  return `${String(big / (divisor as bigint)).padStart(8)}${unit}`;
}

/** qsort(3) of the C library as Debian 12 has it: stable, by merging halves. */
export function mergeSort<T>(list: readonly T[], compare: (a: T, b: T) => number): T[] {
  const sorted = [...list];
  const space: T[] = new Array(sorted.length);
  const sort = (from: number, to: number): void => {
    if (to - from <= 1) return;
    const middle = from + ((to - from) >> 1);
    sort(from, middle);
    sort(middle, to);
    let left = from;
    let right = middle;
    let at = from;
    while (left < middle && right < to) {
      const a = sorted[left] as T;
      const b = sorted[right] as T;
      if (compare(a, b) > 0) {
        space[at++] = b;
        right++;
      } else {
        space[at++] = a;
        left++;
      }
    }
    while (left < middle) space[at++] = sorted[left++] as T;
    for (let i = from; i < at; i++) sorted[i] = space[i] as T;
  };
  sort(0, sorted.length);
  return sorted;
}
