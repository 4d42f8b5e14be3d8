/**
 * What `tandem realserver up` has changed on this machine, in a file: so that another run can undo it.
 * A boot undoes everything by itself, so a record of an earlier one is no record.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { TandemError } from '../../base/errors.js';
import { type Changes, isUnchanged, NO_CHANGES } from '../../kernel/real-server/model.js';
import { writeFileAtomically } from '../pidfile.js';

const FORMAT = 1;

/** Writes it before anything is changed; it goes when there is nothing to undo. Throws what the file system says. */
export function writeRecord(path: string, changes: Changes): void {
  if (isUnchanged(changes)) rmSync(path, { force: true });
  else writeFileAtomically(path, `${JSON.stringify({ format: FORMAT, in: kernel(), changes })}\n`);
}

/**
 * Reads it; nothing without a file, or with one of another boot or network namespace.
 *
 * @throws TandemError `REAL_SERVER_RECORD_UNREADABLE`
 */
export function readRecord(path: string): Changes {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_CHANGES;
    throw unreadable(path, `Cannot read ${path}`, error);
  }
  try {
    const record = JSON.parse(text) as { format: number; in: string; changes: Changes };
    if (record.format !== FORMAT || !isChanges(record.changes)) throw new Error('unknown format');
    return record.in === kernel() ? record.changes : NO_CHANGES;
  } catch (error) {
    throw unreadable(path, `${path} is damaged`, error);
  }
}

function isChanges(value: Changes): boolean {
  return (
    Array.isArray(value.addresses) &&
    Array.isArray(value.guePorts) &&
    typeof value.settings === 'object' &&
    typeof value.tunnels === 'object'
  );
}

function unreadable(path: string, message: string, cause: unknown): TandemError {
  return new TandemError('REAL_SERVER_RECORD_UNREADABLE', message, { path }, cause);
}

/** This boot (proc(5) boot_id) and this network namespace. */
function kernel(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return `${boot} ${readlinkSync('/proc/self/ns/net')}`;
}
