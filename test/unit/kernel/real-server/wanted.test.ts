import assert from 'node:assert/strict';
import { judge } from '../../../../src/kernel/real-server/judge.js';
import type { Encapsulation, RealServerUse } from '../../../../src/kernel/real-server/model.js';
import { isSilent, settingRules, wantedOf } from '../../../../src/kernel/real-server/wanted.js';
import type { AddressEntry, Link } from '../../../../src/netlink/rtnl.js';

const link = (index: number, name: string, flags = 0x1043): Link => ({
  index,
  name,
  flags: name === 'lo' ? 0x49 : flags,
  up: true,
  loopback: name === 'lo',
  operState: 6,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
});
const address = (interfaceIndex: number, text: string, more: Partial<AddressEntry> = {}) => {
  const [ip = '', prefix = ''] = text.split('/');
  return {
    family: ip.includes(':') ? (6 as const) : (4 as const),
    interfaceIndex,
    address: ip,
    prefixLength: Number(prefix),
    scope: 0,
    flags: 0,
    secondary: false,
    tentative: false,
    dadFailed: false,
    protocol: 0,
    ...more,
  };
};
const use = (vip: string, realServer: string, encapsulation: Encapsulation): RealServerUse => ({
  service: `${vip} 80 TCP`,
  address: vip,
  realServer,
  encapsulation,
});
const DR = { kind: 'none' } as const;
const LINKS = [link(1, 'lo'), link(2, 'eth0'), link(3, 'eth1')];

describe('real server: what a machine needs', () => {
  const here = [address(1, '127.0.0.1/8'), address(2, '10.0.0.11/24'), address(3, '10.2.0.11/24')];

  it('DR: addresses, and ARP sysctls of all and of the interface with the real server', () => {
    const own = [use('10.0.0.100', '10.0.0.11', DR), use('10.0.0.101', '10.0.0.11', DR)];
    assert.deepEqual(wantedOf(own, LINKS, here, 0), {
      addresses: [
        { address: '10.0.0.100', interface: 'lo' },
        { address: '10.0.0.101', interface: 'lo' },
      ],
      silent: ['all', 'eth0'],
      tunnels: [],
      guePorts: [],
    });
  });

  it('DR of IPv6: addresses only', () => {
    const own = [use('fd00::100', 'fd00::11', DR)];
    const wanted = wantedOf(own, LINKS, [...here, address(2, 'fd00::11/64')], 0);
    assert.deepEqual(wanted.silent, []);
    assert.deepEqual(wanted.addresses, [{ address: 'fd00::100', interface: 'lo' }]);
  });

  it('TUN: the interface by what carries what', () => {
    const v6 = [...here, address(2, 'fd00::11/64')];
    const name = (vip: string, server: string, encapsulation: Encapsulation) =>
      wantedOf([use(vip, server, encapsulation)], LINKS, v6, 0).tunnels.map((each) => each.name);
    assert.deepEqual(name('10.0.0.100', '10.0.0.11', { kind: 'ipip' }), ['tunl0']);
    assert.deepEqual(name('fd00::100', '10.0.0.11', { kind: 'ipip' }), ['sit0']);
    assert.deepEqual(name('fd00::100', 'fd00::11', { kind: 'ipip' }), ['ip6tnl0']);
    assert.deepEqual(name('10.0.0.100', 'fd00::11', { kind: 'ipip' }), ['ip6tnl0']);
    assert.deepEqual(name('10.0.0.100', '10.0.0.11', { kind: 'gre', checksums: false }), ['gre0']);
    assert.deepEqual(name('fd00::100', 'fd00::11', { kind: 'gre', checksums: false }), ['ip6gre0']);
    assert.deepEqual(name('10.0.0.100', '10.0.0.11', { kind: 'gre', checksums: true }), [
      'ipvsgre0',
    ]);
  });

  it('GUE: each port once, before the interface of plain tunnels', () => {
    const gue = { kind: 'gue', port: 6080 } as const;
    const own = [use('10.0.0.100', '10.0.0.11', gue), use('10.0.0.101', '10.0.0.11', gue)];
    const { guePorts, tunnels } = wantedOf(own, LINKS, here, 0);
    assert.deepEqual(guePorts, [{ port: 6080, family: 4 }]);
    assert.deepEqual(tunnels, [{ name: 'tunl0', kind: 'ipip', carriesIpv4: true }]);
  });

  it('settings: what is as good stays, what is not is set', () => {
    const own = [use('10.0.0.100', '10.0.0.11', { kind: 'ipip' })];
    const rules = settingRules(wantedOf(own, LINKS, here, 0), 0);
    const ignore = rules.get('eth0/arp_ignore');
    assert.deepEqual(
      [0, 1, 2, 3, 8].map((now) => ignore?.(now)),
      [1, 1, 2, 1, 8],
    );
    const announce = rules.get('all/arp_announce');
    assert.deepEqual(
      [0, 1, 2].map((now) => announce?.(now)),
      [2, 2, 2],
    );
    assert.equal(rules.get('tunl0/rp_filter')?.(1), 0);
    const strict = wantedOf(own, LINKS, here, 1);
    assert.equal(settingRules(strict, 1).get('tunl0/rp_filter')?.(0), 2, 'the greater counts');
    assert.deepEqual(strict.addresses.at(-1), { address: '10.0.0.100', interface: 'tunl0' });
  });

  it('arp_ignore as the kernel means it', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 8].filter(isSilent), [1, 2, 8]);
  });
});

