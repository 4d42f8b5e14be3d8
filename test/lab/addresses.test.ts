/** The address reconciler and the monitor against the kernel's own addresses. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { AddressReconciler } from '../../src/kernel/addresses.js';
import { NetlinkMonitor } from '../../src/netlink/monitor.js';
import type { SocketOptions } from '../../src/netlink/overrun-guard.js';
import { openRoute, type RouteClient } from '../../src/netlink/route.js';
import type { DesiredAddress } from '../../src/vrrp/desired.js';
import { skip } from '../support/skip.js';
import { now, sleep } from './clock.js';
import { inNamespace, socketOptions } from './namespace.js';
import { inNetns, must } from './program.js';

const NETNS = `tk-addr-${process.pid}`;
const OWN = '192.0.2.11/24';
const MANY = 3000;
const SO_RCVBUFFORCE = 33;

function want(cidr: string, present = true): DesiredAddress {
  const [address = '', prefix = ''] = cidr.split('/');
  return {
    instance: 'VI_1',
    address: { address, prefixLength: Number(prefix), interface: 'v0', scope: 0 },
    present,
  };
}

describe('lab: addresses', function () {
  this.timeout(60_000);
  let route: RouteClient;
  let monitor: NetlinkMonitor;
  let events: string[] = [];

  const ip = (words: string): Promise<string> =>
    must(['ip', ...words.split(' ')], { netns: NETNS });
  /** `ADDRESS/PREFIX` of v0, as ip prints them, IPv6 link-local addresses left out. */
  const addresses = async (): Promise<string[]> =>
    [...(await ip('-o addr show dev v0')).matchAll(/inet6? (\S+)/g)]
      .map(([, address]) => address as string)
      .filter((address) => !address.startsWith('fe80'));
  const quiet = (): Promise<void> => sleep(50);

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') {
      skip(this, 'needs the lab kernel: npm test, or node test/lab/run.mjs');
    }
    await must(['ip', 'netns', 'add', NETNS]);
    await ip('link add v0 type veth peer name v1');
    for (const name of ['lo', 'v0', 'v1']) await ip(`link set ${name} up`);
    route = inNamespace(NETNS, () => openRoute());
    monitor = inNamespace(
      NETNS,
      () =>
        new NetlinkMonitor(
          {
            onLink: (link) => events.push(`${link.name} ${link.up ? 'up' : 'down'}`),
            onLinkRemoved: (link) => events.push(`${link.name} gone`),
            // The kernel's own link-local ones come when their duplicate detection is over.
            onAddress: ({ address }) => {
              if (!address.startsWith('fe80')) events.push(address);
            },
            onAddressRemoved: (entry) => events.push(`${entry.address} gone`),
            onOverrun: () => events.push('overrun'),
          },
          { socketOptions },
        ),
    );
  });

  beforeEach(async () => {
    await ip('addr flush dev v0 scope global');
    await ip(`addr add ${OWN} dev v0`);
    await quiet();
    events = [];
  });

  after(async () => {
    monitor?.close();
    route?.close();
    if (process.env['TANDEM_IN_LAB'] === '1') await must(['ip', 'netns', 'del', NETNS]);
  });

  it('are there when the pass ends, IPv6 ones without duplicate detection', async () => {
    const report = await new AddressReconciler(route).reconcile([
      want('192.0.2.100/24'),
      want('198.51.100.1/32'),
      want('2001:db8::100/64'),
    ]);
    assert.equal(report.confirmed.length, 3);
    assert.deepEqual(report.failed, []);
    assert.deepEqual((await addresses()).sort(), [
      '192.0.2.100/24',
      OWN,
      '198.51.100.1/32',
      '2001:db8::100/64',
    ]);
    assert.doesNotMatch(await ip('-o addr show dev v0 to 2001:db8::100'), /tentative/);
    await quiet();
    assert.deepEqual(events, ['192.0.2.100', '198.51.100.1', '2001:db8::100']);
  });

  it('go out before the reconciler reads, a hundred in one turn', async () => {
    const reconciler = new AddressReconciler(route);
    reconciler.learnLinks(await route.links());
    const all = Array.from({ length: 100 }, (_, i) => want(`10.9.0.${i + 1}/32`));
    const started = now();
    const pass = reconciler.reconcile(all);
    // The request is on its way after a microtask; the kernel works on it inside sendmsg.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const sent = now() - started;
    // This holds the process up: an answer that the reconciler waits for cannot come meanwhile.
    const list = ['ip', '-o', 'addr', 'show', 'dev', 'v0', 'to', '10.9.0.0/24'];
    const [program = '', ...words] = inNetns(NETNS, list);
    const { stdout } = spawnSync(program, words, { encoding: 'utf8' });
    assert.equal(stdout.trim().split('\n').length, 100);
    const report = await pass;
    console.log(`      100 addresses: added in ${sent.toFixed(1)} ms`);
    assert.equal(report.added.length, 100);
    const gone = await reconciler.reconcile(all.map((each) => ({ ...each, present: false })));
    assert.equal(gone.removed.length, 100);
    assert.deepEqual(await addresses(), [OWN]);
  });

  it('of a subnet survive the removal of its first one, those of others as they were', async () => {
    const reconciler = new AddressReconciler(route);
    await reconciler.reconcile([want('10.0.0.1/24'), want('10.0.0.2/24')]);
    await ip('addr add 10.0.0.50/24 broadcast 10.0.0.255 label v0:other dev v0');
    await ip('addr add 10.0.0.51/24 valid_lft 600 preferred_lft 300 dev v0');
    const report = await reconciler.reconcile([want('10.0.0.1/24', false), want('10.0.0.2/24')]);
    assert.equal(report.removed.length, 1);
    assert.equal(report.foreignRepaired.length, 2);
    assert.deepEqual(report.failed, []);
    assert.deepEqual((await addresses()).sort(), [
      '10.0.0.2/24',
      '10.0.0.50/24',
      '10.0.0.51/24',
      OWN,
    ]);
    assert.match(
      await ip('-o addr show dev v0 to 10.0.0.50'),
      /inet 10\.0\.0\.50\/24 brd 10\.0\.0\.255 scope global (secondary )?v0:other/,
    );
    assert.match(await ip('-o addr show dev v0 to 10.0.0.51'), /valid_lft (600|599|598)sec/);
  });

  it('that somebody removes are heard of and restored', async () => {
    const reconciler = new AddressReconciler(route);
    const desired = [want('192.0.2.100/24'), want('2001:db8::100/64')];
    await reconciler.reconcile(desired);
    await ip('addr flush dev v0 scope global');
    await quiet();
    assert.ok(events.includes('192.0.2.100 gone'));
    assert.ok(events.includes('2001:db8::100 gone'));
    const report = await reconciler.reconcile(desired);
    assert.equal(report.restored.length, 2);
    assert.deepEqual((await addresses()).sort(), ['192.0.2.100/24', '2001:db8::100/64']);
  });

  it('that an earlier process left are found, and pruned when they are not wanted', async () => {
    await ip('addr add 192.0.2.100/24 dev v0');
    await ip('addr add 192.0.2.101/24 dev v0');
    const report = await new AddressReconciler(route).reconcile([
      want('192.0.2.100/24'),
      want('192.0.2.101/24', false),
      want('192.0.2.102/24', false),
    ]);
    assert.equal(report.confirmed.length, 1);
    assert.equal(report.removed.length, 1);
    assert.deepEqual([report.added, report.restored, report.failed], [[], [], []]);
    assert.deepEqual(await addresses(), [OWN, '192.0.2.100/24']);
  });

  it('come back with their interface', async () => {
    const reconciler = new AddressReconciler(route);
    const desired = [want('192.0.2.100/24')];
    await reconciler.reconcile(desired);
    await ip('link del v0');
    assert.equal((await reconciler.reconcile(desired)).failed[0]?.reason, 'no interface v0');
    await ip('link add v0 type veth peer name v1');
    await ip('link set v0 up');
    await ip('link set v1 up');
    assert.equal((await reconciler.reconcile(desired)).confirmed.length, 1);
    await quiet();
    assert.ok(events.includes('v0 gone'));
    assert.ok(events.includes('v0 up'));
  });

  it('too many at once for the monitor are an overrun, not a silence and not the end', async () => {
    // This one gets no more than net.core.rmem_max.
    let overruns = 0;
    const small: SocketOptions = {
      ...socketOptions,
      set(fd, level, option, value) {
        if (option === SO_RCVBUFFORCE) throw new Error('not permitted');
        socketOptions.set(fd, level, option, value);
      },
    };
    const ignore = { onLink() {}, onLinkRemoved() {}, onAddress() {}, onAddressRemoved() {} };
    const poor = inNamespace(
      NETNS,
      () =>
        new NetlinkMonitor({ ...ignore, onOverrun: () => overruns++ }, { socketOptions: small }),
    );
    const lines: string[] = [];
    for (let i = 0; i < MANY; i++) lines.push(`addr add 10.7.${i >> 8}.${i & 255}/32 dev lo`);
    const file = path.join(os.tmpdir(), `${NETNS}.batch`);
    writeFileSync(file, lines.join('\n'));
    const [program = '', ...words] = inNetns(NETNS, ['ip', '-batch', file]);
    // Our own event loop stands still meanwhile: nobody reads the notifications.
    assert.equal(spawnSync(program, words).status, 0);
    const seen = (): number => events.filter((event) => event.startsWith('10.7.')).length;
    for (let i = 0; i < 50 && (seen() < MANY || overruns === 0); i++) await sleep(200);
    assert.ok(overruns > 0);
    assert.equal(seen(), MANY);
    assert.ok(!events.includes('overrun'), 'the large buffer holds them all');
    assert.equal(
      (await route.addresses()).filter((a) => a.address.startsWith('10.7.')).length,
      MANY,
    );
    await ip('addr flush dev lo scope global');
    await sleep(200);
    poor.close();
  });
});
