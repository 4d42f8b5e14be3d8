/**
 * `npm run bench -- NAME`: measures one thing beside what it is compared with, in the same run.
 *
 * A benchmark is a file `NAME.mjs` here that exports `run(args)`.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [name = '', ...args] = process.argv.slice(2);
const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
if (!/^[a-z-]+$/.test(name) || name === 'run' || !existsSync(file)) {
  console.error('usage: npm run bench -- NAME [OPTIONS]; there is: config, ipvs, start, vrrp');
  process.exit(2);
}
const { run } = await import(file);
process.exitCode = await run(args);
