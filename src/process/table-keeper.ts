/**
 * Keeps the kernel's IPVS table as the checker wants it: on change, and every few seconds because
 * IPVS tells nobody when something else changes its table.
 *
 * A kernel without IPVS is reported once and asked again with every pass: checks go on without it.
 * As long as nothing is wanted and nothing was ever put there, IPVS is not touched at all.
 */
import { messageOf, TandemError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { IpvsService } from '../ipvs/model.js';
import { renderOperation } from '../ipvs/operations.js';
import { IpvsTableReconciler, type TableKernel, type TableReport } from '../kernel/ipvs-table.js';
import { Reconciler } from '../kernel/reconciler.js';

const POLL_MILLIS = 5_000;

/** The kernel's table as long as it is open. */
export type OpenTableKernel = TableKernel & { close(): void };

interface Options {
  readonly logger: Logger;
  readonly desired: () => readonly IpvsService[];
  /** Opens the kernel's table: when it is needed first, and again after it failed. */
  readonly open: () => Promise<OpenTableKernel>;
}

export class TableKeeper {
  readonly #options: Options;
  readonly #reconciler: Reconciler<TableReport>;
  #table: IpvsTableReconciler;
  #kernel: OpenTableKernel | undefined;
  /** Something of ours is, or may be, in the table. */
  #needed = false;
  #errors: readonly string[] = [];
  #tried: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
    this.#table = this.#createTable(false);
    this.#reconciler = new Reconciler<TableReport>({
      pass: () => this.#pass(),
      isComplete: (report) => report.failed.length === 0,
      intervalMillis: POLL_MILLIS,
      retryMillis: { first: 200, longest: POLL_MILLIS },
    });
  }

  /** What the last pass could not do; bounded by the size of the table. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** `lvs_flush`: the first pass deletes every service before, foreign ones too. */
  flushFirst(): void {
    if (this.#needed) return;
    this.#needed = true;
    this.#table = this.#createTable(true);
  }

  /** The table as it is now; empty if it cannot be read, which the passes report. */
  async found(): Promise<readonly IpvsService[]> {
    try {
      this.#kernel ??= await this.#options.open();
      return await this.#kernel.readTable();
    } catch {
      return [];
    }
  }

  /** Asks for a pass with what is desired by then. */
  reconcile(): void {
    if (!this.#isNeeded()) return;
    const done = (): void => {};
    this.#tried = this.#reconciler.reconcileNow().then(done, done);
  }

  /** Resolves when the pass that was asked for last has been tried. Never rejects. */
  reconciled(): Promise<void> {
    return this.#tried;
  }

  /** No further passes; the table stays as it is. Resolves when the pass under way has ended. */
  stop(): Promise<void> {
    return this.#reconciler.stop();
  }

  /** Removes what is ours, or with `flush` every service. {@link stop} comes before. */
  async withdraw(options: { readonly flush: boolean }): Promise<void> {
    if (!this.#needed) return;
    try {
      this.#kernel ??= await this.#options.open();
      if (options.flush) await this.#kernel.flush();
      else this.#tell((await this.#table.withdraw()).failed.map(({ reason }) => reason));
    } catch (error) {
      this.#tell([ipvsWords(error)]);
    }
    this.#close();
  }

  #isNeeded(): boolean {
    this.#needed ||= this.#options.desired().length > 0;
    return this.#needed;
  }

  async #pass(): Promise<TableReport> {
    try {
      this.#kernel ??= await this.#options.open();
      const report = await this.#table.reconcile(this.#options.desired());
      this.#tell(report.failed.map(({ reason }) => reason));
      this.#tellDrift(report);
      return report;
    } catch (error) {
      // The family's number changes when the module is loaded again: ask for it anew.
      this.#close();
      this.#tell([ipvsWords(error)]);
      throw error;
    }
  }

  /** The reconciler outlives the kernel's socket, since it knows which services are ours. */
  #createTable(flushAtStart: boolean): IpvsTableReconciler {
    const kernel = (): OpenTableKernel => this.#kernel as OpenTableKernel;
    return new IpvsTableReconciler(
      {
        readTable: () => kernel().readTable(),
        apply: (operations) => kernel().apply(operations),
        flush: () => kernel().flush(),
      },
      { flushAtStart },
    );
  }

  #close(): void {
    this.#kernel?.close();
    this.#kernel = undefined;
  }

  /** Logs what is new only: the same failure comes back with every pass. */
  #tell(errors: readonly string[]): void {
    const { logger } = this.#options;
    const before = new Set(this.#errors);
    for (const error of errors) if (!before.has(error)) logger.error('ipvs-failed', error);
    if (before.size > 0 && errors.length === 0) {
      logger.notice('ipvs-recovered', 'IPVS: the table is as configured again');
    }
    this.#errors = errors;
  }

  #tellDrift({ drift }: TableReport): void {
    const [first] = drift;
    if (!first) return;
    const more = drift.length > 1 ? ` and ${drift.length - 1} more` : '';
    this.#options.logger.warning(
      'ipvs-drift',
      `IPVS: something else changed the table, repaired: ${renderOperation(first)}${more}`,
      { operations: drift.length },
    );
  }
}

function ipvsWords(error: unknown): string {
  const missing = error instanceof TandemError && error.code === 'IPVS_NOT_IN_KERNEL';
  return `IPVS: ${missing ? "Can't initialize ipvs: " : ''}${messageOf(error)}`;
}
