import assert from 'node:assert/strict';
import { AddressReconciler, type InstanceAddress } from '../../../src/kernel/addresses.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { openRoute } from '../../../src/netlink/route.js';
import type { DesiredAddress } from '../../../src/vrrp/desired.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler } from '../../fake/kernel-scheduler.js';

function want(cidr: string, present = true, name = 'eth0'): DesiredAddress {
  const [address = '', prefix = ''] = cidr.split('/');
  return {
    instance: 'VI_1',
    address: { address, prefixLength: Number(prefix), interface: name, scope: 0 },
    present,
  };
}

const cidrs = (items: readonly InstanceAddress[]): string[] =>
  items.map(({ address }) => `${address.address}/${address.prefixLength}`);

function setup() {
  const kernel = new FakeKernel();
  kernel.route.addLink('eth0');
  kernel.route.addAddress('eth0', '192.0.2.11/24');
  const route = openRoute({ transport: kernel.routeTransport, scheduler: new FakeScheduler() });
  const reconciler = new AddressReconciler(route);
  return { kernel, route, reconciler };
}

const OWN = 'eth0 inet 192.0.2.11/24 scope global';

describe('kernel: addresses', () => {
  it('adds what is wanted, and finds it there the next time', async () => {
    const { kernel, reconciler } = setup();
    const desired = [want('192.0.2.100/24'), want('2001:db8::100/64')];
    const first = await reconciler.reconcile(desired);
    assert.deepEqual(cidrs(first.added), ['192.0.2.100/24', '2001:db8::100/64']);
    assert.deepEqual(cidrs(first.confirmed), ['192.0.2.100/24', '2001:db8::100/64']);
    assert.deepEqual([first.failed, first.restored, first.removed], [[], [], []]);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet 192.0.2.100/24 scope global secondary proto 18',
      'eth0 inet6 2001:db8::100/64 scope global proto 18',
    ]);
    const requests = kernel.requests.length;
    const second = await reconciler.reconcile(desired);
    assert.deepEqual([second.added, second.restored], [[], []]);
    assert.deepEqual(cidrs(second.confirmed), cidrs(first.confirmed));
    assert.deepEqual(kernel.requests.slice(requests), ['RTM_GETLINK', 'RTM_GETADDR']);
  });

  it('adds before it reads, all in one datagram, once it knows the interfaces', async () => {
    const { kernel, route, reconciler } = setup();
    reconciler.learnLinks(await route.links());
    const before = kernel.datagrams.length;
    await reconciler.reconcile([want('192.0.2.100/24'), want('192.0.2.101/24')]);
    assert.deepEqual(kernel.datagrams[before], ['RTM_NEWADDR', 'RTM_NEWADDR']);
  });

  it('knows its own doing again when the kernel tells of it', async () => {
    const { kernel, route, reconciler } = setup();
    const entryOf = async (address: string) => {
      const found = (await route.addresses()).find((entry) => entry.address === address);
      assert.ok(found);
      return found;
    };
    await reconciler.reconcile([want('192.0.2.100/24'), want('192.0.2.101/24', false)]);
    const own = await entryOf('192.0.2.100');
    assert.equal(reconciler.isAsWanted(own, true), true);
    assert.equal(reconciler.isAsWanted(own, false), false, 'somebody has removed it');
    assert.equal(reconciler.isAsWanted({ ...own, scope: 253 }, true), false, 'with other options');
    assert.equal(reconciler.isAsWanted({ ...own, interfaceIndex: 99 }, true), false);
    kernel.route.addAddress('eth0', '192.0.2.101/24');
    const other = await entryOf('192.0.2.101');
    assert.equal(reconciler.isAsWanted(other, true), false, 'somebody has put it there');
    assert.equal(reconciler.isAsWanted(other, false), true);
    await reconciler.reconcile([want('192.0.2.100/24', false)]);
    assert.equal(reconciler.isAsWanted(own, false), true);
    assert.equal(reconciler.isAsWanted(own, true), false);
  });

  it('leaves the reading to the next pass when there are newer wishes, and adds nothing twice', async () => {
    const { kernel, route, reconciler } = setup();
    reconciler.learnLinks(await route.links());
    const before = kernel.datagrams.length;
    const told: string[][] = [];
    const pass = (desired: readonly DesiredAddress[], hasNews: boolean) =>
      reconciler.reconcile(
        desired,
        (held) => told.push(cidrs(held)),
        () => hasNews,
      );
    const [one, two] = ['192.0.2.100/24', '192.0.2.101/24'] as const;
    const first = await pass([want(one), want(two, false)], true);
    assert.deepEqual(cidrs(first.confirmed), [one]);
    assert.deepEqual(kernel.datagrams.slice(before), [['RTM_NEWADDR']]);
    const second = await pass([want(one), want(two)], true);
    assert.deepEqual(cidrs(second.confirmed), [one, two]);
    assert.deepEqual(kernel.datagrams.slice(before), [['RTM_NEWADDR'], ['RTM_NEWADDR']]);
    const last = await pass([want(one, false), want(two)], false);
    assert.deepEqual(told, [[one], [one, two], [two]]);
    assert.deepEqual([cidrs(last.added), cidrs(last.removed)], [[two], [one]]);
    assert.deepEqual([last.failed, last.restored], [[], []]);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet 192.0.2.101/24 scope global secondary proto 18',
    ]);
  });

  it('reads at last, however many newer wishes there are', async () => {
    const { kernel, route, reconciler } = setup();
    reconciler.learnLinks(await route.links());
    const wishes: DesiredAddress[] = [];
    for (let i = 1; i <= 40; i++) {
      wishes.push(want(`198.51.100.${i}/32`));
      await reconciler.reconcile(wishes, undefined, () => true);
    }
    assert.ok(kernel.requests.filter((name) => name === 'RTM_GETADDR').length > 0);
  });

  it('carries label, broadcast address and scope', async () => {
    const { kernel, reconciler } = setup();
    const { address } = want('198.51.100.1/32');
    await reconciler.reconcile([
      {
        ...want('198.51.100.1/32'),
        address: { ...address, scope: 253, label: 'eth0:vip', broadcast: '198.51.100.1' },
      },
    ]);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet 198.51.100.1/32 scope link proto 18 eth0:vip',
    ]);
  });

  it('adds an IPv6 address anew that duplicate address detection has disabled', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '2001:db8::100/64', { dadFailed: true });
    const report = await reconciler.reconcile([want('2001:db8::100/64')]);
    assert.deepEqual(cidrs(report.added), ['2001:db8::100/64']);
    assert.deepEqual(report.failed, []);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet6 2001:db8::100/64 scope global proto 18',
    ]);
  });

  it('removes a disabled address that is not wanted', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '2001:db8::100/64', { dadFailed: true });
    const report = await reconciler.reconcile([want('2001:db8::100/64', false)]);
    assert.deepEqual(cidrs(report.removed), ['2001:db8::100/64']);
    assert.deepEqual(kernel.route.lines(), [OWN]);
  });

  it('says when an IPv6 address is there with another prefix length', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '2001:db8::100/64');
    const report = await reconciler.reconcile([want('2001:db8::100/128')]);
    assert.deepEqual(
      report.failed.map(({ reason }) => reason),
      ['is there with prefix length 64'],
    );
  });

  it('gives an address its preferred lifetime', async () => {
    const { kernel, reconciler } = setup();
    const item = want('2001:db8::100/128');
    await reconciler.reconcile([{ ...item, address: { ...item.address, preferredLifetime: 0 } }]);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet6 2001:db8::100/128 scope global preferred_lft 0 proto 18',
    ]);
  });

  it('removes what is listed as not wanted, whoever left it there', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '192.0.2.100/24');
    const report = await reconciler.reconcile([
      want('192.0.2.100/24', false),
      want('192.0.2.101/24', false),
    ]);
    assert.deepEqual(cidrs(report.removed), ['192.0.2.100/24']);
    assert.deepEqual(kernel.route.lines(), [OWN]);
  });

  it('leaves addresses alone that nobody listed, and the same one with another prefix', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '192.0.2.100/32');
    const report = await reconciler.reconcile([want('192.0.2.100/24', false)]);
    assert.deepEqual(report.removed, []);
    assert.deepEqual(kernel.route.lines(), [OWN, 'eth0 inet 192.0.2.100/32 scope global']);
  });

  it('finds an address of an earlier process and does not call it restored', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '192.0.2.100/24');
    const report = await reconciler.reconcile([want('192.0.2.100/24')]);
    assert.deepEqual([report.added, report.restored, report.failed], [[], [], []]);
    assert.deepEqual(cidrs(report.confirmed), ['192.0.2.100/24']);
  });

  it('restores what something else removed, and says so once', async () => {
    const { kernel, reconciler } = setup();
    const desired = [want('192.0.2.100/24'), want('192.0.2.101/24')];
    await reconciler.reconcile(desired);
    kernel.route.deleteAddress('eth0', '192.0.2.101/24');
    const second = await reconciler.reconcile(desired);
    assert.deepEqual(cidrs(second.restored), ['192.0.2.101/24']);
    assert.deepEqual(second.added, []);
    assert.deepEqual((await reconciler.reconcile(desired)).restored, []);
    assert.equal(kernel.route.lines().length, 3);
  });

  it('keeps our other addresses when the first of a subnet goes', async () => {
    const { kernel, reconciler } = setup();
    const others = [want('10.0.0.2/24'), want('10.0.0.3/24')];
    await reconciler.reconcile([want('10.0.0.1/24'), ...others]);
    const report = await reconciler.reconcile([want('10.0.0.1/24', false), ...others]);
    assert.deepEqual(cidrs(report.removed), ['10.0.0.1/24']);
    assert.deepEqual(cidrs(report.confirmed), ['10.0.0.2/24', '10.0.0.3/24']);
    assert.deepEqual([report.added, report.restored, report.failed], [[], [], []]);
    assert.deepEqual(kernel.route.lines(), [
      OWN,
      'eth0 inet 10.0.0.2/24 scope global proto 18',
      'eth0 inet 10.0.0.3/24 scope global secondary proto 18',
    ]);
  });

  it('puts addresses of others back that went with one of ours', async () => {
    const { kernel, reconciler } = setup();
    await reconciler.reconcile([want('10.0.0.1/24')]);
    kernel.route.addAddress('eth0', '10.0.0.50/24');
    const report = await reconciler.reconcile([want('10.0.0.1/24', false)]);
    assert.deepEqual(
      report.foreignRepaired.map(({ address }) => address),
      ['10.0.0.50'],
    );
    assert.deepEqual(kernel.route.lines(), [OWN, 'eth0 inet 10.0.0.50/24 scope global']);
  });

  it('removes a whole subnet of ours without a complaint', async () => {
    const { kernel, reconciler } = setup();
    const all = ['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24'];
    await reconciler.reconcile(all.map((cidr) => want(cidr)));
    const report = await reconciler.reconcile(all.map((cidr) => want(cidr, false)));
    assert.deepEqual([report.failed, report.foreignRepaired], [[], []]);
    assert.deepEqual(kernel.route.lines(), [OWN]);
  });

  it('says which could not be added and why, and adds the others', async () => {
    const { kernel, reconciler } = setup();
    kernel.faults.push((name) => (name === 'RTM_NEWADDR' ? { errno: 'EPERM' } : undefined));
    kernel.failNext('silent', 'RTM_NEWADDR');
    kernel.faults.reverse();
    const report = await reconciler.reconcile([
      want('192.0.2.100/24'),
      want('192.0.2.101/24'),
      want('192.0.2.102/24', true, 'eth9'),
    ]);
    assert.deepEqual(cidrs(report.confirmed), ['192.0.2.100/24']);
    assert.deepEqual(
      report.failed.map(({ address, reason }) => [address.address, reason]),
      [
        ['192.0.2.101', 'RTM_NEWADDR 192.0.2.101/24 interface 1: operation not permitted (EPERM)'],
        ['192.0.2.102', 'no interface eth9'],
      ],
    );
  });

  it('says which could not be removed, tries again, and gives up for this pass', async () => {
    const { kernel, reconciler } = setup();
    kernel.route.addAddress('eth0', '192.0.2.100/24');
    kernel.faults.push((name) => (name === 'RTM_DELADDR' ? { errno: 'EPERM' } : undefined));
    const report = await reconciler.reconcile([want('192.0.2.100/24', false)]);
    assert.match(report.failed[0]?.reason ?? '', /EPERM/);
    assert.equal(kernel.requests.filter((name) => name === 'RTM_DELADDR').length, 3);
  });

  it('has nothing to remove where the interface is gone', async () => {
    const { kernel, reconciler } = setup();
    await reconciler.reconcile([want('192.0.2.100/24')]);
    kernel.route.deleteLink('eth0');
    const report = await reconciler.reconcile([want('192.0.2.100/24', false)]);
    assert.deepEqual([report.removed, report.failed], [[], []]);
  });

  it('finds an interface that came back under a new number', async () => {
    const { kernel, reconciler } = setup();
    const desired = [want('192.0.2.100/24')];
    await reconciler.reconcile(desired);
    kernel.route.addLink('eth1');
    kernel.route.deleteLink('eth0');
    const without = await reconciler.reconcile(desired);
    assert.deepEqual(
      without.failed.map(({ reason }) => reason),
      ['no interface eth0'],
    );
    kernel.route.addLink('eth0');
    const back = await reconciler.reconcile(desired);
    assert.deepEqual([cidrs(back.confirmed), back.failed], [['192.0.2.100/24'], []]);
  });

  it('wants an address that any instance wants', async () => {
    const { reconciler } = setup();
    const other = { ...want('192.0.2.100/24', false), instance: 'VI_2' };
    const report = await reconciler.reconcile([other, want('192.0.2.100/24'), other]);
    assert.deepEqual([cidrs(report.confirmed), report.removed], [['192.0.2.100/24'], []]);
  });

  it('has tried to add when the kernel cannot be read', async () => {
    const { kernel, route, reconciler } = setup();
    reconciler.learnLinks(await route.links());
    kernel.failNext({ errno: 'EPERM' }, 'RTM_GETLINK');
    await assert.rejects(
      reconciler.reconcile([want('192.0.2.100/24')]),
      (error) => error instanceof NetlinkError && error.is('EPERM'),
    );
    assert.equal(kernel.route.lines().length, 2);
  });
});
