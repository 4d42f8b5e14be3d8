/** The lines that diagnostics point at. */
import type { Position } from '../text/source.js';
import type { Diagnostic } from './diagnostics.js';

/** The texts that were read, by file name: for showing the line that a diagnostic points at. */
export type Sources = ReadonlyMap<string, string>;

/** How many definitions within definitions are shown with their lines. */
export const MAX_DEFINITIONS = 4;

/** The lines that diagnostics point at, by file and number, without line ends. */
export function linesPointedAt(
  diagnostics: readonly Diagnostic[],
  sources: Sources,
): Map<string, Map<number, string>> {
  const wanted = new Map<string, Set<number>>();
  for (const { at } of diagnostics) {
    let place: Position | undefined = at;
    for (let depth = 0; place && depth <= MAX_DEFINITIONS; depth++, place = place.definedAt) {
      const numbers = wanted.get(place.file);
      if (numbers) numbers.add(place.line);
      else wanted.set(place.file, new Set([place.line]));
    }
  }
  const found = new Map<string, Map<number, string>>();
  for (const [file, numbers] of wanted) {
    const text = sources.get(file);
    if (text !== undefined) found.set(file, pickLines(text, numbers));
  }
  return found;
}

function pickLines(text: string, numbers: ReadonlySet<number>): Map<number, string> {
  const lines = new Map<number, string>();
  let number = 1;
  // A byte order mark is no column.
  let start = text.startsWith('\ufeff') ? 1 : 0;
  for (;;) {
    const stop = text.indexOf('\n', start);
    if (numbers.has(number)) {
      const line = stop < 0 ? text.slice(start) : text.slice(start, stop);
      lines.set(number, line.replace(/\r$/, ''));
    }
    if (stop < 0 || lines.size === numbers.size) return lines;
    start = stop + 1;
    number++;
  }
}
