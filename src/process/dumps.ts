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
import type { CheckerSnapshot } from '../checker/snapshot.js';
import { checkLines } from '../dump/checks.js';
import { type Counters, countersOf, since } from '../dump/counters.js';
import { renderData } from '../dump/data.js';
import { renderJson } from '../dump/json.js';
import type { DumpSettings } from '../dump/settings.js';
import { renderStats } from '../dump/stats.js';
import type { DumpView } from '../dump/view.js';
import type { ServersSettings } from '../notify/settings.js';
import type { VrrpSnapshot } from '../vrrp/snapshot.js';
import { type PackedSettings, unpackSettings } from './packed-settings.js';
import { SIGNALS } from './signal-numbers.js';
import { onRealTimeSignal } from './signals.js';

export type DumpKind = 'data' | 'stats' | 'stats-clear' | 'json';

interface Sources {
  readonly settings: () => DumpSettings;
  readonly vrrp: () => Promise<VrrpSnapshot | undefined>;
  readonly checker: () => Promise<CheckerSnapshot | undefined>;
  /** What the checker was told. */
  readonly checked: () => PackedSettings;
  /** Scripts and mails of its servers. */
  readonly told: () => ServersSettings | undefined;
  /** Whether there is such a process at all. */
  readonly runs: (role: 'vrrp' | 'checker') => boolean;
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
      for (const kind of kinds) {
        this.#dump(kind, vrrp);
        if (kind === 'data') await this.#dumpOthers();
      }
    }
    this.#working = false;
  }

  /** What keepalived's parent and checker write at SIGUSR1. */
  async #dumpOthers(): Promise<void> {
    const { files, globals } = this.#sources.settings();
    this.#write(files.parent, 'parent data', () => lines(globals));
    if (!this.#sources.runs('checker')) return;
    const checker = await this.#sources.checker();
    if (checker) {
      const { virtualServers } = unpackSettings(this.#sources.checked());
      const text = (): string =>
        lines([...globals, ...checkLines(virtualServers, this.#sources.told(), checker)]);
      this.#write(files.check, 'checker data', text);
    } else {
      const why = 'Cannot print checker data: the checker process does not answer';
      this.#logger.warning('dump-failed', why);
    }
  }

  #dump(kind: DumpKind, vrrp: VrrpSnapshot | undefined): void {
    if (!vrrp) {
      if (kind === 'data' && !this.#sources.runs('vrrp')) return;
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
    const { state, stats, json } = settings.files;
    const [path, render] = {
      data: [state, renderData],
      stats: [stats, renderStats],
      'stats-clear': [stats, renderStats],
      json: [json, renderJson],
    }[kind] as [string, (view: DumpView) => string];
    if (this.#write(path, `VRRP ${kind}`, () => render(view)) && kind === 'stats-clear') {
      this.#marks = counted;
    }
  }

  #write(path: string, what: string, text: () => string): boolean {
    const { umask } = this.#sources.settings().files;
    try {
      replaceFile(path, text(), 0o666 & ~umask);
      this.#logger.info('dump-written', `Printing ${what} to ${path}`);
      return true;
    } catch (error) {
      this.#logger.warning('dump-failed', `Can't write ${path}: ${messageOf(error)}`);
      return false;
    }
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
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
