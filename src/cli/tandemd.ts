/** The daemon's command: `tandemd`, with keepalived(8)'s options. */
import { spawn } from 'node:child_process';
import { fstatSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../base/errors.js';
import { flushLogs, type Level, type Logger } from '../base/log.js';
import { dump } from '../config/dump/index.js';
import { LOG_VARIABLE, type LogTarget, openLog } from '../process/child-log.js';
import { loadFile, type RunnableConfiguration, readyToRun } from '../process/configuration.js';
import { runningPid } from '../process/pidfile.js';
import { Releaser } from '../process/release.js';
import { readReleaseRecord, removeReleaseRecord } from '../process/release-record.js';
import { type RunFiles, runFiles } from '../process/run-files.js';
import { Supervisor } from '../process/supervisor.js';
import { ServiceManager } from '../process/systemd.js';
import { VERSION } from '../version.js';
import {
  DAEMON_HELP,
  type DaemonArguments,
  parseDaemonArguments,
  UsageError,
} from './arguments.js';
import { checkStatus, renderJsonReport, renderReport } from './check.js';
import { EXIT } from './exit-codes.js';
import { wantsColor } from './terminal.js';

const BACKGROUND_POLL_MILLIS = 20;
const BACKGROUND_WAIT_MILLIS = 10_000;
const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));

/**
 * Runs `tandemd`; sets the exit code or ends the process.
 *
 * @param argv the arguments after the program's name.
 */
export async function runDaemonCommand(argv: readonly string[]): Promise<void> {
  let args: ReturnType<typeof parseDaemonArguments>;
  try {
    args = parseDaemonArguments(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`tandemd: ${error.message}\n\n${DAEMON_HELP}`);
    process.exitCode = EXIT.usage;
    return;
  }
  if (args.action === 'help') process.stdout.write(DAEMON_HELP);
  else if (args.action === 'version') process.stdout.write(`Tandem v${VERSION}\n`);
  else if (args.action === 'config-test') process.exitCode = await testConfiguration(args);
  else if (args.action === 'release') process.exitCode = await release(args);
  else process.exitCode = await run(args, argv);
}

/** `-t`: 0 when the file would run as written (warnings allowed). */
async function testConfiguration(args: DaemonArguments): Promise<number> {
  const { configFile, configId, testLogFile, json, dumpConf } = args;
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

/** `--release`: for systemd's ExecStopPost, when nothing of the daemon lives any more. */
async function release(args: DaemonArguments): Promise<number> {
  const files = filesFor(args);
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
    const releaser = new Releaser(logger);
    const { removed, failed } = await releaser.release(settings).finally(() => releaser.close());
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

async function run(args: DaemonArguments, argv: readonly string[]): Promise<number> {
  const files = filesFor(args);
  const pid = runningPid(files.pid);
  if (pid !== undefined) {
    process.stderr.write(`tandemd: daemon is already running (pid ${pid}, ${files.pid})\n`);
    return EXIT.daemon;
  }
  const loaded = await loadFile(args.configFile, args.configId, 'start');
  const { configuration, problems } = readyToRun(loaded);
  if (!configuration) {
    process.stderr.write(renderReport(loaded, wantsColor(process.stderr, process.env)));
    return EXIT.configuration;
  }
  if (!args.dontFork) {
    // Node cannot fork itself into the background: the daemon is a new process.
    return startInBackground(argv, args.logConsole, files);
  }
  const level: Level = args.logDetail ? 'info' : 'notice';
  const target = logTarget(args);
  const logger = openLog('tandemd', target, level);
  process.title = 'tandemd';
  try {
    await supervise(args, files, logger, configuration, problems, `${target}:${level}`);
    return EXIT.ok;
  } catch (error) {
    logger.error('start-failed', `Cannot start: ${messageOf(error)}`);
    process.stderr.write(`tandemd: cannot start: ${messageOf(error)}\n`);
    await flushLogs();
    process.exit(EXIT.failed);
  }
}

/** Starts the daemon as a process of its own and waits until it has its pid file, or has failed. */
function startInBackground(
  argv: readonly string[],
  logConsole: boolean,
  files: RunFiles,
): Promise<number> {
  const output = logConsole ? 'inherit' : 'ignore';
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...argv, '--dont-fork'], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  return new Promise((resolve) => {
    const done = (code: number): void => {
      clearInterval(poll);
      clearTimeout(giveUp);
      child.unref();
      resolve(code);
    };
    child.once('error', () => done(EXIT.failed));
    child.once('exit', (code) => done(code ?? EXIT.failed));
    const poll = setInterval(() => {
      if (runningPid(files.pid) === child.pid) done(EXIT.ok);
    }, BACKGROUND_POLL_MILLIS);
    // It is slow, not dead: whoever started it need not wait for ever.
    const giveUp = setTimeout(() => done(EXIT.ok), BACKGROUND_WAIT_MILLIS);
  });
}

async function supervise(
  args: DaemonArguments,
  files: RunFiles,
  logger: Logger,
  configuration: RunnableConfiguration,
  problems: readonly string[],
  childLog: string,
): Promise<void> {
  logger.notice('starting', `Starting Tandem v${VERSION}, configuration file ${args.configFile}`);
  for (const problem of problems) logger.warning('config-problem', problem);
  if (args.dumpConf) {
    for (const line of configuration.text().split('\n')) logger.notice('config-dump', line);
  }
  const serviceManager = new ServiceManager(process.env, logger);
  const supervisor = new Supervisor(configuration, {
    version: VERSION,
    configFile: args.configFile,
    files,
    runVrrp: args.runVrrp,
    runChecker: args.runChecker,
    childEnv: { ...process.env, [LOG_VARIABLE]: childLog },
    logger,
    serviceManager,
    load: async () => readyToRun(await loadFile(args.configFile, args.configId, 'start')),
  });
  await supervisor.start();
}

function filesFor(args: DaemonArguments): RunFiles {
  const files = runFiles(process.env);
  return {
    ...files,
    pid: args.pidFile ?? files.pid,
    vrrpPid: args.vrrpPidFile ?? files.vrrpPid,
    checkersPid: args.checkersPidFile ?? files.checkersPid,
  };
}

function logTarget(args: DaemonArguments): LogTarget {
  if (!args.logConsole) return 'syslog';
  return isJournal(process.env['JOURNAL_STREAM']) ? 'journal' : 'text';
}

/** Whether standard output is the journal's stream, systemd.exec(5) JOURNAL_STREAM. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  const { dev, ino } = fstatSync(1);
  return stream === `${dev}:${ino}`;
}
