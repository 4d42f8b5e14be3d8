/**
 * nftables tables of ours. One is replaced as a whole and at once, so that there is no moment without
 * rules, and what an earlier process has left goes with it. Whether something else has changed it since
 * is looked at when the kernel says that any rule has changed.
 */
import type { NfTablesClient } from '../netlink/nf-client.js';
import type { NftTable, TableFamily } from '../netlink/nf-tables.js';

/** What is needed of the kernel. */
export type NftKernel = Pick<NfTablesClient, 'replace' | 'remove' | 'generation' | 'contents'>;

/** The families that a table of ours may have. */
export const FAMILIES: readonly TableFamily[] = ['ip', 'ip6'];

export interface OwnedReport {
  readonly changed: boolean;
  /** Something else had changed a table of ours. */
  readonly repaired: boolean;
}

export class OwnedTables {
  readonly #kernel: NftKernel;
  /** What is in force, as text; undefined: not known, or nothing. */
  #inForce: string | undefined;
  #tables: readonly NftTable[] = [];
  #generation: number | undefined;
  /** Families in which an earlier process may have left the table. */
  #unknown = true;

  constructor(kernel: NftKernel) {
    this.#kernel = kernel;
  }

  /**
   * Makes them so. Calls must not overlap.
   *
   * @param name of all of them.
   * @param tables at most one a family.
   * @throws {NetlinkError} the rules could not be set.
   */
  async make(name: string, tables: readonly NftTable[]): Promise<OwnedReport> {
    const wanted = textOf(tables);
    const isSame = this.#inForce === wanted;
    const repaired = isSame && !(await this.#isIntact());
    if (isSame && !repaired) return { changed: false, repaired };
    await this.#kernel.replace(tables);
    const families = new Set(tables.map(({ family }) => family));
    const former = this.#unknown ? FAMILIES : this.#tables.map(({ family }) => family);
    for (const family of former.filter((each) => !families.has(each))) {
      try {
        await this.#kernel.remove(family, name);
      } catch (error) {
        // A kernel without the family has nothing of an earlier process either.
        if (!this.#unknown) throw error;
      }
    }
    this.#unknown = false;
    this.#tables = tables;
    this.#inForce = wanted;
    this.#generation = await this.#kernel.generation();
    return { changed: true, repaired };
  }

  /** Removes those of another name than what is in force. @throws {NetlinkError} */
  async forget(name: string): Promise<void> {
    for (const family of FAMILIES) await this.#kernel.remove(family, name);
  }

  /** Removes those of a name. @throws {NetlinkError} */
  async remove(name: string): Promise<void> {
    this.#inForce = undefined;
    for (const family of FAMILIES) await this.#kernel.remove(family, name);
    this.#tables = [];
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
}

function textOf(tables: readonly NftTable[]): string {
  return JSON.stringify(tables, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
  );
}
