/** Key files on disk. Read by the supervisor only, when it reads a configuration. */
import { constants, readFileSync, statSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import type { KeyFile } from '../config/check/hmac-keys.js';

/** More than any key has. */
const MAX_BYTES = 4096;

/** Reads a key file; an error says why it cannot be had. */
export function readKeyFile(path: string): KeyFile | Error {
  try {
    const { mode, size } = statSync(path);
    // What is no regular file may never end.
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) return new Error(`${path} is no file`);
    if (size > MAX_BYTES) return new Error(`${path} is too large for a key`);
    return { text: readFileSync(path, 'utf8'), isShared: (mode & 0o077) !== 0 };
  } catch (error) {
    return error instanceof Error ? error : new Error(messageOf(error));
  }
}
