/** Programs by name: what a script begins with. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Where a shell looks if PATH is not set. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Whether a path, or a name that is looked up in PATH, is a file that this process may run. */
export function isExecutable(program: string): boolean {
  return findProgram(program) !== undefined;
}

/** The file that would be run; `undefined` if there is none that this process may run. */
export function findProgram(program: string): string | undefined {
  if (program === '') return undefined;
  if (program.includes('/')) return canRun(program) ? path.resolve(program) : undefined;
  const folders = (process.env['PATH'] ?? DEFAULT_PATH).split(':');
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, program))
    .find(canRun);
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
