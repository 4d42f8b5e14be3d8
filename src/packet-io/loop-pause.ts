/**
 * Sleeping as libuv does, but to the microsecond: its own timers have a grain of a millisecond.
 */
import { nativeFunction } from './libc.js';

const ppollCall = nativeFunction(
  'libc',
  'int ppoll(void *fds, unsigned long count, const void *timeout, const void *mask)',
);
/** asm-generic/poll.h */
const POLLIN = 1;

/** Waits for an event loop without turning it. */
export type LoopPause = (micros: number) => boolean;

/**
 * Makes a function that sleeps as the event loop of this thread would, but to the microsecond and without
 * turning it: until time is up, or until there is something for the loop to read. It returns true when
 * time was up, and false also when it was interrupted: turn the loop, then ask again.
 *
 * libuv waits with one descriptor for all that it watches (uv_backend_fd); Node exports its functions for
 * addons.
 *
 * @returns undefined where it does not.
 */
export function loopPause(): LoopPause | undefined {
  let fd: number;
  try {
    const loop = nativeFunction('node', 'void *uv_default_loop()')();
    fd = Number(nativeFunction('node', 'int uv_backend_fd(void *loop)')(loop));
  } catch {
    return undefined;
  }
  if (fd < 0) return undefined;
  // struct pollfd: descriptor s32, events s16, those that came s16. struct timespec: two longs.
  const watched = Buffer.alloc(8);
  watched.writeInt32LE(fd, 0);
  watched.writeInt16LE(POLLIN, 4);
  const timeout = Buffer.alloc(16);
  return (micros) => {
    timeout.writeUInt32LE(Math.floor(micros / 1_000_000), 0);
    timeout.writeUInt32LE(Math.floor(micros % 1_000_000) * 1_000, 8);
    return ppollCall(watched, 1, timeout, null) === 0;
  };
}
