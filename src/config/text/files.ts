/**
 * How the loader gets at text. The real one, on node:fs, is `process/config-files.ts`; tests bring
 * their own, so that this folder does no I/O.
 */
export interface ConfigFiles {
  /** The whole text of a file, or why it cannot be had. */
  read(path: string): string | Error;
  /**
   * The files that an `include` pattern names, sorted; none if nothing matches.
   *
   * @param pattern a path with `*`, `?`, `[...]` and `{a,b}`; relative ones start from the folder
   *   of `relativeTo`.
   * @param relativeTo the path of the file that includes.
   */
  glob(pattern: string, relativeTo: string): readonly string[];
}

/** Files held in memory: exact names, `*` within one name. For tests and for text from elsewhere. */
export function memoryFiles(texts: Readonly<Record<string, string>>): ConfigFiles {
  return {
    read: (path) => texts[path] ?? new Error('no such file'),
    glob(pattern, relativeTo) {
      const folder = relativeTo.slice(0, relativeTo.lastIndexOf('/') + 1);
      const wanted = pattern.startsWith('/') ? pattern : folder + pattern;
      const parts = wanted.split('*');
      return Object.keys(texts)
        .filter((path) => matches(path, parts))
        .sort();
    },
  };
}

function matches(path: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return path === first;
  if (!path.startsWith(first)) return false;
  for (let end = first.length; end <= path.length; end++) {
    if (matches(path.slice(end), rest)) return true;
    if (path[end] === '/') return false;
  }
  return false;
}
