/**
 * Keeps the IPVS table as the checker wants it: reconciles on change, and every few seconds because
 * IPVS tells nobody when something else changes its table. One reconciliation at a time; what
 * changes meanwhile is taken up by the next.
 *
 * A kernel without IPVS is reported once and asked again at every poll: checks go on without it.
 * As long as nothing is wanted and nothing was ever put there, IPVS is not touched at all.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { IpvsService } from '../ipvs/model.js';

const POLL_MILLIS = 5_000;

/** The table in the kernel, as far as the checker process needs it. */
export interface ServiceTable {
  /** Makes the table true. @returns what could not be done, one line each. */
  reconcile(desired: readonly IpvsService[]): Promise<readonly string[]>;
  /** Removes what is ours. @returns what could not be done. */
  withdraw(): Promise<readonly string[]>;
  close(): void;
}

interface Options {
  readonly logger: Logger;
  readonly desired: () => readonly IpvsService[];
  /** Opens the table; called when it is needed first, and again after it failed. */
  readonly open: () => Promise<ServiceTable>;
  readonly pollMillis?: number;
}

export class TableKeeper {
  readonly #options: Options;
  #table: ServiceTable | undefined;
  /** Something of ours is, or may be, in the table. */
  #needed = false;
  #dirty = false;
  #busy: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  #errors: readonly string[] = [];
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** What the last reconciliation could not do; bounded by the size of the table. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** From now on the table is looked after even while nothing is wanted (`lvs_flush`). */
  require(): void {
    this.#needed = true;
  }

  /** Asks for a reconciliation with what is desired by then. */
  reconcile(): void {
    if (this.#stopped) return;
    if (this.#options.desired().length > 0) this.#needed = true;
    if (!this.#needed) return;
    this.#poll ??= setInterval(
      () => this.reconcile(),
      this.#options.pollMillis ?? POLL_MILLIS,
    ).unref();
    this.#dirty = true;
    this.#busy ??= this.#run().finally(() => {
      this.#busy = undefined;
    });
  }

  /** Resolves when every reconciliation that was asked for has been tried. */
  async settled(): Promise<void> {
    while (this.#busy) await this.#busy;
  }

  /** Ends the polling and leaves the table as it is. */
  stop(): void {
    this.#stopped = true;
    this.#dirty = false;
    if (this.#poll) clearInterval(this.#poll);
  }

  /** Ends the polling and removes what is ours. */
  async withdraw(): Promise<void> {
    this.stop();
    await this.settled();
    if (!this.#needed) return;
    await this.#attempt((table) => table.withdraw());
    this.#table?.close();
  }

  async #run(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      await this.#attempt((table) => table.reconcile(this.#options.desired()));
    }
  }

  async #attempt(action: (table: ServiceTable) => Promise<readonly string[]>): Promise<void> {
    try {
      this.#table ??= await this.#options.open();
      this.#tell(await action(this.#table));
    } catch (error) {
      this.#tell([messageOf(error)]);
      this.#table?.close();
      this.#table = undefined;
    }
  }

  /** Logs what is new only: the same failure comes back with every poll. */
  #tell(errors: readonly string[]): void {
    const { logger } = this.#options;
    const before = new Set(this.#errors);
    for (const error of errors) if (!before.has(error)) logger.error('ipvs-failed', error);
    if (before.size > 0 && errors.length === 0) {
      logger.notice('ipvs-recovered', 'IPVS: the table is as configured again');
    }
    this.#errors = errors;
  }
}
