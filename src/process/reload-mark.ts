/** The file that is there while a reload reads the configuration (`reload_file`). */
import { closeSync, constants, openSync, rmSync } from 'node:fs';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;

/** Creates the file, or makes it empty. Throws the file system's error. */
export function setReloadMark(path: string): void {
  closeSync(openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644));
}

/** Removes it; one that is not there is no error. */
export function removeReloadMark(path: string): void {
  rmSync(path, { force: true });
}
