/** `tandemd -t`: what is wrong with the configuration, and nothing else. */
import { writeFileSync } from 'node:fs';
import { dump } from '../config/dump/index.js';
import { loadFile } from '../process/configuration.js';
import type { DaemonArguments } from './arguments.js';
import { checkStatus, renderJsonReport, renderReport } from './check.js';
import { enterPlace } from './net-place.js';
import { wantsColor } from './terminal.js';

/** Returns the exit code: 0 when the file would run as written (warnings allowed). */
export async function testConfiguration(args: DaemonArguments): Promise<number> {
  const { configFile, configId, testLogFile, json, dumpConf } = args;
  // Where it cannot be entered, the file is checked against the interfaces that are here.
  enterPlace(args);
  const loaded = await loadFile(configFile, configId);
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
  if (loaded.config && dumpConf) process.stdout.write(dump(loaded.config));
  return checkStatus(loaded);
}
