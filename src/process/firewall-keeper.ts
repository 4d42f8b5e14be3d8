/**
 * Keeps the nftables rules of instances (`no_accept`, VMAC interfaces). Nothing is opened before one
 * is wanted. A kernel without nf_tables is an error that is told; the instances run.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { FirewallReconciler, type FirewallReport } from '../kernel/firewall.js';
import { Reconciler } from '../kernel/reconciler.js';
import type { FirewallSettings, VirtualInterface, VrrpSettings } from '../vrrp/settings.js';
import { LazyNfTables } from './lazy-nf-tables.js';

interface Options {
  readonly logger: Logger;
  indexOf(name: string): number | undefined;
}

export class FirewallKeeper {
  readonly #options: Options;
  readonly #loop: Reconciler<FirewallReport>;
  readonly #firewall: FirewallReconciler;
  readonly #tables: LazyNfTables;
  #settings: FirewallSettings | undefined;
  #interfaces: readonly VirtualInterface[] = [];
  /** The table that is or was ours. */
  #table: string | undefined;
  #lastError: string | undefined;
  #toldOfCopies = false;

  constructor(options: Options) {
    this.#options = options;
    this.#tables = new LazyNfTables();
    this.#firewall = new FirewallReconciler(this.#tables);
    this.#loop = new Reconciler<FirewallReport>({
      pass: () => this.#pass(),
      isComplete: (report) => report.failed.length === 0,
      onReport: (report) => this.#tell(report),
      onError: (error) => this.#tellError(messageOf(error)),
    });
  }

  /** Says what is wanted; {@link reconcile} makes it so. */
  want({ firewall, virtualInterfaces = [] }: VrrpSettings): void {
    this.#settings = firewall;
    this.#interfaces = virtualInterfaces;
  }

  /** Sets the rules; resolves when that has been tried. Never rejects. */
  async reconcile(): Promise<void> {
    if (this.#settings || this.#table !== undefined) {
      await this.#loop.reconcileNow().catch(() => {});
    }
  }

  /** An interface has appeared or gone; some rules name its index. */
  linkChanged(name: string): void {
    const { closed = [] } = this.#settings ?? {};
    if (
      this.#interfaces.some((item) => item.name === name || item.parent === name) ||
      closed.some((item) => item.interface === name)
    ) {
      this.#loop.trigger();
    }
  }

  /** Removes the rules. Never rejects. */
  async stop(): Promise<void> {
    this.#settings = undefined;
    if (this.#table !== undefined) await this.#loop.reconcileNow().catch(() => {});
    await this.#loop.stop();
    this.#tables.close();
  }

  async #pass(): Promise<FirewallReport> {
    const former = this.#table;
    if (!this.#settings) {
      if (former !== undefined) await this.#firewall.remove(former);
      this.#table = undefined;
      return { changed: former !== undefined, repaired: false, failed: [], withoutCopies: false };
    }
    const wishes = {
      settings: this.#settings,
      interfaces: this.#interfaces,
      indexOf: (name: string) => this.#options.indexOf(name),
    };
    this.#table = this.#settings.table;
    return await this.#firewall.reconcile(wishes, former);
  }

  #tell({ repaired, withoutCopies }: FirewallReport): void {
    const { logger } = this.#options;
    this.#lastError = undefined;
    if (repaired) {
      logger.warning(
        'nftables-repaired',
        `nftables table ${this.#table} was changed by something else: restored`,
      );
    }
    if (withoutCopies && !this.#toldOfCopies) {
      this.#toldOfCopies = true;
      logger.warning(
        'nftables-no-dup',
        'nftables cannot send copies (nft_dup_ipv4, nft_dup_ipv6): VMAC interfaces send no IGMP and MLD',
      );
    }
  }

  #tellError(error: string): void {
    if (error === this.#lastError) return;
    this.#lastError = error;
    this.#options.logger.error('nftables-failed', `Cannot set nftables rules: ${error}`);
  }
}
