/** Where the daemon that a command line asks for has its files and writes its log. */
import { fstatSync } from 'node:fs';
import { type Place, placeOf } from '../config/place.js';
import type { ConfigFiles } from '../config/text/files.js';
import type { LogTarget } from '../process/child-log.js';
import { diskFiles } from '../process/config-files.js';
import { usualConfigId } from '../process/configuration.js';
import { type RunFiles, runFiles } from '../process/run-files.js';
import type { DaemonArguments } from './arguments.js';

/** Where the configuration of a command line says that the daemon runs. */
export function placeFor(
  { configFile, configId = usualConfigId(), netNamespace }: DaemonArguments,
  files: ConfigFiles = diskFiles,
): Place {
  const place = placeOf(configFile, files, configId);
  return netNamespace === undefined ? place : { ...place, netNamespace };
}

/** The files of the running daemon: options first, then the configuration and the environment. */
export function filesFor(args: DaemonArguments, place: Place): RunFiles {
  const files = runFiles(process.env, place);
  return {
    ...files,
    pid: args.pidFile ?? files.pid,
    vrrpPid: args.vrrpPidFile ?? files.vrrpPid,
    checkersPid: args.checkersPidFile ?? files.checkersPid,
  };
}

/** What the names of the processes in the log end in, as with keepalived: `_NAMESPACE_INSTANCE`. */
export function logSuffix({ netNamespace, instance }: Place): string {
  return [netNamespace, instance].map((name) => (name === undefined ? '' : `_${name}`)).join('');
}

/** Where lines go: `-l` means the console, which may be the journal. */
export function logTarget(args: DaemonArguments): LogTarget {
  if (!args.logConsole) return args.noSyslog ? 'none' : `syslog${args.facility}`;
  return isJournal(process.env['JOURNAL_STREAM']) ? 'journal' : 'text';
}

/** Whether standard output is the journal's stream, systemd.exec(5) JOURNAL_STREAM. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  const { dev, ino } = fstatSync(1);
  return stream === `${dev}:${ino}`;
}
