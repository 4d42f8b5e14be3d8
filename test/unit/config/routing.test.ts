import assert from 'node:assert/strict';
import type { Config, RouteConfig, RuleConfig } from '../../../src/config/model/index.js';
import { explain, renderExplanations } from '../../../src/config/reference/explain.js';
import { checkEntry, MACHINE, withEntries } from './routing-support.js';
import { found, instanceText, load, loadGood, messages, plain } from './support.js';

function loaded(block: string, lines: string): Config {
  const { config, diagnostics } = load(withEntries(block, lines), MACHINE);
  assert.ok(config, diagnostics.map(({ message }) => message).join('\n'));
  return config;
}

function route(line: string): RouteConfig {
  return plain(loaded('virtual_routes', line).instances[0]?.virtualRoutes[0] as RouteConfig);
}

function rule(line: string): RuleConfig {
  return plain(loaded('virtual_rules', line).instances[0]?.virtualRules[0] as RuleConfig);
}

const ROUTE = {
  family: 4,
  type: 'unicast',
  destination: { address: '10.0.0.0', prefixLength: 8 },
  nextHops: [],
  table: 254,
  protocol: 18,
  metrics: {},
  placement: 'prepend',
};

describe('config: addresses', () => {
  const address = (line: string) =>
    plain(loaded('virtual_ipaddress', line).instances[0]?.virtualAddresses[0]);

  it('with everything', () => {
    assert.deepEqual(
      address(
        '192.0.2.1 peer 192.0.2.2 dev eth1 scope 0x10 label eth1:x home -nodad mngtmpaddr noprefixroute autojoin no_track preferred_lft 30 use_vmac',
      ),
      {
        address: '192.0.2.1',
        prefixLength: 32,
        interface: 'eth1',
        scope: 16,
        label: 'eth1:x',
        peer: '192.0.2.2',
        home: true,
        duplicateDetection: true,
        manageTemporary: true,
        noPrefixRoute: true,
        autoJoin: true,
        noTrack: true,
        preferredLifetime: 30_000_000,
        useVmac: true,
      },
    );
  });

  it('of IPv6 are deprecated if they stand alone, as in keepalived', () => {
    const lifetime = (line: string) => address(line)?.preferredLifetime;
    assert.equal(lifetime('2001:db8::1'), 0);
    assert.equal(lifetime('2001:db8::1/64'), 'forever');
    assert.equal(lifetime('2001:db8::1 peer 2001:db8::2'), 0);
    assert.equal(lifetime('2001:db8::1 preferred_lft forever'), 'forever');
    assert.equal(lifetime('2001:db8::1/64 preferred_lft 4294967295'), 'forever');
    assert.equal(lifetime('192.0.2.1'), undefined);
  });

  it('broadcast: + sets the host bits, - clears them', () => {
    assert.equal(address('192.0.2.9/30 brd +')?.broadcast, '192.0.2.11');
    assert.equal(address('192.0.2.9/30 broadcast -')?.broadcast, '192.0.2.8');
    assert.equal(address('192.0.2.9/0 brd +')?.broadcast, '255.255.255.255');
    assert.equal(address('192.0.2.9/31 brd +')?.broadcast, undefined);
  });

  it('what does not fit into an advert of the interface is excluded, as in keepalived', () => {
    const room = (family: 4 | 6, mtu: number): number | undefined => {
      const lines = Array.from({ length: 300 }, (_, i) =>
        family === 4 ? `10.0.${i >> 7}.${i & 127}` : `fe80::${(i + 1).toString(16)}`,
      );
      const text = instanceText('').replace('192.0.2.1', `\n${lines.join('\n')}\n`);
      const loaded = load(text, { mtus: new Map([['eth0', mtu]]) });
      assert.equal(messages(loaded, 'CONFIG_TOO_MANY_ADDRESSES').length, 1);
      assert.equal(loaded.config?.instances[0]?.excludedAddresses.at(-1)?.address, lines.at(-1));
      return loaded.config?.instances[0]?.virtualAddresses.length;
    };
    assert.equal(room(4, 1500), 255);
    assert.equal(room(4, 576), 131);
    assert.equal(room(6, 1500), 89);
    assert.equal(room(6, 9000), 255);
  });

  it('an option on a line of its own is told where it stands', () => {
    const own = load(withEntries('virtual_ipaddress', '192.0.2.1\nbrd 192.0.2.255'), MACHINE);
    const [brd] = own.diagnostics;
    assert.equal(own.diagnostics.length, 1);
    assert.match(
      brd?.message ?? '',
      /'brd' is an option of an address: it stands on the address's/,
    );
    assert.equal(brd?.expected, "'<IPADDR>[/<PREFIX>] brd 192.0.2.255'");
  });

  it('many unknown words are told once, up to the next known one', () => {
    const line = '192.0.2.1 forr a b dev eth0 scoope link';
    assert.equal(checkEntry('virtual_ipaddress', line), '11 INVALID_VALUE, 29 INVALID_VALUE');
    const { diagnostics } = load(withEntries('virtual_ipaddress', line), MACHINE);
    assert.equal(diagnostics.at(-1)?.suggestion, "'scope'");
  });
});

