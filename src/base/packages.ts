/**
 * How packages are loaded that are CommonJS modules. An `import` of one makes Node read its text twice,
 * the first time only to find its names. Of three packages that was a fifth of the memory that a checker
 * process touches until it is ready.
 */
import { createRequire } from 'node:module';

/** `require('koffi')`. In the program that is a CommonJS module itself there is no `import.meta`. */
export const require = createRequire(import.meta.url ?? __filename);
