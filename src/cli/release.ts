/** `tandemd --release`: withdraws what a daemon that did not end well has left. */
import { messageOf } from '../base/errors.js';
import { openLog } from '../process/child-log.js';
import { enterNetNamespace } from '../process/net-namespace.js';
import { runningPid } from '../process/pidfile.js';
import { Releaser } from '../process/release.js';
import { readReleaseRecord, removeReleaseRecord } from '../process/release-record.js';
import { readSavedSettings, writeSavedSettings } from '../process/saved-settings.js';
import type { DaemonArguments } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { filesFor, logTarget, placeFor } from './places.js';

/** For systemd's ExecStopPost, when nothing of the daemon lives any more. */
export async function release(args: DaemonArguments): Promise<number> {
  const files = filesFor(args, placeFor(args));
  const pid = runningPid(files.pid);
  if (pid !== undefined) {
    process.stderr.write(`tandemd: it is running (pid ${pid}): stop it rather than release\n`);
    return EXIT.daemon;
  }
  try {
    const settings = readReleaseRecord(files.release);
    if (!settings) {
      process.stdout.write('Nothing to release: the last stop was complete.\n');
      return EXIT.ok;
    }
    const logger = openLog('release', logTarget(args), 'notice');
    if (settings.netNamespace !== undefined) enterNetNamespace(settings.netNamespace);
    const releaser = new Releaser(logger);
    const saved = readSavedSettings(files.interfaceSettings);
    const { removed, failed } = await releaser
      .release(settings, { forGood: true, saved })
      .finally(() => releaser.close());
    writeSavedSettings(files.interfaceSettings, {});
    process.stdout.write(`Withdrew ${removed.join(', ') || 'no address'}.\n`);
    for (const failure of failed) process.stderr.write(`tandemd: ${failure}\n`);
    if (failed.length > 0) return EXIT.failed;
    removeReleaseRecord(files.release);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`tandemd: ${messageOf(error)}\n`);
    return EXIT.failed;
  }
}
