/** What this process may do for its scripts. A unit of systemd or a container can have taken it away. */
import { readFileSync } from 'node:fs';

/** linux/capability.h */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;

let changesUser: boolean | undefined;

/** Whether a script can be run as another user (CAP_SETUID and CAP_SETGID, capabilities(7)). */
export function mayChangeUser(): boolean {
  changesUser ??= hasAll(CAP_SETGID, CAP_SETUID);
  return changesUser;
}

function hasAll(...capabilities: readonly bigint[]): boolean {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return capabilities.every((capability) => ((effective >> capability) & 1n) === 1n);
}
