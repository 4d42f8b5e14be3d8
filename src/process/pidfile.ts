/** Files that hold a process id, as keepalived writes them for the scripts that read them. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes `pid` to a file, whole or not at all. Throws the file system's error. */
export function writePidFile(path: string, pid: number): void {
  writeFileAtomically(path, `${pid}\n`);
}

/** Removes a pid file; one that is not there is no error. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** The living process that a pid file names, `undefined` if there is none (a stale file included). */
export function runningPid(path: string): number | undefined {
  let pid: number;
  try {
    pid = Number(readFileSync(path, 'utf8').trim());
  } catch {
    return undefined;
  }
  if (!Number.isInteger(pid) || pid <= 1 || pid === process.pid) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined;
  }
}

/**
 * Replaces a file in one step, so that a reader sees the old or the new text.
 *
 * @param mode of the new file; 0o600 for what others must not read.
 */
export function writeFileAtomically(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text, { mode });
  renameSync(temporary, path);
}
