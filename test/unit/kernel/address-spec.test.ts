import assert from 'node:assert/strict';
import { differences, specOf, specOfEntry } from '../../../src/kernel/address-spec.js';
import type { AddressEntry } from '../../../src/netlink/rtnl.js';
import type { VirtualAddress } from '../../../src/vrrp/settings.js';

const IPV4: VirtualAddress = {
  address: '192.0.2.100',
  prefixLength: 24,
  interface: 'eth0',
  scope: 0,
};
const IPV6: VirtualAddress = {
  address: '2001:db8::100',
  prefixLength: 64,
  interface: 'eth0',
  scope: 0,
};

/** The address as the kernel has it when it was added without any option. */
function entry(address: VirtualAddress, more: Partial<AddressEntry> = {}): AddressEntry {
  const family = address.address.includes(':') ? 6 : 4;
  return {
    family,
    interfaceIndex: 3,
    address: address.address,
    prefixLength: address.prefixLength,
    scope: 0,
    flags: 0x80,
    secondary: false,
    tentative: false,
    dadFailed: false,
    protocol: 18,
    ...(family === 4 ? { label: 'eth0' } : {}),
    ...more,
  };
}

describe('kernel: options of addresses', () => {
  it('finds nothing where the kernel has what was asked for', () => {
    assert.deepEqual(differences(IPV4, entry(IPV4)), []);
    assert.deepEqual(differences(IPV6, entry(IPV6, { flags: 0x82 })), []);
  });

  it('names each option of an IPv4 address that is another', () => {
    const wanted: VirtualAddress = {
      ...IPV4,
      scope: 253,
      broadcast: '192.0.2.255',
      label: 'eth0:1',
      noPrefixRoute: true,
    };
    assert.deepEqual(differences(wanted, entry(wanted)), [
      'scope 0',
      'no brd',
      'label eth0',
      'no noprefixroute',
    ]);
    assert.deepEqual(differences(IPV4, entry(IPV4, { flags: 0x480, peer: '192.0.2.9' })), [
      'peer 192.0.2.9',
      'autojoin',
    ]);
  });

  it('compares neither scope nor label of IPv6, and flags of IPv6 only there', () => {
    assert.deepEqual(differences(IPV6, entry(IPV6, { scope: 5 })), []);
    assert.deepEqual(differences({ ...IPV4, home: true, manageTemporary: true }, entry(IPV4)), []);
    assert.deepEqual(differences({ ...IPV6, home: true, manageTemporary: true }, entry(IPV6)), [
      'no home',
      'no mngtmpaddr',
    ]);
  });

  it('lets a preferred lifetime run down, but not run longer than it was given', () => {
    const lasting = (preferred: number) =>
      entry(IPV6, { lifetime: { valid: 0xffff_ffff, preferred } });
    const wanted: VirtualAddress = { ...IPV6, preferredLifetime: 100 };
    assert.deepEqual(differences(wanted, lasting(100)), []);
    assert.deepEqual(differences(wanted, lasting(7)), []);
    assert.deepEqual(differences(wanted, lasting(101)), ['preferred_lft 101']);
    assert.deepEqual(differences(wanted, entry(IPV6)), ['preferred_lft forever']);
    assert.deepEqual(differences(IPV6, lasting(0)), ['preferred_lft 0']);
    assert.deepEqual(differences({ ...IPV4, preferredLifetime: 100 }, entry(IPV4)), []);
  });

  it('asks for the flags that the family has', () => {
    const all = { home: true, manageTemporary: true, noPrefixRoute: true, autoJoin: true } as const;
    assert.equal(specOf({ ...IPV4, ...all }, 3).flags, 0x600);
    assert.equal(specOf({ ...IPV6, ...all }, 3).flags, 0x710);
    assert.equal(specOf(IPV6, 3).flags, undefined);
  });

  it('names an address that is there with its peer, and the flags that someone chose', () => {
    const spec = specOfEntry(entry(IPV4, { peer: '192.0.2.9', flags: 0x281 }));
    assert.deepEqual([spec.peer, spec.flags], ['192.0.2.9', 0x200]);
  });
});