describe('config: routes', () => {
  it('with everything of IPv4', () => {
    assert.deepEqual(
      route(
        'append unicast 10.0.0.0/8 src 192.0.2.254 via inet 192.0.2.1 dev eth0 onlink table small protocol static scope link metric 7 tos AF11 realms 1/2 no_track mtu lock 1400 advmss 1360 rtt lock 300ms rttvar 0.5s rto_min 1600 reordering 3 window 5 cwnd lock 6 ssthresh 8 hoplimit 9 initcwnd 10 initrwnd 11 features ecn quickack 1 fastopen_no_cookie 0 congctl lock cubic ttl-propagate disabled',
      ),
      {
        ...ROUTE,
        preferredSource: '192.0.2.254',
        gateway: '192.0.2.1',
        interface: 'eth0',
        table: 77,
        protocol: 4,
        scope: 253,
        metric: 7,
        tos: 0x28,
        onLink: true,
        realms: { from: 1, to: 2 },
        ttlPropagate: false,
        metrics: {
          mtu: { value: 1400, lock: true },
          advmss: { value: 1360, lock: false },
          rtt: { value: 300_000, lock: true },
          rttvar: { value: 500_000, lock: false },
          rtoMin: { value: 1_600_000, lock: false },
          reordering: { value: 3, lock: false },
          cwnd: { value: 6, lock: true },
          ssthresh: { value: 8, lock: false },
          congestionControl: { value: 'cubic', lock: true },
          window: 5,
          hopLimit: 9,
          initcwnd: 10,
          initrwnd: 11,
          quickAck: true,
          fastOpenNoCookie: false,
          ecn: true,
        },
        placement: 'append',
        noTrack: true,
      },
    );
  });

  it('with what only IPv6 has', () => {
    assert.deepEqual(
      route('2001:db8::/32 from 2001:db8:1::/48 via fe80::1 dev eth0 expires 9 pref high'),
      {
        ...ROUTE,
        family: 6,
        destination: { address: '2001:db8::', prefixLength: 32 },
        from: { address: '2001:db8:1::', prefixLength: 48 },
        gateway: 'fe80::1',
        interface: 'eth0',
        expires: 9_000_000,
        preference: 1,
      },
    );
  });

  it('default takes its family from the other words, IPv4 without one', () => {
    const destination = (line: string) => route(line).destination;
    const all4 = { address: '0.0.0.0', prefixLength: 0 };
    const all6 = { address: '::', prefixLength: 0 };
    assert.deepEqual(destination('default dev eth0'), all4);
    assert.deepEqual(destination('any via fe80::1 dev eth0'), all6);
    assert.deepEqual(destination('all dev eth0 inet6'), all6);
    assert.deepEqual(destination('default6 dev eth0'), all6);
    assert.deepEqual(destination('prohibit default nexthop via 192.0.2.1'), all4);
  });

  it('all types, by name and by number', () => {
    const types =
      'unicast local broadcast anycast multicast blackhole unreachable prohibit throw nat xresolve'.split(
        ' ',
      );
    for (const [i, type] of types.entries()) {
      assert.equal(route(`${type} 10.0.0.0/8`).type, type);
      assert.equal(route(`${i + 1} 10.0.0.0/8`).type, type);
    }
    assert.equal(route('brd 10.0.0.0/8').type, 'broadcast');
    assert.equal(route('0x6 10.0.0.0/8').type, 'blackhole');
  });

  it('several ways, the old form too', () => {
    assert.deepEqual(
      route(
        '10.0.0.0/8 dev eth0 nexthop via 192.0.2.1 dev eth1 weight 5 onlink realms 3 nexthop dev eth2 encap mpls 16/17',
      ).nextHops,
      [
        { gateway: '192.0.2.1', interface: 'eth1', weight: 5, onLink: true, realms: { to: 3 } },
        { interface: 'eth2', weight: 1, encapsulation: { kind: 'mpls', labels: [16, 17] } },
      ],
    );
    const old = route('10.0.0.0/8 via 192.0.2.1 or 192.0.2.2');
    assert.equal(old.gateway, undefined);
    assert.deepEqual(old.nextHops, [
      { gateway: '192.0.2.1', weight: 1 },
      { gateway: '192.0.2.2', weight: 1 },
    ]);
  });

  it('encapsulations', () => {
    const encap = (words: string) => route(`10.0.0.0/8 dev eth0 encap ${words}`).encapsulation;
    assert.deepEqual(
      encap('ip id 18446744073709551615 dst 10.0.0.1 src 10.0.0.2 tos 0x10 ttl 5 flags 7'),
      {
        kind: 'ip',
        id: '18446744073709551615',
        destination: '10.0.0.1',
        source: '10.0.0.2',
        tos: 16,
        ttl: 5,
        flags: 7,
      },
    );
    assert.deepEqual(encap('ip6 dst 2001:DB8::1 tc AF11 hoplimit 5'), {
      kind: 'ip6',
      destination: '2001:db8::1',
      trafficClass: 0x28,
      hopLimit: 5,
    });
    assert.deepEqual(encap('ila 1:2:ff:0'), { kind: 'ila', locator: [1, 2, 255, 0] });
    assert.deepEqual(encap('mpls 0x10'), { kind: 'mpls', labels: [16] });
  });

  it('the last of table and vrf, and of prepend, append and add, counts', () => {
    assert.equal(route('10.0.0.0/8 vrf eth3').vrf, 'eth3');
    assert.equal(route('10.0.0.0/8 table 5 vrf eth3').vrf, 'eth3');
    assert.equal(route('10.0.0.0/8 vrf eth3 table 5').vrf, undefined);
    assert.equal(route('10.0.0.0/8 vrf eth3 table 5').table, 5);
    assert.equal(route('add 10.0.0.0/8 append prepend').placement, 'prepend');
    assert.equal(route('append 10.0.0.0/8 add').placement, 'add');
  });

  it("times of TCP keep keepalived's bounds", () => {
    const rtt = (words: string) => route(`10.0.0.0/8 ${words}`).metrics;
    assert.equal(rtt('rtt 8').rtt?.value, 200_000);
    assert.equal(rtt('rtt 1600').rtt?.value, 200_000);
    assert.equal(rtt('rtt 1601').rtt?.value, 200_125);
    assert.equal(rtt('rttvar 801').rttvar?.value, 200_250);
    assert.equal(rtt('rto_min 120000').rtoMin?.value, 120_000_000);
    assert.equal(rtt('rtt 130S').rtt?.value, 120_000_000);
  });

  it('a protocol of its own needs no_track', () => {
    assert.equal(route('10.0.0.0/8 protocol static').protocol, 18);
    assert.equal(route('10.0.0.0/8 protocol static no_track').protocol, 4);
  });
});

