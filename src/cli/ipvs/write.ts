/** Standard output as write(2) takes it. */
import { writeSync } from 'node:fs';

/** What a shell tells of a program that SIGPIPE ended, as it ends ipvsadm. */
export const BROKEN_PIPE = 141;
/** Between two attempts at a pipe that another process has made non-blocking and that is full. */
const PAUSE_MILLIS = 5;

/**
 * Writes all of it before it returns. Node's own stream would keep what a pipe does not take, and
 * takes long to load.
 */
export function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(BROKEN_PIPE);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MILLIS);
    }
  }
}
