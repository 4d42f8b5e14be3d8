/**
 * Packet rules of ours by nftables, or by legacy iptables where the kernel's nftables cannot. Which of the
 * two is found out with the first rule, and kept.
 */
import { constants } from 'node:os';
import { messageOf } from '../base/errors.js';
import type { Family } from '../base/ip.js';
import { NetlinkError } from '../netlink/errors.js';
import type { NftTable } from '../netlink/nf-tables.js';
import { type Iptables, type IptablesTable, type OwnedChain, OwnedChains } from './owned-chains.js';
import { type NftKernel, OwnedTables } from './owned-tables.js';

export type RulesBackend = 'nftables' | 'iptables';

export interface RulesReport {
  readonly backend: RulesBackend;
  readonly changed: boolean;
  /** Something else had changed rules of ours. */
  readonly repaired: boolean;
}

/** The same rules for both. */
export interface WantedRules {
  /** The nftables table's name. */
  readonly name: string;
  readonly tables: readonly NftTable[];
  /** What follows `-A CHAIN` of iptables. */
  chains(table: IptablesTable, family: Family): readonly string[];
}

/** What an earlier process has made and may have left. */
export interface FormerRules {
  readonly backend: RulesBackend;
  readonly name: string;
}

const ERRNO = constants.errno;
/** What a kernel answers that lacks the chain's type, the expression or the family. */
const UNSUPPORTED: readonly number[] = [
  ERRNO.ENOENT,
  ERRNO.EOPNOTSUPP,
  ERRNO.EPROTONOSUPPORT,
  ERRNO.EAFNOSUPPORT,
];

export class OwnedRules {
  readonly #tables: OwnedTables;
  readonly #chains: OwnedChains;
  #backend: RulesBackend | undefined;
  #name: string | undefined;
  #former: FormerRules | undefined;

  constructor(
    nft: NftKernel,
    iptables: Iptables,
    chains: readonly OwnedChain[],
    former?: FormerRules,
  ) {
    this.#tables = new OwnedTables(nft);
    this.#chains = new OwnedChains(iptables, chains, former?.backend === 'iptables');
    this.#former = former;
  }

  /**
   * One pass. Passes must not overlap. Without wishes all is removed.
   *
   * @throws {Error} the rules could not be set.
   */
  async reconcile(wanted: WantedRules | undefined): Promise<RulesReport> {
    if (!wanted) {
      const backend = this.#backend ?? this.#former?.backend ?? 'nftables';
      await this.#remove();
      return { backend, changed: true, repaired: false };
    }
    if (this.#backend === 'nftables' && this.#name !== wanted.name && this.#name !== undefined) {
      await this.#tables.remove(this.#name);
    }
    const report = await this.#make(wanted);
    const former = this.#former;
    if (former && (former.backend !== report.backend || former.name !== wanted.name)) {
      await this.#removeFormer(former, report.backend).catch(() => {});
    }
    this.#backend = report.backend;
    this.#name = wanted.name;
    this.#former = undefined;
    return report;
  }

  async #make(wanted: WantedRules): Promise<RulesReport> {
    let refused: unknown;
    if (this.#backend !== 'iptables') {
      try {
        return { backend: 'nftables', ...(await this.#tables.make(wanted.name, wanted.tables)) };
      } catch (error) {
        if (this.#backend === 'nftables' || !isUnsupported(error)) throw error;
        refused = error;
      }
    }
    try {
      const made = await this.#chains.make((table, family) => wanted.chains(table, family));
      return { backend: 'iptables', ...made };
    } catch (error) {
      if (refused === undefined) throw error;
      throw new Error(`nftables: ${messageOf(refused)}; iptables: ${messageOf(error)}`);
    }
  }

  async #remove(): Promise<void> {
    const backends = new Set([this.#backend, this.#former?.backend]);
    if (backends.has('nftables')) {
      const names = new Set([this.#name, this.#former?.name]);
      for (const name of names) if (name !== undefined) await this.#tables.remove(name);
    }
    if (backends.has('iptables')) await this.#chains.make(() => []);
    this.#former = undefined;
  }

  /** The chains have one name only, and were replaced by what was made of them. */
  async #removeFormer(former: FormerRules, now: RulesBackend): Promise<void> {
    if (former.backend === 'nftables') await this.#tables.forget(former.name);
    else if (now !== 'iptables') await this.#chains.make(() => []);
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof NetlinkError && UNSUPPORTED.includes(error.errno);
}
