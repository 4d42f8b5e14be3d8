/** Makes the nftables rules of instances true. */
import type { NftTable } from '../netlink/nf-tables.js';
import { desiredTables, type FirewallWishes } from './firewall-rules.js';
import { type NftKernel, OwnedTables } from './owned-tables.js';

export interface FirewallReport {
  readonly changed: boolean;
  /** Something else had changed a table of ours. */
  readonly repaired: boolean;
  /** What could not be done, in words. */
  readonly failed: readonly string[];
  /** IGMP and MLD of macvlans is dropped rather than sent by the interface below. */
  readonly withoutCopies: boolean;
}

type Wishes = Omit<FirewallWishes, 'canDuplicate'>;

export class FirewallReconciler {
  readonly #tables: OwnedTables;
  #canDuplicate = true;

  constructor(kernel: NftKernel) {
    this.#tables = new OwnedTables(kernel);
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @param name the table of an earlier configuration, to be removed.
   * @throws {NetlinkError} the rules could not be set.
   */
  async reconcile(wishes: Wishes, former?: string): Promise<FirewallReport> {
    const { table } = wishes.settings;
    if (former !== undefined && former !== table) await this.#tables.remove(former);
    try {
      return this.#report(await this.#tables.make(table, this.#wanted(wishes)));
    } catch (error) {
      if (!this.#canDuplicate || wishes.interfaces.length === 0) throw error;
      // A kernel without nft_dup_ipv4 refuses the whole.
      this.#canDuplicate = false;
      try {
        return this.#report(await this.#tables.make(table, this.#wanted(wishes)));
      } catch {
        this.#canDuplicate = true;
        throw error;
      }
    }
  }

  /** Removes the tables. @throws {NetlinkError} */
  async remove(name: string): Promise<void> {
    await this.#tables.remove(name);
  }

  #wanted(wishes: Wishes): readonly NftTable[] {
    return desiredTables({ ...wishes, canDuplicate: this.#canDuplicate });
  }

  #report({ changed, repaired }: { changed: boolean; repaired: boolean }): FirewallReport {
    return { changed, repaired, failed: [], withoutCopies: !this.#canDuplicate };
  }
}