describe('config: rules', () => {
  it('with everything', () => {
    assert.deepEqual(
      rule(
        'not from 10.0.0.0/8 to 192.0.2.0/24 priority 0x10 tos 4 fwmark 1/0xff realms 2 sup_pl 0 sup_group default iif eth0 oif eth1 tunnel-id 5 uidrange 1-2 protocol 3 ipproto udp sport 1-2 dport 3-4 lookup small no_track',
      ),
      {
        family: 4,
        invert: true,
        from: { address: '10.0.0.0', prefixLength: 8 },
        to: { address: '192.0.2.0', prefixLength: 24 },
        action: { kind: 'table', table: 77 },
        preference: 16,
        tos: 4,
        firewallMark: { mark: 1, mask: 255 },
        realms: { to: 2 },
        suppressPrefixLength: 0,
        suppressGroup: 0,
        incomingInterface: 'eth0',
        outgoingInterface: 'eth1',
        tunnelId: '5',
        userIds: { from: 1, to: 2 },
        protocol: 3,
        ipProtocol: 17,
        sourcePorts: { from: 1, to: 2 },
        destinationPorts: { from: 3, to: 4 },
        noTrack: true,
      },
    );
  });

  it('all actions', () => {
    const action = (words: string) => rule(`from all ${words} preference 5`).action;
    assert.deepEqual(action('table 7'), { kind: 'table', table: 7 });
    assert.deepEqual(action('l3mdev'), { kind: 'l3mdev' });
    assert.deepEqual(action('goto 6'), { kind: 'goto', target: 6 });
    assert.deepEqual(action('type goto 6'), { kind: 'goto', target: 6 });
    for (const kind of ['nop', 'blackhole', 'unreachable', 'prohibit']) {
      assert.deepEqual(action(kind), { kind });
      assert.deepEqual(action(`type ${kind}`), { kind });
    }
    assert.deepEqual(action('8'), { kind: 'prohibit' });
  });

  it('family', () => {
    assert.equal(rule('from all table 5 preference 5').family, 4);
    assert.equal(rule('from all table 5 preference 5 inet6').family, 6);
    assert.deepEqual(rule('from all table 5 preference 5 inet6').from, {
      address: '::',
      prefixLength: 0,
    });
    assert.equal(rule('from all to 2001:db8::1 table 5 preference 5').family, 6);
  });

  it('without a preference are numbered downwards through the whole text, by family', () => {
    const { config } = load(
      `static_rules {\nfrom 10.0.0.0/8 table 1\n}\n${instanceText('virtual_rules {\nfrom 10.0.0.0/8 table 2\nfrom all table 3 inet6\nto 10.0.0.0/8 table 4 preference 9\n}')}static_rules {\nfrom 11.0.0.0/8 table 5\n}\n`,
    );
    const [own] = config?.instances ?? [];
    assert.deepEqual(
      own?.virtualRules.map(({ preference }) => preference),
      [16383, 16384, 9],
    );
    assert.deepEqual(
      config?.staticRules.map(({ preference }) => preference),
      [16384, 16382],
    );
  });
});

