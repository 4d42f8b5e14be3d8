/**
 * Opening sockets in a network namespace other than the process's own, without another process, and
 * their options.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import type { SocketOptions } from '../../src/netlink/overrun-guard.js';
import { getSocketOption, setSocketOption } from '../../src/packet-io/libc.js';

const CLONE_NEWNET = 0x4000_0000;
const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int kind)');

/** setsockopt(2) and getsockopt(2). */
export const socketOptions: SocketOptions = { set: setSocketOption, get: getSocketOption };

/**
 * Runs something with this thread in a named namespace (`ip netns`). A socket belongs to the
 * namespace in which it was made, for ever: so open what is needed, and use it anywhere.
 *
 * @param run what it does before its first `await` happens in the namespace.
 */
export function inNamespace<T>(name: string, run: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  const there = openSync(`/run/netns/${name}`, 'r');
  try {
    enter(there);
    return run();
  } finally {
    enter(home);
    closeSync(there);
    closeSync(home);
  }
}

function enter(fd: number): void {
  if (setns(fd, CLONE_NEWNET) !== 0) throw new Error(`setns: error ${koffi.errno()}`);
}
