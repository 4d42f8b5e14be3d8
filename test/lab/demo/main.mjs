/**
 * Shows what tandem does, on a real kernel: sets up what is missing, boots the lab and runs the
 * demo in it.
 *
 *   npm run demo [-- nat|dr] [-- --director keepalived]
 */
import { prepare } from '../../support/prepare.mjs';
import { labAvailability, runInLabKernel } from '../kernel/boot.mjs';

const LIMIT = 300_000;

const words = process.argv.slice(2);
const at = words.indexOf('--director');
const product = at < 0 ? 'tandem' : words.splice(at, 2)[1];
const topology = words[0] ?? 'nat';
if (!['nat', 'dr'].includes(topology) || !['tandem', 'keepalived'].includes(product)) {
  console.error('usage: npm run demo [-- nat|dr] [--director tandem|keepalived]');
  process.exit(2);
}

try {
  prepare({ lab: true });
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const { available, reason } = labAvailability();
if (!available) {
  console.error(`The demo cannot run here: ${reason}`);
  process.exit(1);
}
console.log(`\ntandem, forwarding by ${topology.toUpperCase()}, on ${reason}.`);
const { code, problem } = await runInLabKernel({
  command: ['node', 'dist/test/lab/demo/show.js', topology, product],
  timeoutMs: LIMIT,
});
if (problem) console.error(problem);
process.exit(code);
