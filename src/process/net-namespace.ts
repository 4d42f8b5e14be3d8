/**
 * `net_namespace`: the daemon runs in a network namespace that `ip netns add` has made. The supervisor
 * enters it before it opens anything, and its children are born there.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { enterNetworkNamespace } from '../packet-io/libc.js';

/** Where iproute2 keeps the names. */
const FOLDER = '/run/netns';

/** Whether there is a namespace of that name. */
export function hasNetNamespace(name: string): boolean {
  return existsSync(`${FOLDER}/${name}`);
}

/**
 * Enters a namespace by its name, for ever.
 *
 * @throws Error when there is none of that name, SystemCallError without the privilege.
 */
export function enterNetNamespace(name: string): void {
  const fd = openSync(`${FOLDER}/${name}`, 'r');
  try {
    enterNetworkNamespace(fd);
  } finally {
    closeSync(fd);
  }
}
