import { fileURLToPath } from 'node:url';

/** The checkout's root folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
