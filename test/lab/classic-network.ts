/** The tutorials' machines in the lab: made by the script that the pages name, servers in this process. */
import { execFileSync } from 'node:child_process';
import type { Server } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../support/root.js';
import { inNamespace } from './namespace.js';
import { type Ended, run } from './program.js';

export type Machine = 'client' | 'router' | 'director' | 's1' | 's2' | 's3' | 's4';

const FOLDER = path.join(ROOT, 'doc/tutorials');

/** A running network; machines are namespaces of their names. One at a time. */
export class ClassicNetwork {
  readonly #servers: Server[] = [];

  /** @param ports on which all four servers answer with their names. */
  static async build(ports: readonly number[]): Promise<ClassicNetwork> {
    execFileSync('sh', [path.join(FOLDER, 'network.sh'), 'up'], { stdio: 'inherit' });
    const network = new ClassicNetwork();
    const { serve } = (await import(pathToFileURL(path.join(FOLDER, 'server.mjs')).href)) as {
      serve(name: string, ports: readonly number[]): Server[];
    };
    for (const name of ['s1', 's2', 's3', 's4']) {
      network.#servers.push(...inNamespace(name, () => serve(name, ports)));
    }
    return network;
  }

  /** Runs a shell command on a machine, with tandem's commands. */
  run(machine: Machine, command: string): Promise<Ended> {
    return run(['ip', 'netns', 'exec', machine, 'sh', '-c', command], {
      env: ENVIRONMENT,
      timeoutMs: 60_000,
    });
  }

  close(): void {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    execFileSync('sh', [path.join(FOLDER, 'network.sh'), 'down'], { stdio: 'inherit' });
  }
}

/** What a shell on a machine has more than ours. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: `${path.join(ROOT, 'bin')}:${process.env['PATH'] ?? ''}`,
};
