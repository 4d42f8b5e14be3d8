/** The checkout's own files, as the rules want them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/root.js';
import type { SourceFile } from './rules.js';

/** TypeScript files below some folders of the checkout. */
export function sourceFiles(...folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => {
    const top = path.join(ROOT, folder);
    if (!existsSync(top)) return [];
    return readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:ts|mjs)$/.test(entry.name))
      .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
      .sort()
      .map((name) => ({ name, text: readFileSync(path.join(ROOT, name), 'utf8') }));
  });
}

/** Names of the files that git tracks; undefined where this is no git checkout. */
export function trackedFiles(): string[] | undefined {
  try {
    const output = execFileSync('git', ['ls-files', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.split('\0').filter((name) => name !== '' && existsSync(path.join(ROOT, name)));
  } catch {
    return undefined;
  }
}

/** A file of the checkout as text; undefined if it is not there. */
export function readText(name: string): string | undefined {
  const file = path.join(ROOT, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
