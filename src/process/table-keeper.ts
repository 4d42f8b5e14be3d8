/**
 * Keeps the kernel's IPVS table as the checker wants it: on change, and every few seconds because
 * IPVS tells nobody when something else changes its table. A change looks at what changed; the passes
 * in between look at the whole table, the more seldom the longer that takes.
 *
 * A kernel without IPVS is reported once and asked again with every pass: checks go on without it.
 * As long as nothing is wanted and nothing was ever put there, IPVS is not touched at all.
 */
import { monotonicMicros } from '../base/clock.js';
import { messageOf, TandemError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import type { ConnectionCount } from '../checker/drain.js';
import type { CountedService } from '../checker/effects.js';
import type { ServiceCounters, TableSnapshot } from '../checker/snapshot.js';
import type { IpvsClient } from '../ipvs/client.js';
import { destinationKey, type IpvsService, type ServiceId, serviceKey } from '../ipvs/model.js';
import { renderOperation } from '../ipvs/operations.js';
import {
  IpvsTableReconciler,
  type TableKernel,
  type TableProgress,
  type TableReport,
} from '../kernel/ipvs-table.js';
import { Reconciler } from '../kernel/reconciler.js';

const POLL_MILLIS = 5_000;
/** Reading the whole table takes at most this part of the time. */
const POLL_SHARE = 20;
/** A pass that takes longer says how far it is, so often. */
const PROGRESS_MILLIS = 5_000;

/** How long counters are kept that nobody asks for again. */
const COUNTERS_KEPT_MILLIS = 60_000;

/** The kernel's table as long as it is open. */
export type OpenTableKernel = TableKernel & Pick<IpvsClient, 'readTable'> & { close(): void };

interface Options {
  readonly logger: Logger;
  readonly desired: () => readonly IpvsService[];
  /** Sets what services need before they are in the table. Never rejects. */
  readonly prepare?: () => Promise<void>;
  /** Whether a service may be in the table yet. */
  readonly admits?: (service: ServiceId) => boolean;
  /** Opens the kernel's table: when it is needed first, and again after it failed. */
  readonly open: () => Promise<OpenTableKernel>;
  /** Told which services are ours, before they are made and after they are gone. */
  readonly onOwned?: (keys: readonly string[]) => void;
  /** After each pass over the whole table. */
  readonly onWhole?: () => void;
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
  /** Other wishes than those that the last pass began with. */
  #news = true;
  #wholeAt: Micros | undefined;
  #wholeTook: Micros = 0;
  #progress: TableProgress | undefined;
  #toldAt: Micros = 0;
  #changes = 0;
  #drifts = 0;
  /** Bounded by the table. */
  #counters: readonly ServiceCounters[] | undefined;
  #reading: Promise<void> | undefined;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#table = this.#createTable(false);
    this.#reconciler = new Reconciler<TableReport>({
      pass: () => this.#pass(),
      isComplete: (report) => report.failures === 0,
      intervalMillis: () => this.#pollMillis(),
      retryMillis: { first: 200, longest: POLL_MILLIS },
    });
  }

  /** What the last pass could not do; bounded. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  /** What the passes did; `undefined`: nothing was wanted yet. */
  get status(): TableSnapshot | undefined {
    if (!this.#needed) return undefined;
    return {
      changes: this.#changes,
      drift: this.#drifts,
      ...(this.#wholeAt === undefined ? {} : { wholeRead: this.#wholeTook }),
      ...(this.#counters ? { services: this.#counters } : {}),
      ...(this.#progress ? { working: this.#progress } : {}),
    };
  }

  /**
   * Reads the counters for the next {@link status}, service by service between the passes' requests.
   * Asked by whoever wants a status: without observers nothing is read, and what was read goes again.
   *
   * @returns when they are read, or after `patience` ms: then the status has older ones, or none.
   */
  async readCounters(patience: number): Promise<void> {
    if (!this.#needed || !this.#kernel) return;
    this.#reading ??= this.#readCounters().finally(() => {
      this.#reading = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.#reading, enough]);
    clearTimeout(timer);
  }

  async #readCounters(): Promise<void> {
    try {
      const table = (await this.#kernel?.readTable()) ?? [];
      const { owned } = this.#table;
      this.#counters = table
        .filter(({ id }) => owned.has(serviceKey(id)))
        .map(({ id, stats, destinations }) => ({
          service: serviceKey(id),
          stats,
          servers: destinations.map((each) => ({
            server: destinationKey(each),
            active: each.activeConnections,
            inactive: each.inactiveConnections,
            stats: each.stats,
          })),
        }));
      clearTimeout(this.#forgetting);
      this.#forgetting = setTimeout(() => {
        this.#counters = undefined;
      }, COUNTERS_KEPT_MILLIS);
      this.#forgetting.unref();
    } catch {
      // The passes tell what is wrong with the kernel.
      this.#counters = undefined;
    }
  }

  /** `lvs_flush`: the first pass deletes every service before, foreign ones too. */
  flushFirst(): void {
    if (this.#needed) return;
    this.#needed = true;
    this.#table = this.#createTable(true);
  }

  /** Answers for services that an earlier process left. */
  adopt(keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.#needed = true;
    this.#table.adopt(keys);
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
    this.#news = true;
    const done = (): void => {};
    this.#tried = this.#reconciler.reconcileNow().then(done, done);
  }

  /** Resolves when the pass that was asked for last has been tried. Never rejects. */
  reconciled(): Promise<void> {
    return this.#tried;
  }

  /** The connections of servers now. Nothing of those whose service cannot be read. */
  async count(services: readonly CountedService[]): Promise<ConnectionCount[]> {
    const counts: ConnectionCount[] = [];
    for (const { id, servers } of services) {
      try {
        const found = (await this.#kernel?.readFoundDestinations(id)) ?? [];
        const there = new Map(found.map((each) => [destinationKey(each), each]));
        for (const { address, port } of servers) {
          const server = there.get(destinationKey({ address, port }));
          counts.push({
            service: id,
            address,
            port,
            ...(server && {
              connections: server.activeConnections + server.inactiveConnections,
              weight: server.weight,
            }),
          });
        }
      } catch {
        // The passes tell what is wrong with the kernel; the next count asks again.
        return counts;
      }
    }
    return counts;
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
      if (options.flush) {
        await this.#kernel.flush();
        this.#options.onOwned?.([]);
      } else this.#tell((await this.#table.withdraw()).failed.map(({ reason }) => reason));
    } catch (error) {
      this.#tell([ipvsWords(error)]);
    }
    this.#close();
  }

  #desired(): readonly IpvsService[] {
    const { desired, admits } = this.#options;
    return admits ? desired().filter(({ id }) => admits(id)) : desired();
  }

  #isNeeded(): boolean {
    this.#needed ||= this.#options.desired().length > 0;
    return this.#needed;
  }

  #pollMillis(): number {
    return Math.max(POLL_MILLIS, (this.#wholeTook * POLL_SHARE) / MICROS_PER_MILLI);
  }

  async #pass(): Promise<TableReport> {
    try {
      this.#kernel ??= await this.#options.open();
      await this.#options.prepare?.();
      const begun = monotonicMicros();
      const poll = this.#pollMillis() * MICROS_PER_MILLI;
      const isRecent = this.#wholeAt !== undefined && begun - this.#wholeAt < poll;
      const onlyChanged = this.#news && isRecent;
      this.#news = false;
      this.#toldAt = begun;
      const report = await this.#table.reconcile(this.#desired(), {
        onlyChanged,
        news: () => this.#newest(),
        onProgress: (progress) => this.#onProgress(progress),
      });
      const ended = monotonicMicros();
      if (!onlyChanged) {
        this.#wholeAt = ended;
        this.#options.onWhole?.();
        // The first pass makes the table; how long reading it takes, the next one will tell.
        if (report.changes < report.services) this.#wholeTook = ended - begun;
      }
      if (ended - begun > PROGRESS_MILLIS * MICROS_PER_MILLI) this.#tellEnd(report, ended - begun);
      this.#changes += report.changes;
      this.#drifts += report.drifts;
      this.#tell(report.failed.map(({ reason }) => reason));
      this.#tellDrift(report);
      return report;
    } catch (error) {
      // The family's number changes when the module is loaded again: ask for it anew.
      this.#close();
      this.#tell([ipvsWords(error)]);
      throw error;
    } finally {
      this.#progress = undefined;
    }
  }

  #newest(): readonly IpvsService[] | undefined {
    if (!this.#news) return undefined;
    this.#news = false;
    return this.#desired();
  }

  #onProgress(progress: TableProgress): void {
    this.#progress = progress;
    const now = monotonicMicros();
    if (now - this.#toldAt < PROGRESS_MILLIS * MICROS_PER_MILLI) return;
    this.#toldAt = now;
    this.#options.logger.info(
      'ipvs-progress',
      `IPVS: ${progress.looked} of ${progress.of} services looked at, ${progress.changes} changes made`,
      { ...progress },
    );
  }

  #tellEnd({ services, changes }: TableReport, took: Micros): void {
    const seconds = (took / MICROS_PER_MILLI / 1_000).toFixed(1);
    this.#options.logger.info(
      'ipvs-progress',
      `IPVS: ${services} services looked at, ${changes} changes made, in ${seconds} s`,
      { services, changes },
    );
  }

  /** The reconciler outlives the kernel's socket, since it knows which services are ours. */
  #createTable(flushAtStart: boolean): IpvsTableReconciler {
    const kernel = (): OpenTableKernel => this.#kernel as OpenTableKernel;
    const { onOwned } = this.#options;
    return new IpvsTableReconciler(
      {
        readServices: () => kernel().readServices(),
        readService: (id) => kernel().readService(id),
        readFoundDestinations: (id) => kernel().readFoundDestinations(id),
        apply: (operations) => kernel().apply(operations),
        flush: () => kernel().flush(),
      },
      { flushAtStart, ...(onOwned ? { onOwned } : {}) },
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

  #tellDrift({ drift, drifts }: TableReport): void {
    const [first] = drift;
    if (!first) return;
    const more = drifts > 1 ? ` and ${drifts - 1} more` : '';
    this.#options.logger.warning(
      'ipvs-drift',
      `IPVS: something else changed the table, repaired: ${renderOperation(first)}${more}`,
      { operations: drifts },
    );
  }
}

function ipvsWords(error: unknown): string {
  const missing = error instanceof TandemError && error.code === 'IPVS_NOT_IN_KERNEL';
  return `IPVS: ${missing ? "Can't initialize ipvs: " : ''}${messageOf(error)}`;
}
