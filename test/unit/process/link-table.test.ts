import assert from 'node:assert/strict';
import type { AddressEntry, Link } from '../../../src/netlink/rtnl.js';
import { LinkTable } from '../../../src/process/link-table.js';
import type { InstanceSettings } from '../../../src/vrrp/settings.js';

const link: Link = {
  index: 2,
  name: 'eth0',
  flags: 0x11043,
  up: true,
  loopback: false,
  operState: 6,
  mac: '02:00:00:00:00:01',
  mtu: 1500,
};

function entry(address: string): AddressEntry {
  return {
    family: 4,
    interfaceIndex: 2,
    address,
    prefixLength: 24,
    scope: 0,
    flags: 0x80,
    secondary: false,
    tentative: false,
    dadFailed: false,
    protocol: 0,
  };
}

/** Settings of which only the addresses matter here. */
function virtual(...addresses: string[]) {
  const virtualAddresses = addresses.map((address) => ({
    address,
    prefixLength: 32,
    interface: 'eth0',
    scope: 0,
  }));
  const instance = { virtualAddresses, excludedAddresses: [] } as unknown as InstanceSettings;
  return { instances: [instance], syncGroups: [] };
}

describe('link table', () => {
  it("keeps virtual addresses out of an interface's own, in the kernel's order", () => {
    const table = new LinkTable();
    table.setVirtual(virtual('192.0.2.100'));
    table.load([link], [entry('192.0.2.100'), entry('192.0.2.9'), entry('192.0.2.2')]);
    assert.deepEqual(table.get('eth0')?.addresses, ['192.0.2.9', '192.0.2.2']);
    assert.equal(table.isVirtual('192.0.2.100'), true);
  });

  it('an address that is virtual no more after a reload counts as its own', () => {
    const table = new LinkTable();
    table.setVirtual(virtual('192.0.2.100'));
    table.load([link], [entry('192.0.2.100')]);
    assert.deepEqual(table.get('eth0')?.addresses, []);
    table.setVirtual(virtual());
    assert.deepEqual(table.get('eth0')?.addresses, ['192.0.2.100']);
  });

  it('follows notifications, repeated ones included', () => {
    const table = new LinkTable();
    table.load([link], []);
    table.addAddress(entry('192.0.2.2'));
    table.addAddress(entry('192.0.2.2'));
    assert.deepEqual(table.get('eth0')?.addresses, ['192.0.2.2']);
    table.removeAddress(entry('192.0.2.2'));
    assert.deepEqual(table.get('eth0')?.addresses, []);
    table.setLink({ ...link, up: false });
    assert.equal(table.get('eth0')?.up, false);
    table.removeLink(2);
    assert.equal(table.get('eth0'), undefined);
  });

  it('does not count an IPv6 address before the kernel sends from it', () => {
    const table = new LinkTable();
    const address: AddressEntry = { ...entry('fe80::1'), family: 6, prefixLength: 64 };
    table.load([link], [{ ...address, tentative: true }]);
    assert.deepEqual(table.get('eth0')?.addresses, []);
    table.addAddress(address);
    assert.deepEqual(table.get('eth0')?.addresses, ['fe80::1']);
    table.addAddress({ ...address, dadFailed: true });
    assert.deepEqual(table.get('eth0')?.addresses, []);
  });
});
