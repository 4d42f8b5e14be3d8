/** FULLNAT's rules in a real kernel in nft's words, as text of iptables, and which of the two is used. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { type Iptables, ownLines, restoreText } from '../../../src/kernel/owned-chains.js';
import {
  OwnedRules,
  type RulesBackend,
  type RulesReport,
} from '../../../src/kernel/owned-rules.js';
import type { NftKernel } from '../../../src/kernel/owned-tables.js';
import type { TranslatedService } from '../../../src/kernel/source-nat.js';
import { iptablesRules, SOURCE_NAT_CHAINS } from '../../../src/kernel/source-nat-iptables.js';
import { SOURCE_NAT_TABLE, sourceNatTables } from '../../../src/kernel/source-nat-tables.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { type NfTablesClient, openNfTables } from '../../../src/netlink/nf-client.js';
import { inNamespace } from '../../lab/namespace.js';
import { skip } from '../../support/skip.js';

/** Both kinds of rules for services. */
class Rules {
  readonly #rules: OwnedRules;

  constructor(nft: NftKernel, iptables: Iptables, backend?: RulesBackend) {
    const former = backend && { backend, name: SOURCE_NAT_TABLE };
    this.#rules = new OwnedRules(nft, iptables, SOURCE_NAT_CHAINS, former);
  }

  reconcile(services: readonly TranslatedService[]): Promise<RulesReport> {
    if (services.length === 0) return this.#rules.reconcile(undefined);
    return this.#rules.reconcile({
      name: SOURCE_NAT_TABLE,
      tables: sourceNatTables(services),
      chains: (table, family) => iptablesRules(table, family, services),
    });
  }
}

const NETNS = `tandem-snat-${process.pid}`;
const POOL = { first: '10.0.0.5', last: '10.0.0.9' };
const ONE = { first: '10.0.0.5', last: '10.0.0.5' };
const WEB: TranslatedService = {
  id: { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 },
  family: 4,
  servers: [
    { address: '10.0.1.1', port: 8080 },
    { address: '10.0.1.2', port: 8080 },
  ],
  uniform: true,
};
const POOLED: readonly TranslatedService[] = [
  {
    id: { kind: 'address', protocol: 'UDP', address: '192.0.2.1', port: 53 },
    family: 4,
    servers: [{ address: '10.0.1.1', port: 5353, pool: POOL }],
    uniform: false,
  },
  {
    id: { kind: 'address', protocol: 'TCP', address: '192.0.2.2', port: 0 },
    family: 4,
    servers: [{ address: '10.0.1.1', port: 0, pool: POOL }],
    uniform: false,
  },
  {
    id: { kind: 'fwmark', family: 4, fwmark: 5 },
    family: 4,
    servers: [{ address: '10.0.1.3', port: 0, pool: POOL }],
    uniform: true,
  },
];
const WEB6: TranslatedService = {
  id: { kind: 'address', protocol: 'TCP', address: '2001:db8::1', port: 80 },
  family: 6,
  servers: [{ address: 'fd00::1', port: 80, pool: { first: 'fd00::9', last: 'fd00::9' } }],
  uniform: true,
};
/** The same rules given to nft 1.0.6 as text are listed so. */
const EXPECTED = `table ip tandem_fullnat {
	set tcp_0 {
		type ipv4_addr . inet_service . ipv4_addr . inet_service
		elements = { 192.0.2.1 . 80 . 10.0.1.1 . 8080,
			     192.0.2.1 . 80 . 10.0.1.2 . 8080 }
	}

	set udp_1 {
		type ipv4_addr . inet_service . ipv4_addr . inet_service
		elements = { 192.0.2.1 . 53 . 10.0.1.1 . 5353 }
	}

	set tcp_any_1 {
		type ipv4_addr . ipv4_addr
		elements = { 192.0.2.2 . 10.0.1.1 }
	}

	set mark_1 {
		type mark . ipv4_addr
		elements = { 0x00000005 . 10.0.1.3 }
	}

	set stray_tcp_1 {
		type ipv4_addr
		elements = { 10.0.1.1, 10.0.1.3 }
	}

	set stray_udp_1 {
		type ipv4_addr . inet_service
		elements = { 10.0.1.1 . 5353 }
	}

	chain postrouting {
		type nat hook postrouting priority srcnat - 1; policy accept;
		ct original ip daddr . ct original proto-dst . ip daddr . tcp dport @tcp_0 masquerade
		ct original ip daddr . ct original proto-dst . ip daddr . udp dport @udp_1 snat to 10.0.0.5-10.0.0.9
		meta l4proto tcp ct original ip daddr . ip daddr @tcp_any_1 snat to 10.0.0.5-10.0.0.9
		meta mark . ip daddr @mark_1 snat to 10.0.0.5-10.0.0.9
	}

	chain in {
		type filter hook input priority 110; policy accept;
		ip daddr 10.0.0.5-10.0.0.9 ct state invalid,new tcp flags != syn / fin,syn,rst,ack ip saddr @stray_tcp_1 drop
		ip daddr 10.0.0.5-10.0.0.9 ct state invalid,new ip saddr . udp sport @stray_udp_1 drop
	}
}
table ip6 tandem_fullnat {
	set tcp_0 {
		type ipv6_addr . inet_service . ipv6_addr . inet_service
		elements = { 2001:db8::1 . 80 . fd00::1 . 80 }
	}

	set stray_tcp_0 {
		type ipv6_addr
		elements = { fd00::1 }
	}

	chain postrouting {
		type nat hook postrouting priority srcnat - 1; policy accept;
		ct original ip6 daddr . ct original proto-dst . ip6 daddr . tcp dport @tcp_0 snat to fd00::9
	}

	chain in {
		type filter hook input priority 110; policy accept;
		ip6 daddr fd00::9 ct state invalid,new tcp flags != syn / fin,syn,rst,ack ip6 saddr @stray_tcp_0 drop
	}
}`;

