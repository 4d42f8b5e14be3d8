/**
 * Which IPVS services are the daemon's, in a file: so that those that left the configuration while no
 * process of it lived are found again. It is written before one is made; a key too many is no harm.
 */
import { readFileSync, rmSync } from 'node:fs';
import { writeFileAtomically } from './pidfile.js';

/** Writes the keys (`serviceKey`); the file goes with the last one. */
export function writeServiceRecord(path: string, keys: readonly string[]): void {
  if (keys.length === 0) rmSync(path, { force: true });
  else writeFileAtomically(path, `${JSON.stringify(keys)}\n`, 0o644);
}

/** Reads them; none without a file, or with one that makes no sense. */
export function readServiceRecord(path: string): readonly string[] {
  try {
    const keys: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}
