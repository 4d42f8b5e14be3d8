/**
 * Puts the program's modules together into a few files, as Node takes longer to find and load 250
 * small ones than to run them (doc/design/0014). The two entries take the place of the compiler's in
 * dist/src; what they share and what a role or command loads for itself goes to dist/chunks. The
 * compiler's other modules stay for the tests, and a compiler that is run by itself puts its own
 * entries back: a bundle is never older than the modules.
 */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Below dist/, and below the checkout's root as `.ts`. */
export const ENTRIES = ['src/main', 'src/tandem', 'src/tandem-ipvs'];

/** Those that share nothing: a program's parts that others need as well would be files of their own. */
const ALONE = ['src/tandem-ipvs'];

/** @throws {Error} what esbuild found wrong; it has printed it. */
export function bundle() {
  // Not at the top: this module is loaded before anything is installed.
  const { buildSync } = createRequire(import.meta.url)('esbuild');
  rmSync(path.join(ROOT, 'dist/chunks'), { recursive: true, force: true });
  const build = (entries, chunks) =>
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: entries.map((entry) => `${entry}.ts`),
      outbase: '.',
      outdir: 'dist',
      chunkNames: `chunks/${chunks}[name]-[hash]`,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Modules of others have native parts or files of their own.
      packages: 'external',
      // Names and lines stay as they are: a stack trace can be read, and the map leads to the source.
      sourcemap: true,
      logLevel: 'warning',
    });
  build(
    ENTRIES.filter((entry) => !ALONE.includes(entry)),
    '',
  );
  build(ALONE, 'ipvs-');
}
