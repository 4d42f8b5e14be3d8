/**
 * Chains of ours in legacy iptables, for kernels whose nftables cannot do what is wanted. The built-in
 * chains jump to them. What is there is compared with what was there when it was set, in iptables's own
 * words; a table is changed at once.
 */
import type { Family } from '../base/ip.js';

export type IptablesTable = 'nat' | 'filter' | 'mangle';

/** The programs of legacy iptables; both reject with an Error in words. */
export interface Iptables {
  /** iptables-save of one table. */
  save(family: Family, table: IptablesTable): Promise<string>;
  /** iptables-restore --noflush. */
  restore(family: Family, text: string): Promise<void>;
}

/** A chain of ours, and from where it is jumped to. */
export interface OwnedChain {
  readonly table: IptablesTable;
  readonly parent: string;
  /** Its name; nothing else may use it. */
  readonly chain: string;
}

export interface ChainsReport {
  readonly changed: boolean;
  /** Something else had changed rules of ours. */
  readonly repaired: boolean;
}

const FAMILIES: readonly Family[] = [4, 6];

export class OwnedChains {
  readonly #iptables: Iptables;
  readonly #chains: readonly OwnedChain[];
  /** What was set, and how iptables words it, by family and table. */
  readonly #inForce = new Map<string, { readonly wanted: string; readonly there: string }>();
  /** An earlier process may have left chains. */
  #unknown: boolean;

  constructor(iptables: Iptables, chains: readonly OwnedChain[], mayBeThere: boolean) {
    this.#iptables = iptables;
    this.#chains = chains;
    this.#unknown = mayBeThere;
  }

  /**
   * Makes them so; chains without rules go. Calls must not overlap.
   *
   * @param rulesOf the rules of a chain: what follows `-A CHAIN`.
   */
  async make(
    rulesOf: (table: IptablesTable, family: Family) => readonly string[],
  ): Promise<ChainsReport> {
    let [changed, repaired] = [false, false];
    for (const family of FAMILIES) {
      for (const chain of this.#chains) {
        const made = await this.#makeOne(family, chain, rulesOf(chain.table, family));
        changed ||= made.changed;
        repaired ||= made.repaired;
      }
    }
    this.#unknown = false;
    return { changed, repaired };
  }

  async #makeOne(
    family: Family,
    owned: OwnedChain,
    rules: readonly string[],
  ): Promise<ChainsReport> {
    const { table } = owned;
    const key = `${family} ${table}`;
    const former = this.#inForce.get(key);
    if (rules.length === 0 && !former) {
      // Looking into a table makes the kernel load it: only where there may be something.
      if (this.#unknown) await this.#clear(family, owned).catch(() => {});
      return { changed: false, repaired: false };
    }
    const wanted = rules.join('\n');
    const saved = await this.#iptables.save(family, table);
    const isSame = former?.wanted === wanted;
    if (isSame && former.there === ownLines(owned, saved).join('\n')) {
      return { changed: false, repaired: false };
    }
    await this.#iptables.restore(family, restoreText(owned, rules, saved));
    if (rules.length === 0) {
      this.#inForce.delete(key);
    } else {
      const there = ownLines(owned, await this.#iptables.save(family, table));
      if (there.length !== rules.length + 1) {
        throw new Error(`the table ${table} is not as it was set`);
      }
      this.#inForce.set(key, { wanted, there: there.join('\n') });
    }
    return { changed: true, repaired: isSame };
  }

  async #clear(family: Family, owned: OwnedChain): Promise<void> {
    const saved = await this.#iptables.save(family, owned.table);
    const isThere = saved.split('\n').some((line) => line.startsWith(`:${owned.chain} `));
    if (isThere) await this.#iptables.restore(family, restoreText(owned, [], saved));
  }
}

/** What is ours in the text of iptables-save: the jumps and the chain's rules, in its words. */
export function ownLines(owned: OwnedChain, saved: string): string[] {
  return saved
    .split('\n')
    .filter((line) => isJump(owned, line) || line.startsWith(`-A ${owned.chain} `))
    .map((line) => line.trimEnd());
}

/**
 * The text for `iptables-restore --noflush` that puts the rules, and the jump as the first of its
 * chain, in the place of what there is of ours; without rules all of it is removed.
 */
export function restoreText(owned: OwnedChain, rules: readonly string[], saved: string): string {
  const { table, parent, chain } = owned;
  const lines = [`*${table}`, `:${chain} - [0:0]`];
  for (const line of saved.split('\n')) {
    if (isJump(owned, line)) lines.push(line.replace(/^-A/, '-D'));
  }
  if (rules.length > 0) {
    lines.push(`-I ${parent} 1 -j ${chain}`);
    for (const rule of rules) lines.push(`-A ${chain} ${rule}`);
  } else {
    lines.push(`-X ${chain}`);
  }
  return `${[...lines, 'COMMIT'].join('\n')}\n`;
}

function isJump({ chain }: OwnedChain, line: string): boolean {
  return line.startsWith('-A ') && line.trimEnd().endsWith(` -j ${chain}`);
}
