/** Everything that the supervisor watches for the VRRP engine. */
import type { Logger } from '../../base/log.js';
import type { ProcessState } from '../../tracking/process-state.js';
import type { TrackingSettings } from '../../tracking/settings.js';
import type { ToVrrp } from '../ipc.js';
import { TrackFiles } from './track-files.js';
import { TrackProcesses } from './track-processes.js';
import { TrackScripts } from './track-scripts.js';

/** What is told of a tracked thing. */
type Tracked = Extract<ToVrrp, { kind: 'tracked' }>;

export class Tracker {
  readonly #scripts: TrackScripts;
  readonly #files: TrackFiles;
  readonly #processes: TrackProcesses;

  /** @param tell called with each new value. */
  constructor(logger: Logger, tell: (tracked: Tracked) => void) {
    this.#scripts = new TrackScripts(logger, (name, value) =>
      tell({ kind: 'tracked', what: 'script', name, value }),
    );
    this.#files = new TrackFiles(logger, (name, value) =>
      tell({ kind: 'tracked', what: 'file', name, value }),
    );
    this.#processes = new TrackProcesses(logger, (name, value) =>
      tell({ kind: 'tracked', what: 'process', name, value }),
    );
  }

  /** Takes over a configuration; what is the same goes on as it is. */
  configure({ scripts, files, processes }: TrackingSettings): void {
    this.#scripts.configure(scripts);
    this.#files.configure(files);
    this.#processes.configure(processes);
  }

  /** Every value there is: for a vrrp process that has just been configured. */
  all(): Tracked[] {
    return [
      ...[...this.#scripts.verdicts()].map(
        ([name, value]) => ({ kind: 'tracked', what: 'script', name, value }) as const,
      ),
      ...[...this.#files.values()].map(
        ([name, value]) => ({ kind: 'tracked', what: 'file', name, value }) as const,
      ),
      ...[...this.#processes.verdicts()].map(
        ([name, value]) => ({ kind: 'tracked', what: 'process', name, value }) as const,
      ),
    ];
  }

  /** The verdicts of scripts, by name. */
  scripts(): ReadonlyMap<string, boolean> {
    return this.#scripts.verdicts();
  }

  /** The numbers in files, by name. */
  files(): ReadonlyMap<string, number> {
    return this.#files.values();
  }

  /** How many there are of each tracked process, and what is told of it, by name. */
  processes(): ReadonlyMap<string, ProcessState> {
    return this.#processes.states();
  }

  /** Ends every script and watches nothing any more. */
  stop(): void {
    this.#scripts.stop();
    this.#files.stop();
    this.#processes.stop();
  }
}
