/**
 * The good configurations that are mutated: each was taken by keepalived without a complaint, and
 * together they use its whole language.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../src/config/check/index.js';
import type { ConfigFiles } from '../../src/config/text/files.js';
import { diskFiles } from '../../src/process/config-files.js';
import { ROOT } from '../support/root.js';

export const GOOD_FOLDER = path.join(ROOT, 'test/corpus/config/good');

const PROGRAMS = new Set(['/bin/true', '/bin/echo', '/bin/cat', '/bin/grep']);
const ACCOUNTS = new Set(['root', 'nobody']);

/** The machine that the configurations are written for. */
export const MACHINE = {
  interfaces: ['lo', 'eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'eth5'],
  configId: 'director',
  processors: 2,
  isExecutable: (program: string) => PROGRAMS.has(program),
  accounts: {
    hasUser: (name: string) => ACCOUNTS.has(name),
    hasGroup: (name: string) => ACCOUNTS.has(name),
  },
} as const satisfies Environment;

/** A configuration: the file to begin with, and the texts of all its files by their paths. */
export interface Good {
  readonly name: string;
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
}

/** All good configurations, by name. */
export function goodConfigurations(): Good[] {
  const entries = readdirSync(GOOD_FOLDER, { recursive: true, withFileTypes: true });
  const texts = Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file, readFileSync(file, 'utf8')]),
  );
  const isMain = (file: string): boolean => path.dirname(file) === GOOD_FOLDER;
  const parts = Object.entries(texts).filter(([file]) => !isMain(file));
  return Object.entries(texts)
    .filter(([file]) => isMain(file))
    .map(([file, text]) => ({
      name: path.basename(file),
      main: file,
      files: { [file]: text, ...(/^include/m.test(text) ? Object.fromEntries(parts) : {}) },
    }));
}

/** The files on disk, but for one with another text, or gone. */
export function withFile(file: string, text: string | undefined): ConfigFiles {
  return {
    ...diskFiles,
    read(wanted) {
      if (wanted !== file) return diskFiles.read(wanted);
      return text ?? new Error('no such file or directory');
    },
    glob(pattern, relativeTo) {
      const found = diskFiles.glob(pattern, relativeTo);
      if (text !== undefined || found instanceof Error || !found.files.includes(file)) return found;
      const missing = /[*?[]/.test(pattern) ? found.missing : [...found.missing, pattern];
      return { files: found.files.filter((name) => name !== file), missing };
    },
  };
}