describe('real server: the ARP problem', () => {
  const own = [use('10.0.0.100', '10.0.0.11', DR)];
  const problems = (
    addresses: readonly AddressEntry[],
    settings: Readonly<Record<string, number>> = {},
    links = LINKS,
  ) =>
    judge(own, { links, addresses, settings: (key) => settings[key] ?? 0, guePorts: [] })
      .arpProblems;
  const real = address(2, '10.0.0.11/24');
  const held = address(1, '10.0.0.100/32');

  it('is there while an interface would answer, on every interface', () => {
    assert.deepEqual(problems([real, held]), [
      'eth0 answers ARP for 10.0.0.100 (arp_ignore is 0)',
      'eth0 may say 10.0.0.100 in ARP requests (arp_announce is 0)',
    ]);
    const two = problems([real, held, address(3, '10.2.0.11/24')], {
      'eth0/arp_ignore': 1,
      'eth0/arp_announce': 2,
    });
    assert.deepEqual(two, [
      'eth1 answers ARP for 10.0.0.100 (arp_ignore is 0)',
      'eth1 may say 10.0.0.100 in ARP requests (arp_announce is 0)',
    ]);
  });

  it('is none with the greater of both settings, without the address, and where nobody asks', () => {
    assert.deepEqual(problems([real, held], { 'all/arp_ignore': 1, 'all/arp_announce': 2 }), []);
    assert.deepEqual(problems([real]), []);
    assert.deepEqual(problems([real, held], {}, [link(1, 'lo'), link(2, 'eth0', 0x10c1)]), []);
  });

  it('the interface hides 3 only of scope host', () => {
    const found = problems([real, held], { 'all/arp_ignore': 3, 'all/arp_announce': 2 });
    assert.deepEqual(found, ['eth0 answers ARP for 10.0.0.100 (arp_ignore is 3)']);
  });

  it('an address on the interface itself is one, but for the VRRP daemon', () => {
    const quiet = { 'all/arp_ignore': 1, 'all/arp_announce': 2 };
    assert.deepEqual(problems([real, address(2, '10.0.0.100/32')], quiet), [
      '10.0.0.100 is on eth0 itself, which answers ARP for it',
    ]);
    assert.deepEqual(problems([real, address(2, '10.0.0.100/32', { protocol: 18 })], quiet), []);
  });
});
