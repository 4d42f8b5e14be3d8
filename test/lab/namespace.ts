/**
 * Opening sockets in a network namespace other than the process's own, without another process, and
 * their options.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import type { SocketOptions } from '../../src/netlink/overrun-guard.js';

const CLONE_NEWNET = 0x4000_0000;
const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int kind)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int option, const void *value, uint32_t length)',
);
const getsockopt = libc.func(
  'int getsockopt(int fd, int level, int option, void *value, _Inout_ uint32_t *length)',
);

/** setsockopt(2) and getsockopt(2). */
export const socketOptions: SocketOptions = {
  set(fd, level, option, value) {
    if (setsockopt(fd, level, option, value, value.length) !== 0) {
      throw new Error(`setsockopt: error ${koffi.errno()}`);
    }
  },
  get(fd, level, option, length) {
    const value = new Uint8Array(length);
    const size = [length];
    if (getsockopt(fd, level, option, value, size) !== 0) {
      throw new Error(`getsockopt: error ${koffi.errno()}`);
    }
    return value.subarray(0, size[0]);
  },
};

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
