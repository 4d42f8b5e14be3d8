/** `tandem config show`: the configuration as it is understood. */
import { renderDiagnostics, renderSummary } from '../config/diagnostics/render.js';
import { jsonLine, renderAnnotated } from '../config/dump/annotated.js';
import { dumpLines } from '../config/dump/index.js';
import type { Config } from '../config/model/index.js';
import { loadFile } from '../process/configuration.js';
import { DEFAULT_CONFIG_FILE } from './arguments.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { EXIT } from './exit-codes.js';
import { wantsColor } from './terminal.js';

/** Prints the effective model with origins, secrets hidden; returns the exit code. */
export async function showCommand({
  values,
}: CommandLine<(typeof COMMANDS)['config show']['options']>): Promise<number> {
  const path = values.file ?? DEFAULT_CONFIG_FILE;
  const config = await loadOrComplain(path, values.id);
  if (!config) return EXIT.configuration;
  const blocks = dumpLines(config);
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ file: path, blocks: blocks.map(jsonLine) }, null, 2)}\n`
      : renderAnnotated(blocks),
  );
  return EXIT.ok;
}

/** The model of a file, as the daemon would run it; without one, its errors are on standard error. */
export async function loadOrComplain(
  path: string,
  configId: string | undefined,
): Promise<Config | undefined> {
  const { config, diagnostics, sources, secrets } = await loadFile(path, { configId }, 'start');
  if (config) return config;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const color = wantsColor(process.stderr, process.env);
  process.stderr.write(
    `${renderDiagnostics(errors, sources, { color, secrets })}${renderSummary(errors)}\n`,
  );
  return undefined;
}
