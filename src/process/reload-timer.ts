/**
 * Reloads at the time that a file says (`reload_time_file`): the file is watched, as keepalived does it
 * through its folder. One watch and one timer.
 */
import { type FSWatcher, readFileSync, rmSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { wallMillis } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { reloadTime } from './reload-time.js';

/** The clock is looked at that often: it may be set. */
const LONGEST_WAIT_MILLIS = 10_000;

export interface ReloadTimeFile {
  readonly path: string;
  /** `reload_repeat`: the file stays. */
  readonly repeat: boolean;
}

export class ReloadTimer {
  readonly #logger: Logger;
  readonly #reload: () => void;
  #file: ReloadTimeFile | undefined;
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt: number | undefined;

  /** @param reload is called when it is time. */
  constructor(logger: Logger, reload: () => void) {
    this.#logger = logger;
    this.#reload = reload;
  }

  /** Watches a file, or none. A folder that is not there is looked for at the next call. */
  configure(file: ReloadTimeFile | undefined): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#file = file;
    if (file) {
      const name = basename(file.path);
      try {
        this.#watcher = watch(dirname(file.path), { persistent: false }, (_, changed) => {
          if (changed === name) this.#read();
        });
        this.#watcher.on('error', () => this.#watcher?.close());
      } catch (error) {
        const text = `Cannot watch reload_time_file ${file.path}: ${messageOf(error)}`;
        this.#logger.warning('reload-time-failed', text);
      }
    }
    this.#read();
  }

  /** Reloads no more. */
  stop(): void {
    this.configure(undefined);
  }

  #read(): void {
    this.#plan(this.#file && this.#timeIn(this.#file.path));
  }

  #timeIn(path: string): number | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'latin1');
    } catch {
      return undefined;
    }
    // Whoever writes it has created it empty.
    if (text === '') return undefined;
    const at = reloadTime(text, wallMillis());
    if (typeof at === 'number') return at;
    const what = at === 'past' ? 'its time is past' : 'its first line is no time';
    this.#logger.warning('reload-time-failed', `reload_time_file ${path}: ${what}`);
    return undefined;
  }

  #plan(at: number | undefined): void {
    const before = this.#dueAt;
    this.#dueAt = at;
    if (at !== before) {
      const text =
        at === undefined
          ? 'Scheduled reload cancelled'
          : `Reload scheduled at ${new Date(at).toISOString()}`;
      this.#logger.notice('reload-scheduled', text);
    }
    this.#arm();
  }

  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dueAt === undefined) return;
    const left = this.#dueAt - wallMillis();
    this.#timer = setTimeout(
      () => {
        if (this.#dueAt !== undefined && wallMillis() >= this.#dueAt) this.#due();
        else this.#arm();
      },
      Math.max(0, Math.min(LONGEST_WAIT_MILLIS, left)),
    );
  }

  /** The reload configures this again, which reads the file. */
  #due(): void {
    this.#dueAt = undefined;
    if (this.#file && !this.#file.repeat) rmSync(this.#file.path, { force: true });
    this.#reload();
  }
}
