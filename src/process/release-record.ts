/**
 * What must be withdrawn from this node if every process of the daemon dies at once: written before
 * the vrrp process hears of a configuration, read by `tandemd --release`. The kernel tells what of
 * it is really there.
 */
import { readFileSync, rmSync } from 'node:fs';
import { TandemError } from '../base/errors.js';
import { type InstanceSettings, PROTOCOL_DEFAULTS, type VrrpSettings } from '../vrrp/settings.js';
import { writeFileAtomically } from './pidfile.js';

const FORMAT = 1;

/** Writes the record for all of the given settings (the old and the new ones during a reload). */
export function writeReleaseRecord(path: string, ...settings: readonly VrrpSettings[]): void {
  const daemon = settings.map((s) => s.syncDaemon).findLast((d) => d !== undefined);
  const interfaces = settings.flatMap((s) => s.virtualInterfaces ?? []);
  const firewall = settings.map((s) => s.firewall).findLast((f) => f !== undefined);
  const { netNamespace, ipvsNamespace } = settings[0] ?? {};
  const merged: VrrpSettings = {
    instances: settings.flatMap((s) => s.instances),
    syncGroups: [],
    ...(interfaces.length > 0 ? { virtualInterfaces: interfaces } : {}),
    ...(firewall ? { firewall } : {}),
    ...(netNamespace === undefined ? {} : { netNamespace }),
    ...(ipvsNamespace === undefined ? {} : { ipvsNamespace }),
    ...(daemon ? { syncDaemon: daemon } : {}),
  };
  // It holds what signs the farewell: passwords and keys.
  const text = `${JSON.stringify({ format: FORMAT, settings: merged })}\n`;
  writeFileAtomically(path, text, 0o600);
}

/**
 * Reads the record; `undefined` if there is none.
 *
 * @throws TandemError `RELEASE_RECORD_UNREADABLE`
 */
export function readReleaseRecord(path: string): VrrpSettings | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TandemError('RELEASE_RECORD_UNREADABLE', `Cannot read ${path}`, { path }, error);
  }
  try {
    const record = JSON.parse(text) as { format: number; settings: VrrpSettings };
    const { instances } = record.settings;
    if (record.format !== FORMAT || !instances.every(isInstance)) throw new Error('unknown format');
    // A record of an earlier version may lack what has come since.
    return {
      ...record.settings,
      instances: instances.map((instance) => ({ ...PROTOCOL_DEFAULTS, ...instance })),
    };
  } catch (error) {
    throw new TandemError('RELEASE_RECORD_UNREADABLE', `${path} is damaged`, { path }, error);
  }
}

/** Removes the record after everything has been withdrawn. */
export function removeReleaseRecord(path: string): void {
  rmSync(path, { force: true });
}

function isInstance(value: InstanceSettings): boolean {
  return (
    typeof value.name === 'string' &&
    Array.isArray(value.virtualAddresses) &&
    Array.isArray(value.excludedAddresses)
  );
}
