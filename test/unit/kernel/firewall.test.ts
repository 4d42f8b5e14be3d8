/** The nftables rules in a real kernel, in the words that nft has for those of keepalived. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { FirewallReconciler } from '../../../src/kernel/firewall.js';
import { type NfTablesClient, openNfTables } from '../../../src/netlink/nf-client.js';
import type { FirewallSettings, VirtualInterface } from '../../../src/vrrp/settings.js';
import { inNamespace } from '../../lab/namespace.js';
import { skip } from '../../support/skip.js';

const NETNS = `tandem-nft-${process.pid}`;
const SETTINGS: FirewallSettings = {
  table: 'keepalived',
  priority: -1,
  counters: false,
  closed: [
    { address: '192.0.2.100', interface: 'e0' },
    { address: 'fe80::100', interface: 'e0' },
    { address: 'fd00::100', interface: 'e0' },
  ],
};
const MACVLANS: readonly VirtualInterface[] = [
  {
    name: 'v4',
    instance: 'VI_1',
    parent: 'e0',
    family: 4,
    ipv6: false,
    kind: 'macvlan',
    mac: '00:00:5e:00:01:33',
  },
  {
    name: 'v6',
    instance: 'VI_6',
    parent: 'e0',
    family: 6,
    ipv6: true,
    kind: 'macvlan',
    mac: '00:00:5e:00:02:34',
  },
];
/** keepalived 2.2.7 with two instances that have no_accept, and use_vmac, by `nft list ruleset`. */
const EXPECTED = `table ip keepalived {
	map vmac_map {
		type iface_index : iface_index
		elements = { "v4" : "e0" }
	}

	set vips {
		type ipv4_addr
		elements = { 192.0.2.100 }
	}

	chain out {
		type filter hook output priority filter - 1; policy accept;
		ip protocol igmp meta oifkind "macvlan" dup to ip daddr device oif map @vmac_map drop
		ip saddr @vips drop
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		ip daddr @vips drop
	}
}
table ip6 keepalived {
	map vmac_map {
		type iface_index : iface_index
		elements = { "v6" : "e0" }
	}

	set vmac_set {
		type iface_index
		elements = { "v6" }
	}

	set vips {
		type ipv6_addr
		elements = { fd00::100 }
	}

	set neighbor-discovery {
		type icmpv6_type
		flags constant
		elements = { nd-neighbor-solicit,
			     nd-neighbor-advert }
	}

	set vips_link_local {
		type ipv6_addr . iface_index
		elements = { fe80::100 . "e0" }
	}

	chain out {
		type filter hook output priority filter - 1; policy accept;
		icmpv6 type mld2-listener-report meta oifkind "macvlan" dup to ip6 daddr device oif map @vmac_map drop
		icmpv6 type nd-router-solicit meta oifkind "macvlan" oif @vmac_set drop
		icmpv6 type @neighbor-discovery accept
		ip6 saddr fe80::/10 goto out_link_local
		ip6 saddr @vips drop
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		icmpv6 type @neighbor-discovery accept
		ip6 daddr fe80::/10 goto in_link_local
		ip6 daddr @vips drop
	}

	chain in_link_local {
		ip6 daddr . iif @vips_link_local drop
	}

	chain out_link_local {
		ip6 saddr . oif @vips_link_local drop
	}
}`;

function inNetns(...command: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', NETNS, ...command], { encoding: 'utf8' }).trim();
}

function indexOf(name: string): number | undefined {
  return Number(inNetns('cat', `/sys/class/net/${name}/ifindex`));
}

describe('kernel: nftables rules of no_accept and VMAC interfaces', function () {
  this.timeout(60_000);
  let client: NfTablesClient | undefined;
  let firewall: FirewallReconciler;

  before(function () {
    const commands = [
      `ip netns add ${NETNS}`,
      `ip -n ${NETNS} link add e0 type veth peer name e1`,
      `ip -n ${NETNS} link add link e0 name v4 type macvlan mode private`,
      `ip -n ${NETNS} link add link e0 name v6 type macvlan mode private`,
      `ip netns exec ${NETNS} nft add table ip trial`,
      `ip netns exec ${NETNS} nft delete table ip trial`,
    ];
    for (const command of commands) {
      const [program = '', ...args] = command.split(' ');
      if (spawnSync(program, args).status !== 0) skip(this, `needs a kernel that can: ${command}`);
    }
    client = inNamespace(NETNS, () => openNfTables());
    firewall = new FirewallReconciler(client);
  });

  after(() => {
    client?.close();
    spawnSync('ip', ['netns', 'del', NETNS]);
  });

  it('are those of keepalived', async () => {
    const report = await firewall.reconcile({ settings: SETTINGS, interfaces: MACVLANS, indexOf });
    assert.equal(report.changed, true);
    assert.equal(inNetns('nft', 'list', 'ruleset'), EXPECTED);
  });

  it('are left alone while they are as wanted, whatever else changes', async () => {
    inNetns('nft', 'add', 'table', 'ip', 'other');
    const report = await firewall.reconcile({ settings: SETTINGS, interfaces: MACVLANS, indexOf });
    assert.equal(report.changed, false);
    inNetns('nft', 'delete', 'table', 'ip', 'other');
  });

  it('are restored when something else has changed them', async () => {
    const damages = [
      ['flush', 'chain', 'ip', 'keepalived', 'in'],
      ['delete', 'element', 'ip', 'keepalived', 'vips', '{ 192.0.2.100 }'],
      ['delete', 'table', 'ip6', 'keepalived'],
    ];
    for (const damage of damages) {
      inNetns('nft', ...damage);
      const report = await firewall.reconcile({
        settings: SETTINGS,
        interfaces: MACVLANS,
        indexOf,
      });
      assert.equal(report.repaired, true, damage.join(' '));
      assert.equal(inNetns('nft', 'list', 'ruleset'), EXPECTED);
    }
  });

  it('take the place of what an earlier process has left', async () => {
    const next = new FirewallReconciler(client as NfTablesClient);
    const settings = { ...SETTINGS, counters: true, closed: SETTINGS.closed.slice(0, 1) };
    await next.reconcile({ settings, interfaces: [], indexOf });
    const text = inNetns('nft', 'list', 'table', 'ip', 'keepalived');
    assert.match(text, /ip daddr @vips counter packets 0 bytes 0 drop/);
    assert.doesNotMatch(text, /vmac_map/);
  });

  it('of another table are removed', async () => {
    const settings = { ...SETTINGS, table: 'mine', priority: 5 };
    await firewall.reconcile({ settings, interfaces: [], indexOf }, 'keepalived');
    const text = inNetns('nft', 'list', 'ruleset');
    assert.doesNotMatch(text, /keepalived/);
    assert.match(text, /hook input priority filter \+ 5; policy accept/);
    await firewall.remove('mine');
    assert.equal(inNetns('nft', 'list', 'ruleset'), '');
  });

  it('hold thousands of addresses', async () => {
    const closed = Array.from({ length: 3000 }, (_, i) => ({
      address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      interface: 'e0',
    }));
    await firewall.reconcile({ settings: { ...SETTINGS, closed }, interfaces: [], indexOf });
    assert.match(inNetns('nft', 'list', 'set', 'ip', 'keepalived', 'vips'), /10\.0\.11\.183/);
    await firewall.remove('keepalived');
  });
});
