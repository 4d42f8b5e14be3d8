/** Numbers of several runs, and how they are written. */

/** The value below which a share (0 to 1) of some numbers lies; NaN of none. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((x, y) => x - y);
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[at] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** `median / worst` in milliseconds. */
export function medianAndWorst(numbers: readonly number[]): string {
  return `${median(numbers).toFixed(2)} / ${Math.max(...numbers).toFixed(2)} ms`;
}

/** One measured quantity of one product. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

/** A Markdown table: a line for each quantity, a column for each product. */
export function table(columns: ReadonlyMap<string, readonly Row[]>): string {
  const names = [...columns.keys()];
  const quantities = [...new Set([...columns.values()].flat().map(({ what }) => what))];
  const lines = quantities.map((what) => {
    const cells = names.map(
      (name) => columns.get(name)?.find((row) => row.what === what)?.value ?? '',
    );
    return `| ${[what, ...cells].join(' | ')} |`;
  });
  return [`| | ${names.join(' | ')} |`, `|${' --- |'.repeat(names.length + 1)}`, ...lines].join(
    '\n',
  );
}
