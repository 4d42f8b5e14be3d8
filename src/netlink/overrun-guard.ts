/**
 * Keeps a full receive buffer from raising ENOBUFS, and finds losses by the kernel's own count.
 * The options that this needs are set by file descriptor, which the package `netlink` does not
 * tell: it is found by the socket's port.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { viewOf } from '../base/bytes.js';
import { LITTLE_ENDIAN } from './attributes.js';
import { NetlinkError } from './errors.js';

/** setsockopt(2) and getsockopt(2), which Node does not offer. Both throw what the calls give. */
export interface SocketOptions {
  set(fd: number, level: number, option: number, value: Uint8Array): void;
  /** @returns the option's value, at most `length` bytes. */
  get(fd: number, level: number, option: number, length: number): Uint8Array;
}

export interface OverrunGuard {
  /** The socket's descriptor. */
  readonly fd: number;
  /** Whether datagrams were lost since the last call (or since the guard was made). */
  hasLost(): boolean;
}

/** linux/netlink.h, asm-generic/socket.h, linux/sock_diag.h */
const SOL_NETLINK = 270;
const NETLINK_NO_ENOBUFS = 5;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SK_MEMINFO_DROPS = 8;

/** A burst of notifications may be this large while the event loop stands still. */
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/**
 * Guards an open netlink socket of this process.
 *
 * @param port the socket's own (nl_pid).
 * @throws {NetlinkError} the descriptor cannot be found, or what `options.set` gives.
 */
export function overrunGuard(options: SocketOptions, protocol: number, port: number): OverrunGuard {
  const fd = findDescriptor(protocol, port);
  options.set(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, int(1));
  try {
    // Beyond net.core.rmem_max; needs CAP_NET_ADMIN in the first user namespace.
    options.set(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(RECEIVE_BUFFER));
  } catch {
    // Then losses come earlier, and are found all the same.
  }
  const drops = (): number => {
    const info = options.get(fd, SOL_SOCKET, SO_MEMINFO, 4 * (SK_MEMINFO_DROPS + 1));
    if (info.length < 4 * (SK_MEMINFO_DROPS + 1)) return 0;
    return viewOf(info).getUint32(4 * SK_MEMINFO_DROPS, LITTLE_ENDIAN);
  };
  let seen = drops();
  return {
    fd,
    hasLost() {
      const now = drops();
      const lost = now !== seen;
      seen = now;
      return lost;
    },
  };
}

function findDescriptor(protocol: number, port: number): number {
  // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
  const row = readFileSync('/proc/thread-self/net/netlink', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find((words) => Number(words[1]) === protocol && Number(words[2]) === port);
  const name = `socket:[${row?.[9]}]`;
  for (const entry of row ? readdirSync('/proc/self/fd') : []) {
    try {
      if (readlinkSync(`/proc/self/fd/${entry}`) === name) return Number(entry);
    } catch {
      // Closed meanwhile.
    }
  }
  throw new NetlinkError('NETLINK_SOCKET', 'guard socket', 0, `no descriptor has port ${port}`);
}

function int(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setInt32(0, value, LITTLE_ENDIAN);
  return bytes;
}
