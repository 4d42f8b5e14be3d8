/**
 * Makes FULLNAT's rules true: by nftables, or by legacy iptables where the kernel's nftables cannot
 * translate. Which of the two is found out with the first rule, and kept.
 */
import { constants } from 'node:os';
import { messageOf } from '../base/errors.js';
import type { Family } from '../base/ip.js';
import { NetlinkError } from '../netlink/errors.js';
import { type NftKernel, OwnedTables } from './owned-tables.js';
import type { TranslatedService } from './source-nat.js';
import {
  hasChain,
  type IptablesTable,
  iptablesRules,
  ownLines,
  restoreText,
  TABLES,
} from './source-nat-iptables.js';
import { SOURCE_NAT_TABLE, sourceNatTables } from './source-nat-tables.js';

/** The programs of legacy iptables; both reject with an Error in words. */
export interface Iptables {
  /** iptables-save of one table. */
  save(family: Family, table: IptablesTable): Promise<string>;
  /** iptables-restore --noflush. */
  restore(family: Family, text: string): Promise<void>;
}

export type SourceNatBackend = 'nftables' | 'iptables';

export interface SourceNatReport {
  readonly backend: SourceNatBackend;
  readonly changed: boolean;
  /** Something else had changed rules of ours. */
  readonly repaired: boolean;
}

type Made = Pick<SourceNatReport, 'changed' | 'repaired'>;

const ERRNO = constants.errno;
/** What a kernel answers that lacks the chain's type, the expression or the family. */
const UNSUPPORTED: readonly number[] = [
  ERRNO.ENOENT,
  ERRNO.EOPNOTSUPP,
  ERRNO.EPROTONOSUPPORT,
  ERRNO.EAFNOSUPPORT,
];

export class SourceNatReconciler {
  readonly #tables: OwnedTables;
  readonly #chains: OwnedChains;
  #backend: SourceNatBackend | undefined;
  /** Rules of an earlier process may be there. */
  #former: SourceNatBackend | undefined;

  /** @param former by what an earlier process has made rules that it may have left. */
  constructor(nft: NftKernel, iptables: Iptables, former?: SourceNatBackend) {
    this.#tables = new OwnedTables(nft);
    this.#chains = new OwnedChains(iptables, former === 'iptables');
    this.#former = former;
  }

  /**
   * One pass. Passes must not overlap. Without services all is removed.
   *
   * @throws {Error} the rules could not be set.
   */
  async reconcile(services: readonly TranslatedService[]): Promise<SourceNatReport> {
    if (services.length === 0) {
      await this.#remove();
      return { backend: 'nftables', changed: true, repaired: false };
    }
    const report = await this.#make(services);
    if (this.#former !== undefined && this.#former !== report.backend) {
      await this.#removeBy(this.#former).catch(() => {});
    }
    this.#backend = report.backend;
    this.#former = undefined;
    return report;
  }

  async #make(services: readonly TranslatedService[]): Promise<SourceNatReport> {
    let refused: unknown;
    if (this.#backend !== 'iptables') {
      try {
        const made = await this.#tables.make(SOURCE_NAT_TABLE, sourceNatTables(services));
        return { backend: 'nftables', ...made };
      } catch (error) {
        if (this.#backend === 'nftables' || !isUnsupported(error)) throw error;
        refused = error;
      }
    }
    try {
      return { backend: 'iptables', ...(await this.#chains.make(services)) };
    } catch (error) {
      if (refused === undefined) throw error;
      throw new Error(`nftables: ${messageOf(refused)}; iptables: ${messageOf(error)}`);
    }
  }

  async #remove(): Promise<void> {
    for (const backend of new Set([this.#backend, this.#former])) {
      if (backend) await this.#removeBy(backend);
    }
    this.#former = undefined;
  }

  async #removeBy(backend: SourceNatBackend): Promise<void> {
    if (backend === 'nftables') await this.#tables.remove(SOURCE_NAT_TABLE);
    else await this.#chains.make([]);
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof NetlinkError && UNSUPPORTED.includes(error.errno ?? 0);
}

const FAMILIES: readonly Family[] = [4, 6];
const TABLE_NAMES = Object.keys(TABLES) as IptablesTable[];

/** Chains of ours in legacy iptables. */
class OwnedChains {
  readonly #iptables: Iptables;
  /** What was set, and how iptables words it, by family and table. */
  readonly #inForce = new Map<string, { readonly wanted: string; readonly there: string }>();
  /** An earlier process may have left chains. */
  #unknown: boolean;

  constructor(iptables: Iptables, mayBeThere: boolean) {
    this.#iptables = iptables;
    this.#unknown = mayBeThere;
  }

  async make(services: readonly TranslatedService[]): Promise<Made> {
    let [changed, repaired] = [false, false];
    for (const family of FAMILIES) {
      for (const table of TABLE_NAMES) {
        const made = await this.#makeTable(family, table, iptablesRules(table, family, services));
        changed ||= made.changed;
        repaired ||= made.repaired;
      }
    }
    this.#unknown = false;
    return { changed, repaired };
  }

  async #makeTable(family: Family, table: IptablesTable, rules: readonly string[]): Promise<Made> {
    const key = `${family} ${table}`;
    const former = this.#inForce.get(key);
    if (rules.length === 0 && !former) {
      // Looking into a table makes the kernel load it: only where there may be something.
      if (this.#unknown) await this.#clear(family, table).catch(() => {});
      return { changed: false, repaired: false };
    }
    const wanted = rules.join('\n');
    const saved = await this.#iptables.save(family, table);
    const isSame = former?.wanted === wanted;
    if (isSame && former.there === ownLines(saved).join('\n')) {
      return { changed: false, repaired: false };
    }
    await this.#iptables.restore(family, restoreText(table, rules, saved));
    if (rules.length === 0) {
      this.#inForce.delete(key);
    } else {
      const there = ownLines(await this.#iptables.save(family, table));
      if (there.length !== rules.length + 1)
        throw new Error(`the table ${table} is not as it was set`);
      this.#inForce.set(key, { wanted, there: there.join('\n') });
    }
    return { changed: true, repaired: isSame };
  }

  async #clear(family: Family, table: IptablesTable): Promise<void> {
    const saved = await this.#iptables.save(family, table);
    if (hasChain(saved)) await this.#iptables.restore(family, restoreText(table, [], saved));
  }
}