describe('config: what does not move', () => {
  it('addresses are on the default interface', () => {
    const where = (globals: string) =>
      loadGood(`${globals}static_ipaddress {\n10.0.0.1\n10.0.0.2 dev eth2\n}`).staticAddresses.map(
        (address) => address.interface,
      );
    assert.deepEqual(where(''), ['eth0', 'eth2']);
    assert.deepEqual(where('global_defs {\ndefault_interface eth3\n}\n'), ['eth3', 'eth2']);
  });

  it('an address twice, or one that moves too, is told', () => {
    const text = `static_ipaddress {\n10.0.0.1\n10.0.0.1\n192.0.2.1/24\n}\n${instanceText('')}`;
    assert.deepEqual(found(load(text)), [
      '3:1 CONFIG_DUPLICATE_ADDRESS',
      '4:1 CONFIG_DUPLICATE_ADDRESS',
    ]);
  });

  it('track groups', () => {
    const codes = (text: string) =>
      load(text + instanceText(''))
        .diagnostics.filter(({ code }) => code !== 'CONFIG_PLANNED')
        .map(({ at, severity, code }) => `${at.line} ${severity} ${code}`);
    const group = 'track_group G {\ngroup {\nVI_1 VI_9\n}\n}\n';
    assert.deepEqual(codes(group), ['3 warning CONFIG_UNKNOWN_REFERENCE']);
    assert.deepEqual(codes(group + group).slice(1), [
      '6 error CONFIG_DUPLICATE_NAME',
      '8 warning CONFIG_UNKNOWN_REFERENCE',
    ]);
    assert.deepEqual(codes('track_group G {\n}\n'), ['1 warning CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(codes('track_group G {\ngroup { VI_1 }\ngroup { VI_1 }\n}\n'), [
      '3 warning CONFIG_REPEATED',
    ]);
    assert.deepEqual(codes('track_group {\ngroup { VI_1 }\n}\n'), ['1 error CONFIG_MISSING_VALUE']);
    assert.deepEqual(
      codes('static_ipaddress {\n10.0.0.1 track_group G\n}\ntrack_group G {\ngroup { VI_1 }\n}\n'),
      ['2 warning CONFIG_KEEPALIVED_DIFFERS'],
    );
  });
});

