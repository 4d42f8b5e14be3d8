/** `tandem reload`: what SIGHUP does; but whoever asks hears what came of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonStatus } from '../control/status.js';
import type { CommandLine } from './command-line.js';
import type { COMMANDS } from './commands.js';
import { requestReload, requestStatus } from './control-client.js';
import { EXIT } from './exit-codes.js';
import { askDaemon } from './find-daemon.js';

const POLL_MILLIS = 100;
/** Less than systemd waits for a reload, so that the reason is told. */
const LIMIT_MILLIS = 80_000;
/** What connect(2) says where no daemon is. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);

/** Returns the exit code: 3 for a configuration that was rejected. */
export function reloadCommand({
  values,
}: CommandLine<(typeof COMMANDS)['reload']['options']>): Promise<number> {
  return askDaemon(values, async (control) => {
    const { number } = await requestReload(control);
    const end = Date.now() + LIMIT_MILLIS;
    for (;;) {
      await sleep(POLL_MILLIS);
      const status = await statusOf(control);
      const lastReload = status?.lastReload;
      const isDone = lastReload !== undefined && lastReload.number >= number;
      if (status && isDone && (status.ready || !lastReload.accepted)) {
        return report(status, lastReload);
      }
      if (Date.now() <= end) continue;
      const what = isDone ? 'not every process has it yet' : 'it is still being read';
      process.stderr.write(`tandem: no end after ${LIMIT_MILLIS / 1_000} s: ${what}\n`);
      return EXIT.failed;
    }
  });
}

/** `undefined` while a large configuration leaves the daemon no time to answer. */
async function statusOf(control: string): Promise<DaemonStatus | undefined> {
  try {
    return await requestStatus(control);
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}

function report(
  { configFile, generation }: DaemonStatus,
  { accepted, problems }: NonNullable<DaemonStatus['lastReload']>,
): number {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (accepted) {
    process.stdout.write(`${configFile} is in force, generation ${generation}\n`);
    return EXIT.ok;
  }
  process.stderr.write('tandem: reload rejected: the configuration in force is unchanged\n');
  return EXIT.configuration;
}
