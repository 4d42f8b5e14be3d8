/**
 * Puts the program's modules together into a few files, as Node takes longer to find and load 250
 * small ones than to run them (doc/design/0014). The entries take the place of the compiler's in
 * dist/src; what they share and what a role or command loads for itself goes to dist/chunks. The
 * compiler's other modules stay for the tests, and a compiler that is run by itself puts its own
 * entries back: a bundle is never older than the modules.
 */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The two programs. Below dist/, and below the checkout's root as `.ts`. */
const ENTRIES = ['src/main', 'src/tandem'];

/**
 * The daemon's children, one file each, which `src/main` loads: what they share with the programs would
 * be forty files that each start has to find.
 */
const ROLES = ['src/vrrp-main', 'src/checker-main'];

/**
 * `tandem ipvs`: one file, of CommonJS, because Node starts that faster: no second loader, and none
 * of what a module of Node only loads for those who ask (an ES module's import asks for all of it).
 * The compiler's own file goes, so that bin/tandem can tell which of the two is the newer.
 */
const ALONE = 'src/tandem-ipvs';

/** What a whole build leaves, below dist/. */
export const BUNDLES = [...[...ENTRIES, ...ROLES].map((entry) => `${entry}.js`), `${ALONE}.cjs`];

/** @throws {Error} what esbuild found wrong; it has printed it. */
export function bundle() {
  // Not at the top: this module is loaded before anything is installed.
  const { buildSync } = createRequire(import.meta.url)('esbuild');
  rmSync(path.join(ROOT, 'dist/chunks'), { recursive: true, force: true });
  const build = (entryPoints, options) =>
    buildSync({
      absWorkingDir: ROOT,
      entryPoints: entryPoints.map((entry) => `${entry}.ts`),
      outbase: '.',
      outdir: 'dist',
      bundle: true,
      platform: 'node',
      target: 'node20',
      // Modules of others have native parts or files of their own.
      packages: 'external',
      // Names and lines stay as they are: a stack trace can be read, and the map leads to the source.
      sourcemap: true,
      logLevel: 'warning',
      ...options,
    });
  const chunks = { chunkNames: 'chunks/[name]-[hash]', splitting: true };
  const roles = ROLES.map((role) => `./${path.basename(role)}.js`);
  for (const entry of ENTRIES) build([entry], { ...chunks, format: 'esm', external: roles });
  for (const role of ROLES) build([role], { format: 'esm' });
  build([ALONE], {
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    // base/packages.ts does without it there.
    logOverride: { 'empty-import-meta': 'silent' },
  });
  for (const ending of ['js', 'js.map']) {
    rmSync(path.join(ROOT, 'dist', `${ALONE}.${ending}`), { force: true });
  }
}