describe('config: places of words', () => {
  const CASES: readonly (readonly [string, string])[] = [
    [
      'virtual_ipaddress',
      '192.0.2.1/24 brd 192.0.2.255 dev eth1 scope link label eth1:x home no_track preferred_lft 5',
    ],
    [
      'virtual_routes',
      'unicast 10.0.0.0/8 src 192.0.2.254 via inet 192.0.2.1 dev eth0 table small mtu lock 1400 encap ip dst 10.0.0.1 tos 5 no_track',
    ],
    ['virtual_rules', 'from 10.0.0.0/8 fwmark 1/2 iif eth0 priority 5 lookup small'],
  ];

  it('origins point at the word of each value', () => {
    for (const [block, line] of CASES) {
      const [own] = loaded(block, line).instances;
      const [entry] = [
        ...(own?.virtualRoutes ?? []),
        ...(own?.virtualRules ?? []),
        ...(own?.virtualAddresses ?? []),
      ];
      assert.ok(entry, line);
      assert.equal(entry.at.column, 1);
      for (const [name, { line: at, column, length }] of Object.entries(entry.origins)) {
        assert.equal(at, 7);
        const shown = line.slice(column - 1, column - 1 + length);
        const before = line
          .slice(0, column - 1)
          .trim()
          .split(' ')
          .at(-1);
        const SAME: Record<string, string> = {
          preference: 'priority',
          table: 'lookup',
          destination: 'unicast',
        };
        assert.ok(
          [before, shown].includes(name) || before === SAME[name],
          `${name}: '${before}' '${shown}'`,
        );
      }
    }
  });
});

describe('config: what is said about options of lines', () => {
  it('where they stand, and under which names', () => {
    const [onStatic, onVirtual] = explain('peer');
    assert.deepEqual(onStatic?.blocks, ['static_ipaddress']);
    assert.deepEqual(onVirtual?.blocks, [
      'vrrp_instance / virtual_ipaddress',
      'vrrp_instance / virtual_ipaddress_excluded',
    ]);
    assert.equal(onVirtual?.status, 'supported');
    assert.equal(explain('scope', 'virtual_ipaddress')[0]?.status, 'supported');
    assert.deepEqual(explain('via', 'virtual_routes')[0]?.oldNames, ['gw']);
    assert.equal(explain('gw', 'virtual_routes')[0]?.oldNameOf, 'via');
    assert.match(renderExplanations(explain('brd')), /^brd <IPADDR>\|\+\|-\n/);
  });
});
