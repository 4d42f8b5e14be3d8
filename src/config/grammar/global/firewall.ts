/** `global_defs`: nftables. */
import { integer, none } from '../args.js';
import { type Args, setting, withoutEffect } from '../keyword.js';

const INT32 = 2_147_483_648;
const MAX_UINT32 = 4_294_967_295;
/** The kernel's NFT_TABLE_MAXNAMELEN, with its closing zero. */
const MAX_TABLE_NAME = 255;
/** xtables' XT_EXTENSION_MAXNAMELEN less two, the ipset's IPSET_MAXNAMELEN less two. */
const MAX_CHAIN_NAME = 27;
const MAX_SET_NAME = 30;

/** Up to `max` names. */
function names(what: string, max: number, longest: number): Args<readonly string[]> {
  return {
    syntax: `[<${what}>${max > 1 ? '...' : ''}]`,
    expects: `at most ${max} names of at most ${longest} characters`,
    min: 0,
    max,
    parse(words, report) {
      const long = words.find(({ text }) => text.length > longest);
      if (!long) return words.map(({ text }) => text);
      report('CONFIG_INVALID_VALUE', long, {
        message: `'${long.text}' is too long for a name`,
        expected: `at most ${longest} characters`,
      });
      return undefined;
    },
  };
}

const table = names('TABLE', 1, MAX_TABLE_NAME);
const priority = integer(-INT32, INT32 - 1);
const NO_IPTABLES =
  "there are no rules of iptables: 'nftables' names the table that packets will be filtered in";

export const firewall = {
  nftables: setting(
    table,
    'The nftables table of the rules that no_accept and VMAC interfaces need; nothing else may use it.',
    { default: 'keepalived', firstCounts: true },
  ),
  nftables_priority: setting(priority, "The priority of that table's chains.", { default: '-1' }),
  nftables_counters: setting(none, 'The rules count their packets.'),
  nftables_ifindex: setting(
    none,
    'Sets of link-local addresses hold numbers of interfaces rather than names, as they always do; they follow an interface that comes back with another number.',
  ),
  nftables_ipvs: setting(
    table,
    'The nftables table that marks the packets of virtual server groups, so that a group is one service for each protocol; nothing else may use it.',
    { default: 'none; keepalived_ipvs without a name', firstCounts: true },
  ),
  nftables_ipvs_priority: setting(priority, "The priority of that table's chains.", {
    default: '-1',
  }),
  nftables_ipvs_start_fwmark: setting(
    integer(1, MAX_UINT32),
    'The first mark of those; each group takes the next.',
    { default: '1000' },
  ),
  vrrp_iptables: withoutEffect(
    setting(names('CHAIN', 2, MAX_CHAIN_NAME), 'Chains of iptables for no_accept.'),
    NO_IPTABLES,
    'warning',
  ),
  vrrp_ipsets: withoutEffect(
    setting(names('SET', 6, MAX_SET_NAME), 'Sets for the rules of vrrp_iptables.'),
    NO_IPTABLES,
    'warning',
  ),
};
