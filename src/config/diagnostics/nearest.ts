/** Finding what was probably meant by a word that is not known. */

/** Words longer than this are not compared: no keyword comes near, and the cost is quadratic. */
const MAX_COMPARED = 64;

/**
 * How many single-character edits (insert, delete, replace, swap of neighbours) lie between two
 * words; `Infinity` if one is too long to compare.
 */
export function distance(a: string, b: string): number {
  if (a.length > MAX_COMPARED || b.length > MAX_COMPARED) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] as number) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}

/** So many characters of a keyword may be all that is there of it. */
const MIN_BEGINNING = 3;

/**
 * The known words nearest to one, best first: at most three, none that is too far to be meant;
 * among them those that begin with it.
 */
export function nearest(word: string, known: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(word.length / 3));
  const wanted = word.toLowerCase();
  const begun: string[] = [];
  const found: { word: string; far: number }[] = [];
  for (const candidate of known) {
    if (candidate === word) continue;
    if (word.length >= MIN_BEGINNING && candidate.startsWith(word)) {
      begun.push(candidate);
      continue;
    }
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const far = distance(wanted, candidate.toLowerCase());
    if (far <= limit) found.push({ word: candidate, far });
  }
  found.sort((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1));
  const best = found[0]?.far ?? 0;
  const near = found.filter(({ far }) => far <= best + 1).map((candidate) => candidate.word);
  begun.sort((a, b) => a.length - b.length);
  return (best > 1 ? [...begun, ...near] : [...near, ...begun]).slice(0, 3);
}

/** The nearest words as a suggestion, `a or b`; `undefined` if none is near. */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  return quoted(nearest(word, known));
}

/** Words as `'a' or 'b'`; `undefined` if there are none. */
export function quoted(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : words.map((word) => `'${word}'`).join(' or ');
}
