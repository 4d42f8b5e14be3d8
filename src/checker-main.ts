/** The entry of the checker process. */
import { runCheckerProcess } from './process/checker-process.js';
import { openChildLog } from './process/child-log.js';
import { runFiles } from './process/run-files.js';

process.title = 'tandem_checker';
await runCheckerProcess({
  logger: openChildLog('healthcheckers', process.env),
  files: runFiles(process.env),
});
