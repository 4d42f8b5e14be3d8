/**
 * Keeps the nftables rules that mark the packets of virtual server groups (`nftables_ipvs`). They are set
 * before the services of the marks, and go after them. A file has the table's name, so that a process
 * that comes after a crash finds it; without it, and without such groups, nothing is touched.
 */
import { readFileSync, rmSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { MarkSettings } from '../checker/settings.js';
import { markTables } from '../kernel/mark-tables.js';
import { type OwnedReport, OwnedTables } from '../kernel/owned-tables.js';
import { Reconciler } from '../kernel/reconciler.js';
import { type NfTablesClient, openNfTables } from '../netlink/nf-client.js';
import { writeFileAtomically } from './pidfile.js';

interface Options {
  readonly logger: Logger;
  /** Where the table's name is remembered. */
  readonly file?: string;
  /** Where IPVS is: the rules are in the same network namespace. */
  readonly within: <T>(run: () => T) => T;
}

export class MarkKeeper {
  readonly #options: Options;
  readonly #loop: Reconciler<OwnedReport>;
  readonly #tables: OwnedTables;
  #client: NfTablesClient | undefined;
  #wanted: MarkSettings | undefined;
  /** The table that is or was ours. */
  #table: string | undefined;
  #isNew = false;
  #lastError: string | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#table = read(options.file);
    const client = (): NfTablesClient => {
      this.#client ??= options.within(() => openNfTables());
      return this.#client;
    };
    this.#tables = new OwnedTables({
      replace: (tables) => client().replace(tables),
      remove: (family, name) => client().remove(family, name),
      generation: () => client().generation(),
      contents: (table) => client().contents(table),
    });
    this.#loop = new Reconciler<OwnedReport>({
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
    if (this.#wanted || this.#table === undefined) return;
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
      if (this.#table !== undefined) await this.#pass();
    } catch (error) {
      this.#tellError(messageOf(error));
    }
    this.#client?.close();
  }

  async #pass(): Promise<OwnedReport> {
    const former = this.#table;
    const wanted = this.#wanted;
    if (former !== undefined && former !== wanted?.table) await this.#tables.remove(former);
    // Before it is there: a crash in between must not leave rules that nobody knows of.
    this.#remember(wanted?.table);
    if (!wanted) return { changed: former !== undefined, repaired: false };
    return await this.#tables.make(wanted.table, markTables(wanted));
  }

  #remember(table: string | undefined): void {
    if (table === this.#table) return;
    this.#table = table;
    const { file, logger } = this.#options;
    if (file === undefined) return;
    try {
      if (table === undefined) rmSync(file, { force: true });
      else writeFileAtomically(file, `${JSON.stringify({ table })}\n`, 0o644);
    } catch (error) {
      logger.warning('marks-record', `Cannot write ${file}: ${messageOf(error)}`);
    }
  }

  #tell({ repaired }: OwnedReport): void {
    const { logger } = this.#options;
    if (this.#lastError !== undefined && this.#wanted) {
      logger.notice('marks-recovered', `nftables table ${this.#table} is set now`);
    }
    this.#lastError = undefined;
    if (!repaired) return;
    const text = `nftables table ${this.#table} was changed by something else: restored`;
    logger.warning('marks-repaired', text);
  }

  #tellError(error: string): void {
    const text = `Cannot mark the packets of virtual server groups: ${error}`;
    if (text === this.#lastError) return;
    this.#lastError = text;
    this.#options.logger.error('marks-failed', text);
  }
}

function read(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const { table } = JSON.parse(readFileSync(file, 'utf8')) as { table?: unknown };
    return typeof table === 'string' ? table : undefined;
  } catch {
    return undefined;
  }
}
