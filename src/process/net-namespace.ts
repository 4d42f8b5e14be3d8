/**
 * `net_namespace`: the daemon runs in a network namespace that `ip netns add` has made. The supervisor
 * enters it before it opens anything, and its children are born there.
 */
import { closeSync, openSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { enterNetworkNamespace, SystemCallError } from '../packet-io/libc.js';

/** Where iproute2 keeps the names. */
const FOLDER = '/run/netns';

/** Whether this process is in the namespace of a name, or there is none of it. Needs no privilege. */
export function findNetNamespace(name: string): 'here' | 'elsewhere' | 'missing' {
  const [named, own] = [`${FOLDER}/${name}`, '/proc/self/ns/net'].map((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  if (!named) return 'missing';
  return named.dev === own?.dev && named.ino === own.ino ? 'here' : 'elsewhere';
}

/**
 * Enters a namespace by its name, for ever.
 *
 * @throws Error when there is none of that name, or without the privilege (setns(2)).
 */
export function enterNetNamespace(name: string): void {
  const fd = openSync(`${FOLDER}/${name}`, 'r');
  try {
    enterNetworkNamespace(fd);
  } catch (error) {
    const isForbidden = error instanceof SystemCallError && error.errno === constants.errno.EPERM;
    throw isForbidden ? new Error(`${error.message}: it takes CAP_SYS_ADMIN`) : error;
  } finally {
    closeSync(fd);
  }
}
