/**
 * Watches the tracked files. The folder is watched rather than the file, so that a file that is
 * replaced (the usual way to write one whole), removed and made again is still seen.
 */
import { closeSync, type FSWatcher, openSync, readSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { fileValue, MAX_FILE_BYTES } from '../../tracking/file-value.js';
import type { FileSettings } from '../../tracking/settings.js';

/** Folders that cannot be watched, or that do not exist yet, are looked at this often. */
const POLL_MILLIS = 1_000;

type OnValue = (name: string, value: number) => void;

export class TrackFiles {
  readonly #onValue: OnValue;
  readonly #logger: Logger;
  #files: readonly FileSettings[] = [];
  /** By name. Bounded by the configuration, as are the next two. */
  readonly #values = new Map<string, number>();
  readonly #warned = new Set<string>();
  readonly #watchers = new Map<string, FSWatcher>();
  #poll: NodeJS.Timeout | undefined;

  constructor(logger: Logger, onValue: OnValue) {
    this.#logger = logger;
    this.#onValue = onValue;
  }

  /** Takes over a configuration, and reads every file. */
  configure(files: readonly FileSettings[]): void {
    const before = new Map(this.#files.map((file) => [file.name, file.path]));
    this.#files = files;
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#values.keys()) if (!names.has(name)) this.#values.delete(name);
    for (const file of files) {
      if (before.get(file.name) === file.path) continue;
      this.#values.delete(file.name);
      this.#initialise(file);
    }
    const folders = new Set(files.map(({ path }) => dirname(path)));
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    if (this.#poll) clearInterval(this.#poll);
    this.#poll =
      files.length === 0 ? undefined : setInterval(() => this.#lookAgain(), POLL_MILLIS).unref();
    this.#lookAgain();
    for (const file of files) if (!this.#values.has(file.name)) this.#read(file);
  }

  /** The values there are, by name. */
  values(): ReadonlyMap<string, number> {
    return this.#values;
  }

  /** Watches nothing any more. */
  stop(): void {
    this.configure([]);
  }

  #initialise({ name, path, init }: FileSettings): void {
    if (!init) return;
    try {
      writeFileSync(path, `${init.value}\n`, { flag: init.overwrite ? 'w' : 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        const text = `Track file ${name}: cannot write ${path}: ${messageOf(error)}`;
        this.#logger.warning('track-file', text);
      }
    }
  }

  /** Watches the folders that are not watched yet, and reads the files in them. */
  #lookAgain(): void {
    for (const folder of new Set(this.#files.map(({ path }) => dirname(path)))) {
      if (this.#watchers.has(folder)) continue;
      this.#watch(folder);
      for (const file of this.#files) if (dirname(file.path) === folder) this.#read(file);
    }
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, changed) => {
        for (const file of this.#files) {
          const concerned = changed === null || changed === basename(file.path);
          if (dirname(file.path) === folder && concerned) this.#read(file);
        }
      });
      watcher.on('error', () => this.#forget(folder, watcher));
      this.#watchers.set(folder, watcher);
      this.#warned.delete(folder);
    } catch (error) {
      if (this.#warned.has(folder)) return;
      this.#warned.add(folder);
      this.#logger.warning(
        'track-file',
        `Cannot watch ${folder}: ${messageOf(error)}: looking at it each second`,
      );
    }
  }

  #forget(folder: string, watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(folder);
  }

  #read({ name, path }: FileSettings): void {
    const value = this.#valueOf(name, path);
    if (this.#values.get(name) === value) return;
    this.#values.set(name, value);
    this.#logger.notice('track-file', `Track file ${name} is now ${value}`, { file: path, value });
    this.#onValue(name, value);
  }

  /** A file that is not there counts as 0, as does one without a number (keepalived too). */
  #valueOf(name: string, path: string): number {
    let text: string;
    try {
      text = readStart(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#warn(name, messageOf(error));
      return 0;
    }
    const value = fileValue(text);
    if (value === undefined) this.#warn(name, `${path} does not begin with a number`);
    else this.#warned.delete(name);
    return value ?? 0;
  }

  #warn(name: string, why: string): void {
    if (this.#warned.has(name)) return;
    this.#warned.add(name);
    this.#logger.warning('track-file', `Track file ${name}: ${why}: taken as 0`);
  }
}

function readStart(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAX_FILE_BYTES);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, MAX_FILE_BYTES, 0));
  } finally {
    closeSync(file);
  }
}
