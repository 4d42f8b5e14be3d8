/**
 * When a packet came. A process that others hold up reads it late, and what is counted from it would be late
 * as well. The kernel notes the instant for sockets that have been asked once (SIOCGSTAMPNS, socket(7)).
 */
import { nativeFunction } from './libc.js';

/** asm-generic/sockios.h, of 64-bit machines: a struct timespec of two longs. */
const SIOCGSTAMPNS = 0x8907;
/** linux/time.h; what the kernel notes is of this clock. */
const CLOCK_REALTIME = 0;

const ioctlCall = nativeFunction('libc', 'int ioctl(int fd, unsigned long request, void *value)');
const clockCall = nativeFunction('libc', 'int clock_gettime(int clock, void *value)');

const noted = Buffer.alloc(16);
const current = Buffer.alloc(16);

/**
 * How long ago the packet came that was read last from a socket, in µs; 0 when it is not known, which it is
 * not the first time. The kernel begins to note instants a moment after it was first asked, from a work queue
 * (net_enable_timestamp(), net/core/dev.c): until then the age is as good as 0. A step of the wall clock
 * meanwhile counts as time, and may make it negative.
 */
export function packetAge(fd: number): number {
  if (ioctlCall(fd, SIOCGSTAMPNS, noted) !== 0) return 0;
  if (clockCall(CLOCK_REALTIME, current) !== 0) return 0;
  const seconds = current.readUInt32LE(0) - noted.readUInt32LE(0);
  const nanos = current.readUInt32LE(8) - noted.readUInt32LE(8);
  return seconds * 1_000_000 + Math.trunc(nanos / 1_000);
}
