/**
 * Marks of virtual server groups as rules of legacy iptables, for kernels whose nftables has no tables of
 * IPv4 or IPv6. Pure.
 */
import { type Family, familyOf } from '../base/ip.js';
import type { MarkRule } from './mark-tables.js';
import type { OwnedChain } from './owned-chains.js';

/** Our chain; nothing else may use it. */
export const MARK_CHAIN = 'TANDEM-MARKS';
/** Before IPVS, for what is sent to this machine. */
export const MARK_CHAINS: readonly OwnedChain[] = [
  { table: 'mangle', parent: 'INPUT', chain: MARK_CHAIN },
];

/** The rules of the chain. As the first rule that matches counts, the last one must be set first. */
export function markChains(family: Family, rules: readonly MarkRule[]): string[] {
  return rules
    .filter(({ first }) => familyOf(first) === family)
    .toReversed()
    .map(({ mark, protocol, first, last, port }) => {
      const to = first === last ? `-d ${first}` : `-m iprange --dst-range ${first}-${last}`;
      const dport = port === 0 ? '' : ` --dport ${port}`;
      return `-p ${protocol.toLowerCase()} ${to}${dport} -j MARK --set-mark ${mark}`;
    });
}
