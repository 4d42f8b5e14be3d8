/**
 * Makes the nftables rules true. A table is replaced as a whole and at once, so that there is no
 * moment without rules, and what an earlier process has left goes with it. Whether something else has
 * changed it since is looked at when the kernel says that any rule has changed.
 */
import type { NfTablesClient } from '../netlink/nf-client.js';
import type { NftTable, TableFamily } from '../netlink/nf-tables.js';
import { desiredTables, FAMILIES, type FirewallWishes } from './firewall-rules.js';

/** What is needed of the kernel. */
export type FirewallKernel = Pick<NfTablesClient, 'replace' | 'remove' | 'generation' | 'contents'>;

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
  readonly #kernel: FirewallKernel;
  /** What is in force, as text; undefined: not known, or nothing. */
  #inForce: string | undefined;
  #tables: readonly NftTable[] = [];
  #generation: number | undefined;
  #canDuplicate = true;

  constructor(kernel: FirewallKernel) {
    this.#kernel = kernel;
  }

  /**
   * One pass. Passes must not overlap.
   *
   * @param name the table of an earlier configuration, to be removed.
   * @throws {NetlinkError} the rules could not be set.
   */
  async reconcile(wishes: Wishes, former?: string): Promise<FirewallReport> {
    const failed: string[] = [];
    if (former !== undefined && former !== wishes.settings.table) {
      for (const family of FAMILIES) await this.#kernel.remove(family, former);
    }
    const wanted = this.#wanted(wishes);
    const isSame = this.#inForce === textOf(wanted);
    const repaired = isSame && !(await this.#isIntact());
    if (isSame && !repaired) return this.#report(false, false, failed);
    await this.#replace(wishes, wanted);
    return this.#report(true, repaired, failed);
  }

  /** Removes the tables. @throws {NetlinkError} */
  async remove(name: string): Promise<void> {
    this.#inForce = undefined;
    for (const family of FAMILIES) await this.#kernel.remove(family, name);
  }

  #wanted(wishes: Wishes): readonly NftTable[] {
    return desiredTables({ ...wishes, canDuplicate: this.#canDuplicate });
  }

  async #replace(wishes: Wishes, wanted: readonly NftTable[]): Promise<void> {
    try {
      await this.#put(wishes.settings.table, wanted);
    } catch (error) {
      if (!this.#canDuplicate || wishes.interfaces.length === 0) throw error;
      // A kernel without nft_dup_ipv4 refuses the whole.
      this.#canDuplicate = false;
      try {
        await this.#put(wishes.settings.table, this.#wanted(wishes));
      } catch {
        this.#canDuplicate = true;
        throw error;
      }
    }
  }

  async #put(name: string, tables: readonly NftTable[]): Promise<void> {
    await this.#kernel.replace(tables);
    const families = new Set(tables.map(({ family }) => family));
    const surplus: TableFamily[] = this.#tables
      .map(({ family }) => family)
      .filter((family) => !families.has(family));
    for (const family of surplus) await this.#kernel.remove(family, name);
    this.#tables = tables;
    this.#inForce = textOf(tables);
    this.#generation = await this.#kernel.generation();
  }

  /** Whether all of ours is still there. */
  async #isIntact(): Promise<boolean> {
    const generation = await this.#kernel.generation();
    if (generation === this.#generation) return true;
    for (const table of this.#tables) {
      const rules = table.chains.reduce((sum, chain) => sum + chain.rules.length, 0);
      try {
        const there = await this.#kernel.contents(table);
        if (there.rules !== rules) return false;
        for (const { name, elements } of table.sets) {
          if (there.elements.get(name) !== elements.length) return false;
        }
      } catch {
        return false;
      }
    }
    this.#generation = generation;
    return true;
  }

  #report(changed: boolean, repaired: boolean, failed: readonly string[]): FirewallReport {
    return { changed, repaired, failed, withoutCopies: !this.#canDuplicate };
  }
}

function textOf(tables: readonly NftTable[]): string {
  return JSON.stringify(tables, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
}
