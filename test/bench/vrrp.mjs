/**
 * VRRP beside keepalived: how late a take-over is, what a hand-over and a fail-back cost a client, how
 * even adverts of 10 ms are, and many instances. Both products run in the same network namespaces of
 * this machine's own kernel, one after the other, in the same run.
 *
 *   npm run bench -- vrrp [CASE...] [--rounds N] [--seconds N] [--instances N]
 *                         [--product tandem|keepalived]
 *
 * CASE: take-over, hand-over, fail-back, pace, many, thousands, busy-pace; default all but the last two. Needs
 * root and keepalived.
 */
import { prepare } from '../support/prepare.mjs';

const LIMIT = 60 * 60_000;

export async function run(args) {
  prepare({ lab: true });
  // VRRP needs no IPVS, and another kernel's timers would be measured instead.
  process.env.TANDEM_LAB_KERNEL = 'native';
  const { runInLabKernel } = await import('../lab/kernel/boot.mjs');
  const { code, problem } = await runInLabKernel({
    command: ['node', 'dist/test/bench/vrrp/main.js', ...args],
    timeoutMs: LIMIT,
  });
  if (problem) console.error(problem);
  return code;
}
