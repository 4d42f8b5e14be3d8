/** The marks of virtual server groups in a real kernel, in nft's words. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { markChains } from '../../../src/kernel/mark-iptables.js';
import { markTables } from '../../../src/kernel/mark-tables.js';
import { OwnedTables } from '../../../src/kernel/owned-tables.js';
import { type NfTablesClient, openNfTables } from '../../../src/netlink/nf-client.js';
import { inNamespace } from '../../lab/namespace.js';
import { skip } from '../../support/skip.js';

const NETNS = `tandem-marks-${process.pid}`;
const TCP = 'TCP' as const;
const RULES = [
  { mark: 1000, protocol: TCP, first: '192.0.2.1', last: '192.0.2.1', port: 80 },
  { mark: 1000, protocol: TCP, first: '192.0.2.1', last: '192.0.2.1', port: 443 },
  { mark: 1001, protocol: TCP, first: '192.0.2.16', last: '192.0.3.15', port: 0 },
  // In the range before.
  { mark: 1002, protocol: TCP, first: '192.0.2.20', last: '192.0.2.20', port: 25 },
  { mark: 1003, protocol: 'UDP' as const, first: '2001:db8::1', last: '2001:db8::9', port: 53 },
];
/** The same rules given to nft 1.0.6 as text are listed so. */
const EXPECTED = `table ip keepalived_ipvs {
	map tcp_map {
		type ipv4_addr . inet_service : mark
		flags interval
		elements = { 192.0.2.1 . 80 : 0x000003e8,
			     192.0.2.1 . 443 : 0x000003e8,
			     192.0.2.16-192.0.3.15 . 0-65535 : 0x000003e9 }
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		meta mark set ip daddr . tcp dport map @tcp_map counter packets 0 bytes 0 return
	}
}
table ip6 keepalived_ipvs {
	map udp_map {
		type ipv6_addr . inet_service : mark
		flags interval
		elements = { 2001:db8::1-2001:db8::9 . 53 : 0x000003eb }
	}

	chain in {
		type filter hook input priority filter - 1; policy accept;
		meta mark set ip6 daddr . udp dport map @udp_map counter packets 0 bytes 0 return
	}
}`;

function inNetns(...command: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', NETNS, ...command], { encoding: 'utf8' }).trim();
}

describe('kernel: marks of virtual server groups', function () {
  this.timeout(60_000);
  let client: NfTablesClient;

  before(function () {
    const trial =
      'add table ip trial; add map ip trial m { type ipv4_addr . inet_service : mark; flags interval; }; delete table ip trial';
    const commands = [
      ['ip', 'netns', 'add', NETNS],
      ['ip', 'netns', 'exec', NETNS, 'nft', trial],
    ] as const;
    for (const [program, ...args] of commands) {
      if (spawnSync(program, args).status !== 0)
        skip(this, `needs a kernel that can: ${args.join(' ')}`);
    }
    client = inNamespace(NETNS, () => openNfTables());
  });

  after(() => {
    client?.close();
    spawnSync('ip', ['netns', 'del', NETNS]);
  });

  it('are elements of a map, ranges too', async () => {
    const tables = new OwnedTables(client);
    const wanted = markTables({ table: 'keepalived_ipvs', priority: -1, rules: RULES });
    assert.equal((await tables.make('keepalived_ipvs', wanted)).changed, true);
    assert.equal(inNetns('nft', 'list', 'ruleset'), EXPECTED);
    assert.equal((await tables.make('keepalived_ipvs', wanted)).changed, false);
    inNetns('nft', 'flush', 'map', 'ip', 'keepalived_ipvs', 'tcp_map');
    assert.equal((await tables.make('keepalived_ipvs', wanted)).repaired, true);
    assert.equal(inNetns('nft', 'list', 'ruleset'), EXPECTED);
  });

  it('are rules of iptables where nftables cannot, and an earlier rule counts more', () => {
    assert.deepEqual(markChains(4, RULES), [
      '-p tcp -d 192.0.2.20 --dport 25 -j MARK --set-mark 1002',
      '-p tcp -m iprange --dst-range 192.0.2.16-192.0.3.15 -j MARK --set-mark 1001',
      '-p tcp -d 192.0.2.1 --dport 443 -j MARK --set-mark 1000',
      '-p tcp -d 192.0.2.1 --dport 80 -j MARK --set-mark 1000',
    ]);
    assert.deepEqual(markChains(6, RULES), [
      '-p udp -m iprange --dst-range 2001:db8::1-2001:db8::9 --dport 53 -j MARK --set-mark 1003',
    ]);
  });

  it('are there for what has addresses only', () => {
    assert.deepEqual(markTables({ table: 'marks', priority: -1, rules: [] }), []);
  });
});
