/**
 * Compiles src/ and test/ into dist/ when a source has changed since the last good build, removes
 * what sources that are gone have left there, and bundles the two programs. `--force` does so in any
 * case.
 *
 *   node test/support/build.mjs [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUNDLES, bundle } from './bundle.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = path.join(ROOT, 'dist');
const BUNDLE = 'test/support/bundle.mjs';
const STAMP = path.join(DIST, '.tandem-stamp');

/**
 * @returns {boolean} whether anything was compiled.
 * @throws {Error} when the compiler finds an error; its words are on standard output.
 */
export function build({ force = false } = {}) {
  const sources = ['src', 'test'].flatMap((folder) => filesUnder(folder, /\.ts$/));
  const now = stamp(sources);
  if (!force && isBuilt(now)) return false;
  console.log('Building (tsc)');
  removeOrphans(sources);
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', ROOT], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.status !== 0) {
    rmSync(STAMP, { force: true });
    throw new Error('The build failed.');
  }
  bundle();
  writeFileSync(STAMP, now);
  return true;
}

/** Whether dist/ is what a whole build of these sources has left: the compiler alone bundles nothing. */
function isBuilt(now) {
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== now) return false;
  const { mtimeMs } = statSync(STAMP);
  if (existsSync(path.join(DIST, 'src/tandem-ipvs.js'))) return false;
  return BUNDLES.every((file) => {
    const bundled = statSync(path.join(DIST, file), { throwIfNoEntry: false });
    return bundled !== undefined && bundled.mtimeMs <= mtimeMs;
  });
}

function stamp(sources) {
  const hash = createHash('sha256');
  for (const file of [...sources, 'tsconfig.json', 'package-lock.json', BUNDLE]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(ROOT, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** A test whose source was renamed or deleted must not run on. */
function removeOrphans(sources) {
  const living = new Set(sources.map((file) => file.slice(0, -'.ts'.length)));
  for (const file of ['dist/src', 'dist/test'].flatMap((folder) => filesUnder(folder, /\.js$/))) {
    if (living.has(file.slice('dist/'.length, -'.js'.length))) continue;
    rmSync(path.join(ROOT, file), { force: true });
    rmSync(path.join(ROOT, `${file}.map`), { force: true });
  }
}

/** Files below a folder of the checkout whose names match, as paths from its root. */
function filesUnder(folder, name) {
  const top = path.join(ROOT, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    build({ force: process.argv.includes('--force') });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
