/** The names that this machine has for routing tables, scopes and the like: iproute2's files. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { NAME_KINDS, type NameKind, parseNames, type RoutingNames } from '../config/names.js';

/** Where iproute2 keeps them; a file of the first folder hides that of the others. */
const FOLDERS = ['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2'];

/** A larger file is none of these. */
const MAX_BYTES = 1 << 20;
/** How many files of a folder are read. */
const MAX_FILES = 256;

/**
 * Reads all of them: `NAME`, and `NAME.d/*.conf` beside it. What cannot be read has no names.
 *
 * @param folders those of iproute2, the one that counts first.
 */
export function readRoutingNames(folders: readonly string[] = FOLDERS): RoutingNames {
  const names: Partial<Record<NameKind, Map<string, number>>> = {};
  for (const kind of Object.keys(NAME_KINDS) as NameKind[]) {
    const found = new Map<string, number>();
    for (const file of filesOf(NAME_KINDS[kind].file, folders)) {
      parseNames(kind, readText(file), found);
    }
    names[kind] = found;
  }
  return names;
}

function filesOf(name: string, folders: readonly string[]): string[] {
  const main = folders.map((folder) => path.join(folder, name)).find(isFile);
  const parts = new Map<string, string>();
  for (const folder of folders) {
    for (const part of confFiles(path.join(folder, `${name}.d`))) {
      if (!parts.has(path.basename(part))) parts.set(path.basename(part), part);
    }
  }
  return [...(main === undefined ? [] : [main]), ...parts.values()];
}

function confFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
      .sort()
      .slice(0, MAX_FILES)
      .map((name) => path.join(folder, name));
  } catch {
    return [];
  }
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    return size > MAX_BYTES ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
