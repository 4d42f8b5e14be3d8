/** use_vmac and use_ipvlan: with keepalived as the peer, and what it makes of the same file as the measure. */
import assert from 'node:assert/strict';
import { now, sleep } from './clock.js';
import type { Director, Product } from './director.js';
import type { Host } from './host.js';
import { sharedPair } from './shared-pair.js';
import { measured, type PairOptions, START_TIMEOUT, settled, startDirector } from './steps.js';
import { labSuite } from './suite.js';
import { neighbourOf } from './wire.js';

const VMAC = 'vrrp.51';
const VIRTUAL_MAC = '00:00:5e:00:01:33';
const USE_VMAC: PairOptions = { version: 3, advertInt: 0.3, instance: ['use_vmac'] };
const SIDES: readonly { readonly a: Product; readonly b: Product }[] = [
  { a: 'tandem', b: 'keepalived' },
  { a: 'keepalived', b: 'tandem' },
];
/** Settings that keepalived changes, of the macvlan and of the interface below. */
const SETTINGS = ['arp_ignore', 'arp_filter', 'rp_filter', 'accept_local', 'promote_secondaries'];

/** What a command prints on a host. */
async function text(host: Host, command: string): Promise<string> {
  return (await host.run(command)).stdout.trim();
}

async function settings(host: Host, name: string): Promise<string> {
  const files = SETTINGS.map((setting) => `/proc/sys/net/ipv4/conf/${name}/${setting}`);
  return await text(host, `grep . ${files.join(' ')}`);
}

/** A macvlan as `ip` shows it, without what is the machine's. */
async function linkOf(host: Host, name: string): Promise<string> {
  const shown = await text(host, `ip -d link show ${name}`);
  return shown.replace(/^\d+: (\S+)@\S+:/, '$1:').replace(/ promiscuity \d+/, '');
}

labSuite('virtual interfaces', 'pair', function (lab) {
  const ready = sharedPair(this, lab);
  const gone = async (director: Director): Promise<void> => {
    assert.equal(await text(director, 'ip -o link show type macvlan'), '');
    assert.match(await settings(director, 'eth0'), /arp_ignore:0\n.*arp_filter:0/);
  };

  for (const sides of SIDES) {
    const title = `${sides.a} with priority 150, ${sides.b} with 100`;

    it(`use_vmac: elect, fail over and back with the same MAC address: ${title}`, async () => {
      const { vip, client, capture } = lab();
      const [a, b] = [lab().director('a'), lab().director('b')];
      await ready({ ...USE_VMAC, ...sides });
      const reign = now();
      await sleep(2000);
      // The backup hears the master, though both have one MAC address.
      const adverts = capture.adverts(undefined, reign);
      assert.deepEqual(new Set(adverts.map(({ source }) => source)), new Set([a.address()]));
      assert.equal((await client.run(`ping -c 2 -W 1 ${vip}`)).code, 0);

      const failed = now();
      await a.run('ip link set eth0 down');
      await lab().eventually(() => b.state() === 'MASTER', START_TIMEOUT, 'b takes over');
      await sleep(500);
      assert.equal((await client.run(`ping -c 2 -W 1 ${vip}`)).code, 0);
      await a.run('ip link set eth0 up');
      await settled(lab(), 'a', 'b');
      for (const { mac } of capture.adverts(undefined, reign)) assert.equal(mac, VIRTUAL_MAC);
      const announced = capture.announcements(vip, undefined, failed);
      assert.ok(announced.length >= 2, 'both announce');
      for (const { mac, senderMac } of announced) {
        assert.deepEqual([mac, senderMac], [VIRTUAL_MAC, VIRTUAL_MAC]);
      }

      // Both make the same of one file, whether they are MASTER or not.
      assert.equal(await linkOf(a, VMAC), await linkOf(b, VMAC));
      assert.equal(await settings(a, VMAC), await settings(b, VMAC));
      assert.equal(await settings(a, 'eth0'), await settings(b, 'eth0'));
    });
  }

  it('use_vmac: a stop removes all of it, and puts back what was changed', async () => {
    const a = lab().director('a');
    const options: PairOptions = { ...USE_VMAC, a: 'tandem', b: 'keepalived' };
    await ready(options);
    const stopped = await a.stop();
    assert.equal(stopped.code, 0);
    await gone(a);
    startDirector(lab(), 'a', options);
    await settled(lab(), 'a', 'b');
  });

  it('use_vmac: adopted after kill -9 of all, removed by --release', async () => {
    const { vip } = lab();
    const a = lab().director('a');
    const options: PairOptions = { ...USE_VMAC, a: 'tandem', b: 'keepalived' };
    await ready(options);
    const index = async (): Promise<string> =>
      (await text(a, `ip -o link show ${VMAC}`)).split(':')[0] as string;
    const before = await index();
    assert.match(before, /^\d+$/);
    a.kill('all');
    await sleep(500);
    startDirector(lab(), 'a', options);
    await settled(lab(), 'a', 'b');
    assert.equal(await index(), before);
    a.kill('all');
    await sleep(500);
    assert.equal((await a.release()).code, 0);
    assert.equal(a.holds(vip), false);
    await gone(a);
    startDirector(lab(), 'a', options);
    await settled(lab(), 'a', 'b');
  });

  it('use_vmac: an interface that something else removes comes back', async () => {
    const { vip } = lab();
    const a = lab().director('a');
    await ready({ ...USE_VMAC, a: 'tandem', b: 'keepalived' });
    const at = now();
    await a.run(`ip link del ${VMAC}`);
    await lab().eventually(() => !a.holds(vip), START_TIMEOUT, 'the address went with it');
    await settled(lab(), 'a', 'b');
    measured(`MASTER again ${Math.round(now() - at)} ms after its interface was removed`);
    assert.match(await linkOf(a, VMAC), /macvlan mode private/);
  });

  it('use_ipvlan: adverts from its own address, the VIP on it', async () => {
    const { vip, client, capture } = lab();
    const a = lab().director('a');
    const own = (last: number): string => `use_ipvlan ipv51 172.25.254.${last}/24`;
    await lab().reboot();
    const options: PairOptions = { version: 3, advertInt: 0.3, a: 'tandem', b: 'tandem' };
    startDirector(lab(), 'a', { ...options, instance: [own(21)] });
    startDirector(lab(), 'b', { ...options, instance: [own(22)] });
    await settled(lab(), 'a', 'b');
    assert.match(await text(a, 'ip -d link show ipv51'), /ipvlan +mode l2 bridge/);
    assert.match(await text(a, 'ip -o addr show dev ipv51'), new RegExp(`inet ${vip}`));
    const sources = new Set(capture.adverts('a').map(({ source }) => source));
    assert.ok(sources.has('172.25.254.21'), [...sources].join(' '));
    // The interface below has the same network: answers to a ping would not find their way. ARP does.
    await client.run(`ping -c 1 -W 1 ${vip}`);
    assert.match(neighbourOf(client, vip) ?? '', /^02:/);
    await a.stop();
    assert.equal(await text(a, 'ip -o link show type ipvlan'), '');
  });
});
