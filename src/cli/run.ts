/** `tandemd`: reads the configuration and becomes the supervisor, here or in the background. */
import { spawn } from 'node:child_process';
import { messageOf } from '../base/errors.js';
import { flushLogs, type Level, type Logger } from '../base/log.js';
import type { Place } from '../config/place.js';
import type { ConfigFiles } from '../config/text/files.js';
import { takeAllocatorSettings } from '../process/allocator.js';
import { isSyslog, LOG_VARIABLE, openLog } from '../process/child-log.js';
import { filesReadOnce } from '../process/config-files.js';
import { loadFile, type RunnableConfiguration, readyToRun } from '../process/configuration.js';
import { runningPid } from '../process/pidfile.js';
import type { RunFiles } from '../process/run-files.js';
import { Supervisor } from '../process/supervisor.js';
import { ServiceManager } from '../process/systemd.js';
import { MAIN } from '../program.js';
import { VERSION } from '../version.js';
import type { DaemonArguments } from './arguments.js';
import { renderReport } from './check.js';
import { EXIT } from './exit-codes.js';
import { enterPlace } from './net-place.js';
import { filesFor, logSuffix, logTarget, placeFor } from './places.js';
import { wantsColor } from './terminal.js';

const BACKGROUND_POLL_MILLIS = 20;
const BACKGROUND_WAIT_MILLIS = 10_000;

/**
 * Runs the daemon until it is told to stop, or starts it in the background; returns the exit code.
 *
 * @param argv what a daemon in the background is started with.
 */
export async function run(args: DaemonArguments, argv: readonly string[]): Promise<number> {
  const texts = filesReadOnce();
  const place = placeFor(args, texts);
  const files = filesFor(args, place);
  const pid = runningPid(files.pid);
  if (pid !== undefined) {
    refuse(args, `tandemd: daemon is already running (pid ${pid}, ${files.pid})\n`);
    return EXIT.daemon;
  }
  const refusal = enterPlace(place);
  if (refusal !== undefined) {
    refuse(args, `tandemd: ${refusal}\n`);
    return EXIT.failed;
  }
  const ready = await load(args, texts);
  if (!ready) return EXIT.configuration;
  if (!args.dontFork) {
    // Node cannot fork itself into the background: the daemon is a new process.
    return startInBackground(argv, args.logConsole, files);
  }
  const level: Level = args.logDetail ? 'info' : 'notice';
  const target = logTarget(args);
  const suffix = logSuffix(place);
  const logger = openLog(`tandemd${suffix}`, target, level);
  process.title = 'tandemd';
  // Its children's files are its own, and what its scripts ask with `tandem` is meant for it.
  process.env['TANDEM_RUN_DIR'] = files.directory;
  try {
    const childLog = `${target}:${level}:${suffix}`;
    await supervise(args, { files, place }, logger, ready, childLog);
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

/** What can be run; `undefined`: nothing can, which is reported. */
async function load(args: DaemonArguments, texts: ConfigFiles): Promise<Ready | undefined> {
  const loaded = await loadFile(args.configFile, args, 'start', texts);
  const { configuration, text, problems } = readyToRun(loaded);
  if (configuration) {
    const dump = args.dumpConf ? text?.().split('\n') : undefined;
    return { configuration, problems, dump: dump ?? [] };
  }
  const color = wantsColor(process.stderr, process.env);
  refuse(args, renderReport(loaded, color), renderReport(loaded, false));
  return undefined;
}

/**
 * Says why there is no daemon: to whoever starts it, and in the log, where it is looked for by its severity.
 *
 * @param text lines; `plain`: the same without colours.
 */
function refuse(args: DaemonArguments, text: string, plain = text): void {
  const target = logTarget(args);
  // What the journal's stream gets has its severity before it (sd-daemon(3)).
  process.stderr.write(target === 'journal' ? plain.replace(/^(?=.)/gm, '<3>') : text);
  if (!isSyslog(target)) return;
  const logger = openLog('tandemd', target, 'error');
  for (const line of plain.trimEnd().split('\n')) logger.error('not-started', line);
}

/** Without the model that it was made of: that is large, and nobody needs it any more. */
interface Ready {
  readonly configuration: RunnableConfiguration;
  readonly problems: readonly string[];
  /** Lines of the effective configuration, if it is to be logged. */
  readonly dump: readonly string[];
}

async function supervise(
  args: DaemonArguments,
  { files, place }: { readonly files: RunFiles; readonly place: Place },
  logger: Logger,
  { configuration, problems, dump }: Ready,
  childLog: string,
): Promise<void> {
  logger.notice('starting', `Starting Tandem v${VERSION}, configuration file ${args.configFile}`);
  for (const text of args.withoutEffect) logger.warning('option-without-effect', `Option ${text}`);
  for (const problem of problems) logger.warning('config-problem', problem);
  for (const line of dump) logger.notice('config-dump', line);
  const allocator = takeAllocatorSettings(process.env);
  const serviceManager = new ServiceManager(process.env, logger);
  const supervisor = new Supervisor(configuration, {
    version: VERSION,
    configFile: args.configFile,
    files,
    place: nameOf(place),
    runVrrp: args.runVrrp,
    runChecker: args.runChecker,
    keepsIpvs: args.keepsIpvs,
    childEnv: { ...process.env, ...allocator, [LOG_VARIABLE]: childLog },
    logger,
    serviceManager,
    load: async () => readyToRun(await loadFile(args.configFile, args, 'start')),
  });
  await supervisor.start();
}

/** What it is called, without where its pid files are. */
function nameOf({ usePidDir: _, ...name }: Place): Omit<Place, 'usePidDir'> {
  return name;
}
