/** /proc as far as tracked processes need it: who runs, and as what. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import type { ProcessIdentity } from '../../tracking/process-match.js';

/** `PID (name) S`; a name has at most 15 bytes. */
const STAT_BYTES = 64;
const PID = /^\d+$/;

/** The ids of all processes. */
export function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => PID.test(name))
    .map(Number);
}

/**
 * Who a process is.
 *
 * @param commandBytes how much of its command line is of interest; 0: none.
 * @returns `undefined` if there is none (any more), or one that has ended and is not buried yet.
 */
export function identityOf(pid: number, commandBytes: number): ProcessIdentity | undefined {
  try {
    const stat = readStart(`/proc/${pid}/stat`, STAT_BYTES).toString();
    const end = stat.lastIndexOf(')');
    const state = stat[end + 2];
    if (end < 0 || state === 'Z' || state === 'X') return undefined;
    const name = stat.slice(stat.indexOf('(') + 1, end);
    if (commandBytes === 0) return { name, command: [] };
    const bytes = readStart(`/proc/${pid}/cmdline`, commandBytes);
    return { name, command: splitCommandLine(bytes) };
  } catch {
    return undefined;
  }
}

/** The words of a command line, each closed by a NUL; the last may be cut. */
function splitCommandLine(bytes: Buffer): string[] {
  if (bytes.length === 0) return [];
  const closed = bytes[bytes.length - 1] === 0 ? bytes.subarray(0, -1) : bytes;
  return closed.toString().split('\0');
}

function readStart(path: string, length: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
  } finally {
    closeSync(file);
  }
}
