/**
 * Files of tests that failed are run once more by themselves. A machine that is busy with something else
 * for a while only ever makes a test of real processes fail: what fails a second time has failed. Plain
 * JavaScript, used before anything is built.
 */

/** More files than this do not fail because of noise. */
const MAX_REPEATED = 4;

export const NOTHING = { passed: 0, failed: 0, skipped: 0 };

/**
 * Runs files of tests, and those that failed again.
 *
 * @param {readonly string[]} files source paths.
 * @param {(files: readonly string[]) => Promise<Counts>} runOnce what test/support/reporter.ts counts, or
 *   without `files` if the run failed as a whole.
 * @param {(file: string) => string} built the path of a file as mocha knows it.
 * @param {(files: readonly string[]) => void} announce told what is run again.
 * @returns {Promise<Counts>} the counts of the last run of each file; `reason` says what was run again.
 *
 * @typedef {{passed: number, failed: number, skipped: number, reason?: string,
 *   files?: Record<string, {passed: number, failed: number, skipped: number}>,
 *   failures?: readonly {file: string, title: string, message: string, isFirstTry?: boolean}[]}} Counts
 */
export async function runAndTryAgain(files, runOnce, built, announce) {
  const counts = await runOnce(files);
  const failed = files.filter((file) => counts.files?.[built(file)]?.failed > 0);
  if (failed.length === 0 || failed.length > MAX_REPEATED) return counts;
  announce(failed);
  const again = await runOnce(failed);
  if (!again.files) return again;
  const before = (counts.failures ?? []).map((failure) => ({ ...failure, isFirstTry: true }));
  const result = { ...counts, failures: [...before, ...(again.failures ?? [])] };
  for (const file of failed) {
    const [first, second] = [counts.files[built(file)], again.files[built(file)] ?? NOTHING];
    for (const key of Object.keys(NOTHING)) result[key] += second[key] - first[key];
  }
  if (again.failed > 0) result.failed = Math.max(result.failed, 1);
  result.reason = `tried again: ${failed.join(', ')}`;
  return result;
}
