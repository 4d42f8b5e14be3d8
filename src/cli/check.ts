/** `tandem check`: everything that is wrong with a configuration. */
import { jsonReport } from '../config/diagnostics/json.js';
import {
  countDiagnostics,
  renderDiagnostics,
  renderSummary,
} from '../config/diagnostics/render.js';
import type { Judged } from '../config/load.js';
import { judgeFile } from '../process/configuration.js';
import { DEFAULT_CONFIG_FILE } from './arguments.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { EXIT } from './exit-codes.js';
import { wantsColor } from './terminal.js';

/** Loads as the daemon would and prints every diagnostic; returns the exit code. */
export async function checkCommand({
  values,
}: CommandLine<(typeof COMMANDS)['check']['options']>): Promise<number> {
  const path = values.file ?? DEFAULT_CONFIG_FILE;
  const loaded = await judgeFile(path, { configId: values.id });
  process.stdout.write(
    values.json
      ? renderJsonReport(path, loaded)
      : renderReport(loaded, wantsColor(process.stdout, process.env)),
  );
  return checkStatus(loaded, values.strict);
}

/** The exit code: errors always fail, warnings if asked. */
export function checkStatus({ diagnostics }: Judged, isStrict = false): number {
  const { errors, warnings } = countDiagnostics(diagnostics);
  return errors > 0 || (isStrict && warnings > 0) ? EXIT.configuration : EXIT.ok;
}

/** All diagnostics and a line that counts them. */
export function renderReport({ diagnostics, sources, secrets }: Judged, color: boolean): string {
  return `${renderDiagnostics(diagnostics, sources, { color, secrets })}${renderSummary(diagnostics)}\n`;
}

/** The same as one JSON document. */
export function renderJsonReport(path: string, { diagnostics }: Judged): string {
  return `${JSON.stringify(jsonReport(path, diagnostics), null, 2)}\n`;
}
