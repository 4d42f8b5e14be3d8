/** Options of addresses, routes, rules and static objects: the kernel, and keepalived beside tandem. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Route, RoutingEntry } from '../../src/base/routing.js';
import { RoutingReconciler } from '../../src/kernel/routing.js';
import { openRoute, type RouteClient } from '../../src/netlink/route.js';
import { RouteMonitor } from '../../src/netlink/route-monitor.js';
import { attachFilter } from '../../src/packet-io/libc.js';
import type { DesiredRouting } from '../../src/vrrp/desired-routing.js';
import { ROOT } from '../support/root.js';
import { skip } from '../support/skip.js';
import { now, sleep } from './clock.js';
import { inNamespace, socketOptions } from './namespace.js';
import { inNetns, launch, must } from './program.js';

const NETNS = `tk-route-${process.pid}`;
const MANY = 1000;

const CONFIGURATION = `
static_ipaddress {
  10.9.0.1/24 dev v0
}
static_routes {
  10.20.0.0/16 via 10.9.0.254 dev v0
}
vrrp_instance VI_1 {
  state MASTER
  interface v0
  virtual_router_id 5
  priority 200
  virtual_ipaddress {
    10.8.0.10/24
    10.8.3.11/24 label v0:1 brd + scope link
    10.8.0.13 peer 10.8.5.5
    10.8.0.15/24 noprefixroute
  }
  virtual_ipaddress_excluded {
    2001:db8::10/64
    2001:db8::13/64 home mngtmpaddr
    2001:db8:1::15/64 noprefixroute
  }
  virtual_routes {
    192.168.1.0/24 via 10.8.0.254 dev v0
    192.168.3.0/24 dev v0 scope link mtu lock 1400 advmss 1300 initcwnd 11
    blackhole 192.168.4.0/24 no_track
    192.168.6.0/24 no_track nexthop via 10.8.0.254 dev v0 weight 2 nexthop via 10.8.0.253 dev v0 weight 3
    2001:db8:100::/48 via 2001:db8::99 dev v0 metric 50
    default via 10.8.0.250 dev v0 table 200
  }
}
`;

function route(third: number, more: Partial<Route> = {}): RoutingEntry {
  return {
    kind: 'route',
    route: {
      family: 4,
      type: 'unicast',
      destination: { address: `10.${third >> 8}.${third & 255}.0`, prefixLength: 24 },
      gateway: '192.0.2.1',
      interface: 'v0',
      nextHops: [],
      table: 254,
      protocol: 18,
      metrics: {},
      placement: 'prepend',
      ...more,
    },
  };
}

const want = (entry: RoutingEntry, present = true): DesiredRouting => ({
  instance: 'VI_1',
  entry,
  present,
});

describe('lab: routes, rules and options of addresses', function () {
  this.timeout(120_000);
  let client: RouteClient;
  let routing: RoutingReconciler;
  let folder = '';

  const ip = (words: string): Promise<string> =>
    must(['ip', ...words.split(' ')], { netns: NETNS });
  const ours = async (): Promise<string[]> =>
    (await ip('route show proto 18')).split('\n').filter((line) => line !== '');

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') {
      skip(this, 'needs the lab kernel: npm test, or node test/lab/run.mjs');
    }
    folder = mkdtempSync(path.join(os.tmpdir(), 'tk-route-'));
    await must(['ip', 'netns', 'add', NETNS]);
    await ip('link add v0 type veth peer name v1');
    for (const name of ['lo', 'v0', 'v1']) await ip(`link set ${name} up`);
    await ip('addr add 192.0.2.11/24 dev v0');
    await ip('addr add 10.8.0.1/24 dev v0');
    const index = Number((await ip('-o link show v0')).split(':')[0]);
    client = inNamespace(NETNS, () => openRoute());
    routing = new RoutingReconciler(client, {
      indexOf: (name) => (name === 'v0' ? index : undefined),
      vrfTableOf: () => undefined,
    });
  });

  after(async () => {
    client?.close();
    if (process.env['TANDEM_IN_LAB'] !== '1') return;
    await must(['ip', 'netns', 'del', NETNS]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('adds routes, finds them, puts back what is gone, leaves what is not tracked', async () => {
    const desired = [want(route(1)), want(route(2, { noTrack: true }))];
    assert.deepEqual(await routing.reconcile(desired), {
      restored: [],
      failed: [],
      newlyFailed: [],
    });
    assert.equal((await ours()).length, 2);
    assert.deepEqual((await routing.reconcile(desired)).restored, []);
    await ip('route del 10.0.1.0/24');
    await ip('route del 10.0.2.0/24');
    const { restored } = await routing.reconcile(desired);
    assert.deepEqual(restored, [
      { instance: 'VI_1', what: 'route 10.0.1.0/24 via 192.0.2.1 dev v0' },
    ]);
    assert.deepEqual(
      (await ours()).map((line) => line.split(' ')[0]),
      ['10.0.1.0/24'],
    );
    await routing.reconcile(desired.map(({ entry }) => want(entry, false)));
    assert.deepEqual(await ours(), []);
  });

  it('leaves routes of others, and tells once what cannot be set', async () => {
    await ip('route add 10.0.3.0/24 via 192.0.2.77');
    const desired = [want(route(3)), want(route(4, { gateway: '203.0.113.1' }))];
    const first = await routing.reconcile(desired);
    assert.deepEqual(
      first.newlyFailed.map(({ what }) => what),
      ['route 10.0.4.0/24 via 203.0.113.1 dev v0'],
    );
    const second = await routing.reconcile(desired);
    assert.deepEqual([second.failed.length, second.newlyFailed.length], [1, 0]);
    await routing.reconcile(desired.map(({ entry }) => want(entry, false)));
    assert.match(
      await ip('route show 10.0.3.0/24'),
      /^10\.0\.3\.0\/24 via 192\.0\.2\.77 dev v0 \n$/,
    );
    await ip('route del 10.0.3.0/24');
  });

  it('changes an IPv6 route in its place', async () => {
    await ip('addr add 2001:db8:5::1/64 dev v0 nodad');
    const six = (gateway: string): RoutingEntry =>
      route(0, { family: 6, destination: { address: '2001:db8:6::', prefixLength: 48 }, gateway });
    await routing.reconcile([want(six('2001:db8:5::2'))]);
    await routing.reconcile([want(six('2001:db8:5::3'))]);
    const lines = (await ip('-6 route show 2001:db8:6::/48')).trim().split('\n');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /via 2001:db8:5::3 /);
    await routing.reconcile([]);
    assert.equal(await ip('-6 route show 2001:db8:6::/48'), '');
  });

  it('sets a thousand routes in small batches, and hears of a removal of ours only', async () => {
    let heard = 0;
    const monitor = inNamespace(
      NETNS,
      () => new RouteMonitor(() => heard++, { socketOptions, attachFilter }),
    );
    try {
      const desired = Array.from({ length: MANY }, (_, i) => want(route(256 + i)));
      await routing.reconcile(desired);
      assert.equal((await ours()).length, MANY);
      await ip('route add 10.0.9.0/24 via 192.0.2.77');
      await ip('route del 10.0.9.0/24');
      await sleep(100);
      assert.equal(heard, 0);
      await ip('route del 10.1.7.0/24');
      await sleep(100);
      assert.equal(heard, 1);
      assert.equal((await routing.reconcile(desired)).restored.length, 1);
      await routing.reconcile([]);
      assert.deepEqual(await ours(), []);
    } finally {
      monitor.close();
    }
  });

  it('leaves in the kernel what keepalived leaves there, and nothing after a stop', async () => {
    const file = path.join(folder, 'routing.conf');
    writeFileSync(file, CONFIGURATION);
    const look = async (): Promise<string> => {
      const shown = [
        await ip('-d addr show dev v0'),
        await ip('-d route show table all'),
        await ip('-d -6 route show table all'),
      ].join('');
      const kept = /(?:inet6? (?!fe80)|keepalived|nexthop)/;
      return shown
        .split('\n')
        .filter((line) => kept.test(line))
        .map((line) =>
          line.replace(/ (?:proto 0x12|proto keepalived|tentative)(?= |$)/g, '').trim(),
        )
        .join('\n');
    };
    const before = await look();
    const runs: string[] = [];
    for (const program of ['keepalived', path.join(ROOT, 'bin/tandemd')]) {
      const work = path.join(folder, path.basename(program));
      mkdirSync(work);
      const files = ['-p', `${work}/p`, '-r', `${work}/v`, '-c', `${work}/c`];
      const daemon = launch(
        inNetns(NETNS, [program, '-n', '-l', '-P', '-f', file, ...files]),
        path.join(work, 'log'),
      );
      await until(async () => (await ip('route show table 200').catch(() => '')) !== '');
      await sleep(1500);
      runs.push(await look());
      await end(daemon);
      // keepalived 2.2.7 leaves its address with a peer behind.
      if (program === 'keepalived')
        await ip('addr del 10.8.0.13 peer 10.8.5.5 dev v0').catch(() => '');
      assert.equal(await look(), before, `after the end of ${path.basename(program)}`);
    }
    assert.ok((runs[0] ?? '').includes('192.168.6.0/24'), runs[0]);
    assert.equal(runs[1], runs[0]);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = now() + 30_000;
  while (!(await isSo())) {
    assert.ok(now() < end, 'not MASTER in time');
    await sleep(200);
  }
}

function end(daemon: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    daemon.once('exit', () => resolve());
    daemon.kill('SIGTERM');
  });
}
