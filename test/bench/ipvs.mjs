/**
 * A large IPVS table: made from empty, read, and found unchanged, by tandem, ipvsadm and keepalived one
 * after the other, in the lab's kernel, in the same run.
 *
 *   npm run bench -- ipvs [CASE...] [--services N] [--servers N] [--rounds N]
 *
 * CASE: ipvsadm, client, daemon, keepalived, command, list; default all. Needs what the lab needs.
 */
import { prepare } from '../support/prepare.mjs';

const LIMIT = 55 * 60_000;

export async function run(args) {
  prepare({ lab: true });
  const { runInLabKernel } = await import('../lab/kernel/boot.mjs');
  const { code, problem } = await runInLabKernel({
    command: ['node', 'dist/test/bench/ipvs/main.js', ...args],
    timeoutMs: LIMIT,
  });
  if (problem) console.error(problem);
  return code;
}
