/**
 * `node:crypto` for those who may never need it: an import loads it with the process, and with everything
 * in it, which takes as long as loading all of ours.
 */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
