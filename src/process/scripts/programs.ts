/** Programs by name: what a script begins with. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Where a shell looks if PATH is not set. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Whether a path, or a name that is looked up in PATH, is a file that this process may run. */
export function isExecutable(program: string): boolean {
  if (program === '') return false;
  if (program.includes('/')) return canRun(program);
  const folders = (process.env['PATH'] ?? DEFAULT_PATH).split(':');
  return folders.some((folder) => folder !== '' && canRun(path.join(folder, program)));
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
