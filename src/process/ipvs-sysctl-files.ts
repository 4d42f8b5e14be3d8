/** The files of net.ipv4.vs of this process's network namespace, and the record of what they were. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { SavedSysctls, SysctlFiles } from '../kernel/ipvs-sysctls.js';
import { writeFileAtomically } from './pidfile.js';

const FOLDER = '/proc/sys/net/ipv4/vs';

/**
 * The files. Values are one line, their numbers divided by one blank.
 *
 * @param within runs a function in the network namespace that they are of.
 */
export function ipvsSysctlFiles(within: <T>(run: () => T) => T = (run) => run()): SysctlFiles {
  return {
    read(name) {
      try {
        const text = within(() => readFileSync(`${FOLDER}/${name}`, 'utf8'));
        return text.trim().split(/\s+/).join(' ');
      } catch {
        return undefined;
      }
    },
    write: (name, value) => within(() => writeFileSync(`${FOLDER}/${name}`, `${value}\n`)),
  };
}

/** Writes the record; the file goes when nothing is changed any more. */
export function writeSavedSysctls(path: string, saved: SavedSysctls): void {
  if (Object.keys(saved).length === 0) rmSync(path, { force: true });
  else writeFileAtomically(path, `${JSON.stringify(saved)}\n`, 0o644);
}

/** Reads it; nothing without a file, or with one that makes no sense. */
export function readSavedSysctls(path: string): SavedSysctls {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return Object.fromEntries(Object.entries(saved).filter(isSaved));
  } catch {
    return {};
  }
}

function isSaved(
  entry: [string, unknown],
): entry is [string, { readonly was: string; readonly set: string }] {
  const { was, set } = (entry[1] ?? {}) as { was?: unknown; set?: unknown };
  const isValue = (value: unknown): boolean => typeof value === 'string' && /^[\d -]+$/.test(value);
  return /^\w+$/.test(entry[0]) && isValue(was) && isValue(set);
}
