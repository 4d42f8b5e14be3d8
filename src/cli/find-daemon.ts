/** Which of the daemons of this machine a command speaks to. */
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../base/errors.js';
import type { Place } from '../config/place.js';
import { NAMED, runFiles, runFolder } from '../process/run-files.js';
import { UsageError } from './command-line.js';
import { requestStatus } from './control-client.js';
import { EXIT } from './exit-codes.js';

/** What was said of it: `--instance`, `--namespace`, `--pid`. */
export interface Wanted {
  readonly instance: string | undefined;
  readonly namespace: string | undefined;
  /** Its process id. */
  readonly pid?: string | undefined;
}

const CONNECT_MILLIS = 1_000;

/**
 * The control socket of the daemon that is meant: of the one that is named; else of the one without a
 * name, if it runs; else of the only one that runs.
 *
 * @throws UsageError when several run and none is named, or none has the process id.
 */
async function findControl(
  env: NodeJS.ProcessEnv,
  { instance, namespace, pid }: Wanted,
): Promise<string> {
  if (pid !== undefined) return findByPid(env, pid);
  if (instance !== undefined || namespace !== undefined) {
    return runFiles(env, placed(namespace, instance)).control;
  }
  const { control } = runFiles(env);
  if (await answers(control)) return control;
  const others = await runningDaemons(env);
  if (others.length > 1) {
    const shown = others.map(({ place }) => optionsOf(place)).join(', ');
    throw new UsageError(`Several daemons run here, say which: ${shown}`);
  }
  return others[0]?.control ?? control;
}

async function findByPid(env: NodeJS.ProcessEnv, pid: string): Promise<string> {
  for (const { control } of await runningDaemons(env)) {
    const status = await requestStatus(control).catch(() => undefined);
    if (status && String(status.pid) === pid) return control;
  }
  throw new UsageError(`No daemon with process id ${pid} answers here`);
}

/**
 * Asks a daemon something.
 *
 * @param ask gets its control socket; returns the exit code.
 * @returns the exit code; one of its own when nobody answers, which is told.
 */
export async function askDaemon(
  which: Wanted,
  ask: (control: string) => Promise<number>,
): Promise<number> {
  const control = await findControl(process.env, which);
  try {
    return await ask(control);
  } catch (error) {
    process.stderr.write(`tandem: no daemon answers on ${control}: ${messageOf(error)}\n`);
    return EXIT.daemon;
  }
}

/** A daemon that answers, and how it is called. */
export interface RunningDaemon {
  readonly place: Place;
  readonly control: string;
}

/** All that answer, the one without a name first. */
export async function runningDaemons(env: NodeJS.ProcessEnv): Promise<RunningDaemon[]> {
  const namespaces = [undefined, ...namesIn(join(runFolder(env), NAMED.netNamespace))];
  const places = namespaces.flatMap((netNamespace) => {
    const { directory } = runFiles(env, placed(netNamespace, undefined));
    const instances = [undefined, ...namesIn(join(directory, NAMED.instance))];
    return instances.map((instance) => placed(netNamespace, instance));
  });
  const found: RunningDaemon[] = [];
  for (const place of places) {
    const { control } = runFiles(env, place);
    if (await answers(control)) found.push({ place, control });
  }
  return found;
}

function placed(netNamespace: string | undefined, instance: string | undefined): Place {
  return {
    ...(netNamespace === undefined ? {} : { netNamespace }),
    ...(instance === undefined ? {} : { instance }),
  };
}

function optionsOf({ netNamespace, instance }: Place): string {
  const words = [
    ...(netNamespace === undefined ? [] : [`--namespace=${netNamespace}`]),
    ...(instance === undefined ? [] : [`--instance=${instance}`]),
  ];
  return words.join(' ');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** Whether somebody listens there; a socket that was left behind refuses. */
function answers(path: string): Promise<boolean> {
  if (!existsSync(path)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end(false), CONNECT_MILLIS);
    socket.once('connect', () => end(true));
    // One that may not be asked is told of by whoever asks it.
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
}
