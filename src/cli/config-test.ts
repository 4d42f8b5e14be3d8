/** `tandemd -t`: what is wrong with the configuration, and nothing else. */
import { writeFileSync } from 'node:fs';
import { dump } from '../config/dump/index.js';
import { filesReadOnce } from '../process/config-files.js';
import { judgeFile, loadFile } from '../process/configuration.js';
import type { DaemonArguments } from './arguments.js';
import { checkStatus, renderJsonReport, renderReport } from './check.js';
import { enterPlace } from './net-place.js';
import { placeFor } from './places.js';
import { wantsColor } from './terminal.js';

/** Returns the exit code: 0 when the file would run as written (warnings allowed). */
export async function testConfiguration(args: DaemonArguments): Promise<number> {
  const { configFile, testLogFile, json, dumpConf } = args;
  // Where it cannot be entered, the file is checked against the interfaces that are here.
  const files = filesReadOnce();
  enterPlace(placeFor(args, files));
  const model = dumpConf ? await loadFile(configFile, args, 'test', files) : undefined;
  const loaded = model ?? (await judgeFile(configFile, args, files));
  const color = testLogFile === undefined && wantsColor(process.stderr, process.env);
  // A good file makes no noise, as with keepalived.
  const isSilent = loaded.diagnostics.length === 0;
  const report = json
    ? renderJsonReport(configFile, loaded)
    : isSilent
      ? ''
      : renderReport(loaded, color);
  if (testLogFile !== undefined) writeFileSync(testLogFile, report);
  else (json ? process.stdout : process.stderr).write(report);
  if (model?.config) process.stdout.write(dump(model.config));
  return checkStatus(loaded);
}
