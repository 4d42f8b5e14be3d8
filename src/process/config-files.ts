/** Configuration files on disk: what `include` patterns name, and their text. */
import { constants, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { ConfigFiles } from '../config/text/files.js';

/** Alternatives in one pattern's braces; more is an error. */
const MAX_ALTERNATIVES = 4096;

/** Reads synchronously: configurations are read by the supervisor only, before it forks or reloads. */
export const diskFiles: ConfigFiles = {
  read(path) {
    try {
      const { mode } = statSync(path);
      // What is no regular file may never end, and keepalived reads no executable one.
      if ((mode & constants.S_IFMT) === constants.S_IFDIR) return new Error('it is a folder');
      if ((mode & constants.S_IFMT) !== constants.S_IFREG)
        return new Error('it is no regular file');
      if ((mode & 0o111) !== 0) {
        return new Error('it is executable, which a configuration must not be (chmod a-x)');
      }
      // Not read as text at once: that grows a buffer step by step, which touches twice the memory.
      return readFileSync(path).toString('utf8');
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  },
  glob(pattern, relativeTo) {
    const expanded = expandBraces(pattern);
    if (expanded.length > MAX_ALTERNATIVES) {
      return new Error(`its braces stand for more than ${MAX_ALTERNATIVES} names`);
    }
    const found: { files: string[]; missing: string[] } = { files: [], missing: [] };
    for (const alternative of expanded) {
      expandPattern(resolve(dirname(relativeTo), alternative), alternative, found);
    }
    return found;
  },
  folderOf(path) {
    const folder = resolve(dirname(path));
    try {
      return realpathSync(folder);
    } catch {
      return folder;
    }
  },
  variable: (name) => process.env[name],
  random: Math.random,
};

/** Files of the disk of which each is read once: what is looked at twice is the same text. */
export function filesReadOnce(): ConfigFiles {
  const texts = new Map<string, string | Error>();
  const read = (path: string): string | Error => {
    const text = texts.get(path) ?? diskFiles.read(path);
    texts.set(path, text);
    return text;
  };
  return { ...diskFiles, read };
}

/** The names of a path whose components may be patterns. */
function expandPattern(
  pattern: string,
  written: string,
  found: { readonly files: string[]; readonly missing: string[] },
): void {
  let paths = ['/'];
  let isMissing = false;
  for (const part of pattern.split('/').filter((component) => component !== '')) {
    const matched = paths.map((folder) => matchIn(folder, part));
    isMissing ||= matched.length > 0 && matched.every((names) => names === undefined);
    paths = matched.flatMap((names) => names ?? []);
  }
  const there = paths.filter(existsSync);
  if (there.length === 0 && (isMissing || paths.length > 0)) found.missing.push(written);
  found.files.push(...there.sort());
}

/** `undefined`: there is no such folder to look in. */
function matchIn(folder: string, part: string): string[] | undefined {
  const join = (name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);
  if (!/[*?[]/.test(part)) return [join(part)];
  const expression = toExpression(part);
  try {
    return readdirSync(folder)
      .filter((name) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map(join);
  } catch {
    return undefined;
  }
}

/** A shell pattern of one component as a regular expression. */
function toExpression(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[\s\S]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token.length > 1) return token.replace(/\\/g, '\\\\').replace(/^\[!/, '[^');
    return token.replace(/[\\^$.|+(){}[\]/]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source}$`);
  } catch {
    // A set that is none ([z-a]) matches nothing.
    return /^(?!)/;
  }
}

/** `a{b,c}` to `ab` and `ac`; nested as in csh. Stops a little above {@link MAX_ALTERNATIVES}. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const todo = [pattern];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const parts = firstBraces(next);
    if (parts) todo.push(...parts.reverse());
    else done.push(next);
    if (done.length + todo.length > MAX_ALTERNATIVES) return [...done, ...todo];
  }
  return done;
}

/** A pattern with its first braces resolved; `undefined` if it has none. */
function firstBraces(pattern: string): string[] | undefined {
  const open = pattern.indexOf('{');
  if (open < 0) return undefined;
  let depth = 0;
  const commas: number[] = [];
  for (let at = open; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '{') depth++;
    if (char === ',' && depth === 1) commas.push(at);
    if (char === '}' && --depth === 0) {
      const bounds = [open, ...commas, at];
      const before = pattern.slice(0, open);
      const after = pattern.slice(at + 1);
      return bounds
        .slice(1)
        .map((end, i) => before + pattern.slice((bounds[i] as number) + 1, end) + after);
    }
  }
  return undefined;
}
