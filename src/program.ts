/**
 * Where the program lies. The build puts modules together into fewer files (test/support/bundle.mjs):
 * a path that is relative to this file must be right from `dist/src` and from `dist/chunks`.
 */
import { fileURLToPath } from 'node:url';

/** The entry of the daemon's processes, for `fork` and `spawn`. */
export const MAIN = fileURLToPath(new URL('../src/main.js', import.meta.url));
