/** Configuration files on disk: what `include` patterns name, and their text. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { ConfigFiles } from '../config/text/files.js';

/** More alternatives than this in one pattern's braces are not looked for. */
const MAX_ALTERNATIVES = 4096;

/** Reads synchronously: configurations are read by the supervisor only, before it forks or reloads. */
export const diskFiles: ConfigFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
  },
  glob(pattern, relativeTo) {
    const found = new Set<string>();
    for (const alternative of expandBraces(pattern)) {
      for (const path of expandPattern(resolve(dirname(relativeTo), alternative))) found.add(path);
    }
    return [...found].sort();
  },
};

/** The names of a path whose components may be patterns; files only, no folders. */
function expandPattern(pattern: string): string[] {
  let paths = ['/'];
  for (const part of pattern.split('/').filter((component) => component !== '')) {
    paths = paths.flatMap((folder) => matchIn(folder, part));
  }
  return paths.filter(isFile);
}

function matchIn(folder: string, part: string): string[] {
  const join = (name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);
  if (!/[*?[]/.test(part)) return [join(part)];
  const expression = toExpression(part);
  try {
    return readdirSync(folder)
      .filter((name) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map(join);
  } catch {
    // No such folder: nothing matches.
    return [];
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

/** `a{b,c}` to `ab` and `ac`; nested as in csh. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
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
      const parts = bounds.slice(1).map((end, i) => pattern.slice((bounds[i] as number) + 1, end));
      const expanded = parts.flatMap((part) => expandBraces(before + part + after));
      return expanded.slice(0, MAX_ALTERNATIVES);
    }
  }
  return [pattern];
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
