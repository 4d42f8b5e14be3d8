/**
 * What settings of interfaces were before the vrrp process changed them, in a file: so that they can
 * be put back after a crash, by the next start or by `tandemd --release`.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { SavedSettings } from '../kernel/interface-settings.js';
import { writeFileAtomically } from './pidfile.js';

/** Writes them; the file goes when nothing is changed any more. */
export function writeSavedSettings(path: string, saved: SavedSettings): void {
  if (Object.keys(saved).length === 0) rmSync(path, { force: true });
  else writeFileAtomically(path, `${JSON.stringify(saved)}\n`, 0o644);
}

/** Reads them; none without a file, or with one that makes no sense. */
export function readSavedSettings(path: string): SavedSettings {
  try {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(saved).filter(
        (entry): entry is [string, number] => entry[0].includes('/') && Number.isInteger(entry[1]),
      ),
    );
  } catch {
    return {};
  }
}
