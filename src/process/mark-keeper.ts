/**
 * Keeps the rules that mark the packets of virtual server groups (`nftables_ipvs`). They are set
 * before the services of the marks, and go after them. A file has the table's name, so that a process
 * that comes after a crash finds it; without it, and without such groups, nothing is touched.
 */
import { readFileSync, rmSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { MarkSettings } from '../checker/settings.js';
import { MARK_CHAIN, MARK_CHAINS, markChains } from '../kernel/mark-iptables.js';
import { markTables } from '../kernel/mark-tables.js';
import { OwnedRules, type RulesBackend, type RulesReport } from '../kernel/owned-rules.js';
import { Reconciler } from '../kernel/reconciler.js';
import { openNfTables } from '../netlink/nf-client.js';
import { iptablesPrograms } from './iptables.js';
import { LazyNfTables } from './lazy-nf-tables.js';
import { writeFileAtomically } from './pidfile.js';

interface Options {
  readonly logger: Logger;
  /** Where the table's name is remembered. */
  readonly file?: string;
  /** Where IPVS is: the rules are in the same network namespace. */
  readonly within: <T>(run: () => T) => T;
}

/** What the file says. */
interface Remembered {
  readonly backend?: RulesBackend;
  readonly table?: string;
}

export class MarkKeeper {
  readonly #options: Options;
  readonly #loop: Reconciler<RulesReport>;
  readonly #rules: OwnedRules;
  readonly #tables: LazyNfTables;
  #wanted: MarkSettings | undefined;
  #remembered: Remembered;
  #told: RulesBackend | undefined;
  #isNew = false;
  #lastError: string | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#remembered = read(options.file);
    this.#tables = new LazyNfTables(() => options.within(() => openNfTables()));
    const { backend, table } = this.#remembered;
    this.#rules = new OwnedRules(
      this.#tables,
      iptablesPrograms(options.within),
      MARK_CHAINS,
      backend && table !== undefined ? { backend, name: table } : undefined,
    );
    this.#loop = new Reconciler<RulesReport>({
      pass: () => this.#pass(),
      isComplete: () => true,
      onReport: (report) => this.#tell(report),
      onError: (error) => this.#tellError(messageOf(error)),
    });
  }

  /** What could not be done, in words. */
  get errors(): readonly string[] {
    return this.#lastError === undefined ? [] : [this.#lastError];
  }

  /** Says what is wanted; {@link prepare} and {@link settle} make it so. */
  want(settings: MarkSettings | undefined): void {
    this.#wanted = settings;
    this.#isNew = true;
  }

  /** Sets the rules; resolves when that has been tried. Never rejects. */
  async prepare(): Promise<void> {
    if (!this.#isNew || !this.#wanted) return;
    this.#isNew = false;
    await this.#loop.reconcileNow().catch(() => {});
  }

  /** The table is as wanted: rules that nothing needs go. Never rejects. */
  async settle(): Promise<void> {
    if (this.#wanted || this.#remembered.table === undefined) return;
    await this.#loop.reconcileNow().catch(() => {});
  }

  /** No further passes; the rules stay as they are. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Removes all, after the services. {@link stop} comes before. Never rejects. */
  async withdraw(): Promise<void> {
    this.#wanted = undefined;
    try {
      if (this.#remembered.table !== undefined) await this.#pass();
    } catch (error) {
      this.#tellError(messageOf(error));
    }
    this.#tables.close();
  }

  async #pass(): Promise<RulesReport> {
    const wanted = this.#wanted;
    if (!wanted) {
      const report = await this.#rules.reconcile(undefined);
      this.#remember({});
      return report;
    }
    const { table } = wanted;
    // Before it is there: a crash in between must not leave rules that nobody knows of.
    if (this.#remembered.table === undefined) this.#remember({ backend: 'nftables', table });
    const report = await this.#rules.reconcile({
      name: table,
      tables: markTables(wanted),
      chains: (_, family) => markChains(family, wanted.rules),
    });
    this.#remember({ backend: report.backend, table });
    return report;
  }

  #remember(next: Remembered): void {
    if (JSON.stringify(next) === JSON.stringify(this.#remembered)) return;
    this.#remembered = next;
    const { file, logger } = this.#options;
    if (file === undefined) return;
    try {
      if (next.table === undefined) rmSync(file, { force: true });
      else writeFileAtomically(file, `${JSON.stringify(next)}\n`, 0o644);
    } catch (error) {
      logger.warning('marks-record', `Cannot write ${file}: ${messageOf(error)}`);
    }
  }

  #tell({ backend, repaired }: RulesReport): void {
    const { logger } = this.#options;
    const isIptables = backend === 'iptables';
    const what = isIptables
      ? `iptables chain ${MARK_CHAIN}`
      : `nftables table ${this.#wanted?.table}`;
    if (this.#wanted && (this.#lastError !== undefined || this.#told !== backend)) {
      this.#told = backend;
      logger.info('marks-set', `Packets of virtual server groups are marked by ${what}`);
    }
    this.#lastError = undefined;
    if (repaired) {
      logger.warning('marks-repaired', `${what} was changed by something else: restored`);
    }
  }

  #tellError(error: string): void {
    const text = `Cannot mark the packets of virtual server groups: ${error}`;
    if (text === this.#lastError) return;
    this.#lastError = text;
    this.#options.logger.error('marks-failed', text);
  }
}

function read(file: string | undefined): Remembered {
  if (file === undefined) return {};
  try {
    const { backend, table } = JSON.parse(readFileSync(file, 'utf8')) as Remembered;
    if (typeof table !== 'string' || (backend !== 'nftables' && backend !== 'iptables')) return {};
    return { backend, table };
  } catch {
    return {};
  }
}
