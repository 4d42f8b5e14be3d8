/** Where the daemon that a command line asks for has its files and writes its log. */
import { fstatSync } from 'node:fs';
import type { LogTarget } from '../process/child-log.js';
import { type RunFiles, runFiles } from '../process/run-files.js';
import type { DaemonArguments } from './arguments.js';

/** The files of the running daemon: options first, then the environment. */
export function filesFor(args: DaemonArguments): RunFiles {
  const files = runFiles(process.env);
  return {
    ...files,
    pid: args.pidFile ?? files.pid,
    vrrpPid: args.vrrpPidFile ?? files.vrrpPid,
    checkersPid: args.checkersPidFile ?? files.checkersPid,
  };
}

/** Where lines go: `-l` means the console, which may be the journal. */
export function logTarget(args: DaemonArguments): LogTarget {
  if (!args.logConsole) return 'syslog';
  return isJournal(process.env['JOURNAL_STREAM']) ? 'journal' : 'text';
}

/** Whether standard output is the journal's stream, systemd.exec(5) JOURNAL_STREAM. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  const { dev, ino } = fstatSync(1);
  return stream === `${dev}:${ino}`;
}
