/** `tandem config diff`: what a reload would do. */
import { diffConfigs, isSame } from '../config/diff/index.js';
import { jsonDiff, renderDiff } from '../config/diff/render.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { DIFFERENT, EXIT } from './exit-codes.js';
import { loadOrComplain } from './show.js';

/** Prints what changes from one configuration to the other; the exit code is that of diff(1). */
export async function diffCommand({
  values,
  operands,
}: CommandLine<(typeof COMMANDS)['config diff']['options']>): Promise<number> {
  const [oldPath = '', newPath = ''] = operands;
  const old = await loadOrComplain(oldPath, values.id);
  const next = await loadOrComplain(newPath, values.id);
  if (!old || !next) return EXIT.configuration;
  const diff = diffConfigs(old, next);
  process.stdout.write(
    values.json ? `${JSON.stringify(jsonDiff(diff), null, 2)}\n` : renderDiff(diff),
  );
  return isSame(diff) ? EXIT.ok : DIFFERENT;
}