function inNetns(...command: readonly string[]): string {
  return execFileSync('ip', ['netns', 'exec', NETNS, ...command], { encoding: 'utf8' }).trim();
}

/** Later versions of nft word two things otherwise. */
function ruleset(): string {
  return inNetns('nft', 'list', 'ruleset')
    .replaceAll('tcp flags & (fin | syn | rst | ack) != syn', 'tcp flags != syn / fin,syn,rst,ack')
    .replaceAll('priority filter + 110;', 'priority 110;');
}

const NO_IPTABLES: Iptables = {
  save: () => Promise.reject(new Error('not needed')),
  restore: () => Promise.reject(new Error('not needed')),
};

describe('kernel: FULLNAT by nftables', function () {
  this.timeout(60_000);
  let client: NfTablesClient;
  let rules: Rules;

  before(function () {
    const trial =
      'add table ip trial; add chain ip trial c { type nat hook postrouting priority 0; }; add rule ip trial c snat to 10.0.0.1; delete table ip trial';
    const commands = [
      ['ip', 'netns', 'add', NETNS],
      ['ip', 'netns', 'exec', NETNS, 'nft', trial],
    ] as const;
    for (const [program, ...args] of commands) {
      if (spawnSync(program, args).status !== 0)
        skip(this, `needs a kernel that can: ${args.join(' ')}`);
    }
    client = inNamespace(NETNS, () => openNfTables());
    rules = new Rules(client, NO_IPTABLES);
  });

  after(() => {
    client?.close();
    spawnSync('ip', ['netns', 'del', NETNS]);
  });

  it('holds pairs of services and servers, and drops answers that nobody waits for', async () => {
    const report = await rules.reconcile([WEB, ...POOLED, WEB6]);
    assert.deepEqual(report, { backend: 'nftables', changed: true, repaired: false });
    assert.equal(ruleset(), EXPECTED);
  });

  it('is left alone as long as it is as wanted, and restored when it is not', async () => {
    const services = [WEB, ...POOLED, WEB6];
    assert.equal((await rules.reconcile(services)).changed, false);
    inNetns('nft', 'delete', 'element', 'ip', 'tandem_fullnat', 'mark_1', '{ 5 . 10.0.1.3 }');
    assert.equal((await rules.reconcile(services)).repaired, true);
    assert.equal(ruleset(), EXPECTED);
  });

  it('takes the place of what an earlier process has left, of both families', async () => {
    const next = new Rules(client, NO_IPTABLES, 'nftables');
    await next.reconcile([WEB]);
    const text = inNetns('nft', 'list', 'ruleset');
    assert.match(text, /tcp_0 masquerade/);
    assert.doesNotMatch(text, /ip6|udp/);
    await next.reconcile([]);
    assert.equal(inNetns('nft', 'list', 'ruleset'), '');
  });

  it('holds more servers than fit into one datagram', async () => {
    const servers = Array.from({ length: 20_000 }, (_, i) => ({
      address: `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
      port: 80,
    }));
    await rules.reconcile([{ ...WEB, servers }]);
    const text = inNetns('nft', 'list', 'set', 'ip', 'tandem_fullnat', 'tcp_0');
    assert.equal(text.match(/192\.0\.2\.1 \. 80/g)?.length, 20_000);
    await rules.reconcile([]);
  });
});

/** iptables as a table of lines; what it is given comes back in other words where `-d` has none. */
class FakeIptables implements Iptables {
  readonly tables = new Map<string, string>();
  readonly restored: string[] = [];

  save(family: number, table: string): Promise<string> {
    return Promise.resolve(this.tables.get(`${family} ${table}`) ?? '');
  }

  restore(family: number, text: string): Promise<void> {
    this.restored.push(text);
    const [, table = ''] = /^\*(\w+)/.exec(text) ?? [];
    const lines = text.split('\n');
    const gone = lines.filter((line) => line.startsWith('-D')).map((line) => line.slice(2));
    const kept = (this.tables.get(`${family} ${table}`) ?? '')
      .split('\n')
      .filter((line) => line !== '' && !line.includes('A TANDEM-FULLNAT'))
      .filter((line) => !line.startsWith(':TANDEM') && !gone.includes(line.slice(2)));
    const isGone = lines.some((line) => line.startsWith('-X'));
    const added = isGone
      ? []
      : lines
          .filter((line) => /^:|^-A/.test(line))
          .map((line) => line.replace(/(-d \S+)/, '$1/32'));
    const jump = lines.filter((line) => line.startsWith('-I'));
    const jumps = isGone ? [] : jump.map((line) => line.replace(/^-I (\w+) 1/, '-A $1'));
    this.tables.set(`${family} ${table}`, [...jumps, ...kept, ...added].join('\n'));
    return Promise.resolve();
  }
}

const UNABLE = new NetlinkError('NETLINK_REFUSED', 'NFT_MSG_NEWCHAIN', constants.errno.ENOENT);
const CANNOT = {
  replace: () => Promise.reject(UNABLE),
  remove: () => Promise.reject(UNABLE),
  generation: () => Promise.reject(UNABLE),
  contents: () => Promise.reject(UNABLE),
};

describe('kernel: FULLNAT by legacy iptables', () => {
  it('one rule does for a service whose servers all have one source', () => {
    assert.deepEqual(iptablesRules('nat', 4, [WEB, WEB6]), [
      '-p tcp -m ipvs --ipvs -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 80 -j MASQUERADE',
    ]);
    assert.deepEqual(iptablesRules('filter', 4, [WEB]), []);
  });

  it('otherwise each server has its own', () => {
    const mixed = { ...WEB, uniform: false };
    assert.deepEqual(iptablesRules('nat', 4, [mixed, ...POOLED]), [
      '-p tcp -m ipvs --ipvs -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 80 -d 10.0.1.1 --dport 8080 -j MASQUERADE',
      '-p tcp -m ipvs --ipvs -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 80 -d 10.0.1.2 --dport 8080 -j MASQUERADE',
      '-p udp -m ipvs --ipvs -m conntrack --ctorigdst 192.0.2.1 --ctorigdstport 53 -d 10.0.1.1 --dport 5353 -j SNAT --to-source 10.0.0.5-10.0.0.9',
      '-p tcp -m ipvs --ipvs -m conntrack --ctorigdst 192.0.2.2 -d 10.0.1.1 -j SNAT --to-source 10.0.0.5-10.0.0.9',
      '-m ipvs --ipvs -m mark --mark 5 -d 10.0.1.3 -j SNAT --to-source 10.0.0.5-10.0.0.9',
    ]);
  });

  it('answers that nobody waits for are dropped', () => {
    const one = { ...WEB, servers: [{ ...WEB.servers[0]!, pool: ONE }] };
    assert.deepEqual(iptablesRules('filter', 4, [one, POOLED[1]!]), [
      '-s 10.0.1.1 -d 10.0.0.5 -p tcp --sport 8080 ! --syn -m conntrack --ctstate INVALID,NEW -j DROP',
      '-s 10.0.1.1 -m iprange --dst-range 10.0.0.5-10.0.0.9 -p tcp ! --syn -m conntrack --ctstate INVALID,NEW -j DROP',
    ]);
  });

  it('the text replaces what is ours and nothing else', () => {
    const nat = SOURCE_NAT_CHAINS[0]!;
    const saved = [
      '*nat',
      ':POSTROUTING ACCEPT [0:0]',
      ':TANDEM-FULLNAT - [0:0]',
      '-A POSTROUTING -j OTHER',
      '-A POSTROUTING -o eth0 -j TANDEM-FULLNAT',
      '-A TANDEM-FULLNAT -p tcp -j MASQUERADE',
      'COMMIT',
    ].join('\n');
    assert.deepEqual(ownLines(nat, saved).length, 2);
    assert.equal(
      restoreText(nat, ['-j MASQUERADE'], saved),
      '*nat\n:TANDEM-FULLNAT - [0:0]\n-D POSTROUTING -o eth0 -j TANDEM-FULLNAT\n-I POSTROUTING 1 -j TANDEM-FULLNAT\n-A TANDEM-FULLNAT -j MASQUERADE\nCOMMIT\n',
    );
    assert.equal(
      restoreText(nat, [], saved),
      '*nat\n:TANDEM-FULLNAT - [0:0]\n-D POSTROUTING -o eth0 -j TANDEM-FULLNAT\n-X TANDEM-FULLNAT\nCOMMIT\n',
    );
  });

  it('is used where nftables cannot, repaired, and removed with nothing left', async () => {
    const iptables = new FakeIptables();
    iptables.tables.set('4 nat', '-A POSTROUTING -j OTHER');
    const rules = new Rules(CANNOT, iptables);
    const pooled = { ...WEB, servers: WEB.servers.map((server) => ({ ...server, pool: ONE })) };
    const made = { backend: 'iptables', changed: true, repaired: false };
    assert.deepEqual(await rules.reconcile([pooled]), made);
    assert.match(
      iptables.tables.get('4 nat')!,
      /^-A POSTROUTING -j TANDEM-FULLNAT\n-A POSTROUTING/,
    );
    assert.match(iptables.tables.get('4 filter')!, /-j DROP/);
    assert.equal((await rules.reconcile([pooled])).changed, false);
    iptables.tables.set('4 nat', '-A POSTROUTING -j OTHER');
    assert.equal((await rules.reconcile([pooled])).repaired, true);
    assert.equal(iptables.restored.length, 3);
    // Without a pool nothing is left in the filter.
    await rules.reconcile([WEB]);
    assert.equal(iptables.tables.get('4 filter'), '');
    await rules.reconcile([]);
    assert.equal(iptables.tables.get('4 nat'), '-A POSTROUTING -j OTHER');
    assert.equal(iptables.tables.has('6 nat'), false);
  });

  it('what an earlier process has left is replaced, and found in the other family', async () => {
    const iptables = new FakeIptables();
    await new Rules(CANNOT, iptables).reconcile([WEB, WEB6]);
    assert.match(iptables.tables.get('6 nat')!, /fd00::9/);
    const next = new Rules(CANNOT, iptables, 'iptables');
    await next.reconcile([WEB]);
    assert.equal(iptables.tables.get('4 nat')?.match(/MASQUERADE/g)?.length, 1);
    assert.equal(iptables.tables.get('6 nat'), '');
  });

  it('says what both of them say when neither can', async () => {
    const rules = new Rules(CANNOT, NO_IPTABLES);
    await assert.rejects(rules.reconcile([WEB]), /nftables: .*ENOENT.*; iptables: not needed/);
  });
});
