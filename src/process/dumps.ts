/**
 * keepalived's dump files, on its signals: DATA, STATS, STATS_CLEAR and JSON. Written by the
 * supervisor out of one small snapshot that the vrrp process answers with; a dump that is asked for
 * while one is made is made once more after it.
 */
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { wallMillis } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_MILLI } from '../base/time.js';
import { type Counters, countersOf, since } from '../dump/counters.js';
import { renderData } from '../dump/data.js';
import { renderJson } from '../dump/json.js';
import type { DumpSettings } from '../dump/settings.js';
import { renderStats } from '../dump/stats.js';
import type { DumpView } from '../dump/view.js';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';
import { SIGNALS } from './signal-numbers.js';
import { onRealTimeSignal } from './signals.js';

export type DumpKind = 'data' | 'stats' | 'stats-clear' | 'json';

interface Sources {
  readonly settings: () => DumpSettings;
  readonly vrrp: () => Promise<VrrpSnapshot | undefined>;
  readonly scripts: () => ReadonlyMap<string, boolean>;
  readonly files: () => ReadonlyMap<string, number>;
  readonly processes: () => DumpView['processes'];
}

export class Dumps {
  readonly #logger: Logger;
  readonly #sources: Sources;
  /** Since when counters count, by instance. Bounded by the configuration. */
  #marks: ReadonlyMap<string, Counters> = new Map();
  /** What is wanted; bounded by the kinds. */
  readonly #wanted = new Set<DumpKind>();
  #working = false;

  constructor(logger: Logger, sources: Sources) {
    this.#logger = logger;
    this.#sources = sources;
  }

  /** Listens for the signals. */
  listen(): void {
    process.on('SIGUSR1', () => this.write('data'));
    process.on('SIGUSR2', () => this.write('stats'));
    for (const [signal, kind] of [
      [SIGNALS.JSON, 'json'],
      [SIGNALS.STATS_CLEAR, 'stats-clear'],
    ] as const) {
      try {
        onRealTimeSignal(signal, () => this.write(kind));
      } catch (error) {
        this.#logger.warning(
          'signal-unavailable',
          `Signal ${signal} (${kind}) cannot be caught and is ignored: ${messageOf(error)}`,
        );
      }
    }
  }

  /** Writes one of the files soon. */
  write(kind: DumpKind): void {
    this.#wanted.add(kind);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#wanted.size > 0) {
      const kinds = [...this.#wanted];
      this.#wanted.clear();
      const vrrp = await this.#sources.vrrp();
      for (const kind of kinds) this.#dump(kind, vrrp);
    }
    this.#working = false;
  }

  #dump(kind: DumpKind, vrrp: VrrpSnapshot | undefined): void {
    if (!vrrp) {
      this.#logger.warning('dump-failed', `Cannot print ${kind}: the VRRP process does not answer`);
      return;
    }
    const settings = this.#sources.settings();
    const counted = new Map(
      vrrp.instances.map((instance) => [instance.name, countersOf(instance)]),
    );
    const counters = new Map(
      [...counted].map(([name, now]) => [name, since(now, this.#marks.get(name))]),
    );
    const view: DumpView = {
      settings,
      vrrp,
      counters,
      scripts: this.#sources.scripts(),
      files: this.#sources.files(),
      processes: this.#sources.processes(),
      now: wallMillis() * MICROS_PER_MILLI,
    };
    const { state, stats, json, umask } = settings.files;
    const [path, render] = {
      data: [state, renderData],
      stats: [stats, renderStats],
      'stats-clear': [stats, renderStats],
      json: [json, renderJson],
    }[kind] as [string, (view: DumpView) => string];
    try {
      replaceFile(path, render(view), 0o666 & ~umask);
      if (kind === 'stats-clear') this.#marks = counted;
      this.#logger.info('dump-written', `Printing VRRP ${kind} to ${path}`);
    } catch (error) {
      this.#logger.warning('dump-failed', `Can't write ${path}: ${messageOf(error)}`);
    }
  }
}

/**
 * Replaces a file in one step, in a folder that others may write to: never through a link that
 * somebody has put there. The file system's error is thrown.
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const temporary = `${path}.${process.pid}`;
  rmSync(temporary, { force: true });
  const fd = openSync(temporary, 'wx', mode);
  try {
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
}
