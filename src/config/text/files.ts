/**
 * How the loader gets at text and at what else a configuration can ask for. The real one, on
 * node:fs, is `process/config-files.ts`; tests bring their own, so that this folder does no I/O.
 */
export interface ConfigFiles {
  /** The whole text of a file, or why it cannot be had. */
  read(path: string): string | Error;
  /**
   * The files that an `include` pattern names.
   *
   * @param pattern a path with `*`, `?`, `[...]` and `{a,b}`; relative ones start from the folder
   *   of `relativeTo`.
   * @param relativeTo the path of the file that includes.
   * @returns what is there and what is not, or an error if the pattern names too much.
   */
  glob(pattern: string, relativeTo: string): Matches | Error;
  /** The absolute path of the folder that a file is in: `${_PWD}`. */
  folderOf(path: string): string;
  /** A variable of the process's environment: `${_ENV name}`. */
  variable(name: string): string | undefined;
  /** A number from 0 up to and without 1: `${_RANDOM}` without a `random_seed`. */
  random(): number;
}

/** What came of an `include` pattern. */
export interface Matches {
  /** Paths that exist, folders among them: in the order of the braces, then sorted. */
  readonly files: readonly string[];
  /** Paths without wildcards that are not there, and folders to look in that are not. */
  readonly missing: readonly string[];
}

/**
 * Files held in memory: exact names, `*` within one name, `{a,b}` without nesting. For tests and for
 * text from elsewhere.
 */
export function memoryFiles(
  texts: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>> = {},
): ConfigFiles {
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);
  return {
    read: (path) => texts[path] ?? new Error('no such file'),
    glob(pattern, relativeTo) {
      const files: string[] = [];
      const missing: string[] = [];
      for (const one of alternatives(pattern)) {
        const wanted = one.startsWith('/') ? one : folderOf(relativeTo) + one;
        const parts = wanted.split('*');
        const found = Object.keys(texts).filter((path) => matches(path, parts));
        files.push(...found.sort());
        if (found.length === 0 && parts.length === 1) missing.push(one);
      }
      return { files, missing };
    },
    folderOf: (path) => folderOf(path).slice(0, -1),
    variable: (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    random: () => 0,
  };
}

function alternatives(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (!match) return [pattern];
  const [, before = '', inside = '', after = ''] = match;
  return inside.split(',').map((part) => before + part + after);
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
