/** A notify pipe: written without ever waiting for its reader. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, statSync, writeSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';

const MKFIFO_MILLIS = 5_000;

export class Fifo {
  readonly path: string;
  readonly #logger: Logger;
  #file: number | undefined;
  #lost = 0;

  /** Opens the pipe, and makes it for its owner if it is not there; a failure is logged, and each line is lost. */
  constructor(path: string, owner: string | undefined, logger: Logger) {
    this.path = path;
    this.#logger = logger;
    try {
      this.#file = open(path, owner);
    } catch (error) {
      logger.error('notify-fifo', `Cannot open notify fifo ${path}: ${messageOf(error)}`);
    }
  }

  /** Writes a line; one for which there is no room in the pipe is dropped and counted. */
  write(line: string): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, line);
      if (this.#lost > 0) {
        this.#logger.warning(
          'notify-fifo',
          `Notify fifo ${this.path} is read again: ${this.#lost} lines were lost`,
        );
      }
      this.#lost = 0;
    } catch (error) {
      this.#lost++;
      if (this.#lost > 1) return;
      const text = `Notify fifo ${this.path} takes no line (is it read?): ${messageOf(error)}`;
      this.#logger.error('notify-fifo', text);
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** For reading too, so that opening does not wait for a reader and no SIGPIPE can come. */
function open(path: string, owner: string | undefined): number {
  if (!statSync(path, { throwIfNoEntry: false })) {
    execFileSync('mkfifo', ['--mode=0600', '--', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: MKFIFO_MILLIS,
    });
    if (owner !== undefined) {
      execFileSync('chown', ['--', owner, path], {
        stdio: ['ignore', 'ignore', 'pipe'],
        timeout: MKFIFO_MILLIS,
      });
    }
  }
  const file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  if (!statSync(path).isFIFO()) {
    closeSync(file);
    throw new Error('it is no named pipe');
  }
  return file;
}
