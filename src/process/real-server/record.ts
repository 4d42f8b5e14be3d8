/**
 * What `tandem realserver up` has changed on this machine, in a file: so that another run can undo it.
 * A boot undoes everything by itself, so a record of an earlier one is no record. Each network namespace
 * has a file of its own: it is a machine by itself.
 */
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { TandemError } from '../../base/errors.js';
import { type Changes, isUnchanged, NO_CHANGES } from '../../kernel/real-server/model.js';
import { writeFileAtomically } from '../pidfile.js';

const FORMAT = 1;

/**
 * Writes it before anything is changed; it goes when there is nothing to undo.
 *
 * @param path without the namespace: `/run/tandem/real-server.json`.
 * @throws what the file system says.
 */
export function writeRecord(path: string, changes: Changes): void {
  const file = ofThisNamespace(path);
  if (isUnchanged(changes)) rmSync(file, { force: true });
  else writeFileAtomically(file, `${JSON.stringify({ format: FORMAT, boot: boot(), changes })}\n`);
}

/**
 * Reads it; nothing without a file, or with one of another boot.
 *
 * @param path without the namespace.
 * @throws TandemError `REAL_SERVER_RECORD_UNREADABLE`
 */
export function readRecord(path: string): Changes {
  const file = ofThisNamespace(path);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NO_CHANGES;
    throw unreadable(file, `Cannot read ${file}`, error);
  }
  try {
    const record = JSON.parse(text) as { format: number; boot: string; changes: Changes };
    if (record.format !== FORMAT || !isChanges(record.changes)) throw new Error('unknown format');
    return record.boot === boot() ? record.changes : NO_CHANGES;
  } catch (error) {
    throw unreadable(file, `${file} is damaged`, error);
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

/** This boot, proc(5) boot_id. */
function boot(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/** `real-server-4026531840.json`: namespaces(7) have numbers. */
function ofThisNamespace(path: string): string {
  const number = /\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0] ?? '0';
  return path.replace(/(?=\.json$)/, `-${number}`);
}
