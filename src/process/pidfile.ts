/** Files that hold a process id, as keepalived writes them for the scripts that read them. */
import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes `pid` to a file, whole or not at all. Throws the file system's error. */
export function writePidFile(path: string, pid: number): void {
  writeFileAtomically(path, `${pid}\n`);
}

/** Removes a pid file; one that is not there is no error. */
export function removePidFile(path: string): void {
  rmSync(path, { force: true });
}

/** Removes a folder if nothing is in it. */
export function removeEmptyFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another daemon's files are in it, or it was never made.
  }
}

/**
 * The living process that a pid file names, `undefined` if there is none: a stale file, or one that has
 * ended and whose parent has not asked how (in a container nobody may ever ask).
 */
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
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  return hasEnded(pid) ? undefined : pid;
}

/** Whether it is a zombie, or dead (proc_pid_status(5)). Without /proc nobody can say: it lives. */
function hasEnded(pid: number): boolean {
  try {
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
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
