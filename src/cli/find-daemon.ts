/** Which of the daemons of this machine a command speaks to. */
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Place } from '../config/place.js';
import { NAMED, runFiles, runFolder } from '../process/run-files.js';
import { UsageError } from './command-line.js';

/** What was said of it: `--instance`, `--namespace`. */
export interface Wanted {
  readonly instance: string | undefined;
  readonly namespace: string | undefined;
}

const CONNECT_MILLIS = 1_000;

/**
 * The control socket of the daemon that is meant: of the one that is named; else of the one without a
 * name, if it runs; else of the only one that runs.
 *
 * @throws UsageError when several run and none is named.
 */
export async function findControl(
  env: NodeJS.ProcessEnv,
  { instance, namespace }: Wanted,
): Promise<string> {
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
