/** The IPVS client and reconcilers against the kernel's own table. */
import assert from 'node:assert/strict';
import { IpvsClient } from '../../src/ipvs/client.js';
import type { IpvsDestination, IpvsService, ServiceId } from '../../src/ipvs/model.js';
import { renderOperation } from '../../src/ipvs/operations.js';
import { AddressReconciler } from '../../src/kernel/addresses.js';
import { IpvsTableReconciler } from '../../src/kernel/ipvs-table.js';
import { SyncDaemonReconciler } from '../../src/kernel/sync-daemons.js';
import { openRoute } from '../../src/netlink/route.js';
import { now, sleep } from './clock.js';
import { inNamespace } from './namespace.js';
import { assertAtMost } from './noise.js';
import { labSuite } from './suite.js';

const VIP = '172.25.254.100';
const SCHEDULERS = 'rr wrr lc wlc sed nq sh dh mh lblc lblcr fo ovf'.split(' ');
const METHODS = { NAT: 'Masq', DR: 'Route', TUN: 'Tunnel' } as const;

const at = (port: number, protocol: 'TCP' | 'UDP' = 'TCP', address = VIP): ServiceId => ({
  kind: 'address',
  protocol,
  address,
  port,
});

function server(address: string, port: number, more: Partial<IpvsDestination> = {}) {
  const defaults = { method: 'NAT', weight: 1, upperThreshold: 0, lowerThreshold: 0 } as const;
  return { address, port, ...defaults, ...more };
}

function service(
  id: ServiceId,
  scheduler: string,
  destinations: readonly IpvsDestination[],
  more: Partial<IpvsService> = {},
): IpvsService {
  const v6 = id.kind === 'fwmark' ? id.family === 6 : id.address.includes(':');
  const persistence = { persistenceTimeout: 0, persistencePrefix: v6 ? 128 : 32 };
  return { id, scheduler, flags: 0, ...persistence, destinations, ...more };
}

labSuite('lab: IPVS table', 'nat', (lab) => {
  let client: IpvsClient;

  const open = (): Promise<IpvsClient> =>
    inNamespace(lab().director('a').netns, () => IpvsClient.open());
  /** `ipvsadm -Ln` as lines of words, without the heads and the counters. */
  const table = async (): Promise<string[]> =>
    (await lab().director('a').ipvsadm('-Ln --sort'))
      .split('\n')
      .slice(3)
      .filter((line) => line !== '')
      .map((line) =>
        line.startsWith('  ->')
          ? line.trim().split(/\s+/).slice(0, 4).join(' ')
          : line.trim().split(/\s+/).join(' '),
      );

  beforeEach(async () => {
    client = await open();
    await client.flush();
  });

  afterEach(async () => {
    await client.flush();
    client.close();
  });

  for (const [method, printed] of Object.entries(METHODS)) {
    it(`holds every scheduler, by address over TCP and UDP and by mark, with ${method}`, async () => {
      const desired: IpvsService[] = [];
      const expected: string[] = [];
      SCHEDULERS.forEach((scheduler, i) => {
        const port = 1000 + i;
        const one = (id: ServiceId, name: string, targetPort: number): void => {
          const more = { method: method as IpvsDestination['method'], weight: i };
          desired.push(service(id, scheduler, [server('192.168.0.10', targetPort, more)]));
          expected.push(`${name} ${scheduler}`, `-> 192.168.0.10:${targetPort} ${printed} ${i}`);
        };
        one(at(port), `TCP ${VIP}:${port}`, port);
        one(at(port, 'UDP'), `UDP ${VIP}:${port}`, port);
        one({ kind: 'fwmark', family: 4, fwmark: port }, `FWM ${port}`, 0);
      });
      const reconciler = new IpvsTableReconciler(client);
      const report = await reconciler.reconcile(desired);
      assert.deepEqual(report.failed, []);
      const lines = await table();
      const pairs = (list: string[]): string[] =>
        list.flatMap((line, i) => (line.startsWith('->') ? [] : [`${line} ${list[i + 1]}`])).sort();
      assert.deepEqual(pairs(lines), pairs(expected));
      const again = await reconciler.reconcile(desired);
      assert.deepEqual([again.applied, again.drift], [[], []]);
    });
  }

  it('holds persistence, its mask, scheduler flags, one-packet services and IPv6', async () => {
    const v6 = at(80, 'TCP', '2001:db8::1');
    const report = await new IpvsTableReconciler(client).reconcile([
      service(at(443), 'sh', [], { flags: 0x18, persistenceTimeout: 600, persistencePrefix: 24 }),
      service(at(53, 'UDP'), 'rr', [], { flags: 4 }),
      service(
        v6,
        'rr',
        [server('2001:db8:1::10', 80, { upperThreshold: 100, lowerThreshold: 10 })],
        {
          persistenceTimeout: 60,
          persistencePrefix: 64,
        },
      ),
      service({ kind: 'fwmark', family: 6, fwmark: 6 }, 'lc', []),
      service({ kind: 'fwmark', family: 4, fwmark: 5 }, 'wrr', [], { persistenceTimeout: 300 }),
    ]);
    assert.deepEqual(report.failed, []);
    assert.deepEqual(await table(), [
      'TCP 172.25.254.100:443 sh (sh-fallback,sh-port) persistent 600 mask 255.255.255.0',
      'UDP 172.25.254.100:53 rr ops',
      'TCP [2001:db8::1]:80 rr persistent 60 mask 64',
      '-> [2001:db8:1::10]:80 Masq 1',
      'FWM 5 wrr persistent 300',
      'FWM 6 IPv6 lc',
    ]);
    const thresholds = await lab().director('a').ipvsadm('-Ln --thresholds');
    assert.match(thresholds, /\[2001:db8:1::10\]:80\s+100\s+10\s/);
    assert.equal((await client.readTable()).length, 5);
  });

  it('adopts, changes in place, repairs drift and leaves others alone', async () => {
    const a = lab().director('a');
    await a.run(
      `ipvsadm -A -t ${VIP}:80 -s rr; ipvsadm -a -t ${VIP}:80 -r 192.168.0.10:80 -m; ` +
        `ipvsadm -a -t ${VIP}:80 -r 192.168.0.99:80 -m; ipvsadm -A -t 10.0.0.1:99 -s sed`,
    );
    const desired = [
      service(at(80), 'wlc', [
        server('192.168.0.10', 80, { weight: 7 }),
        server('192.168.0.20', 80),
      ]),
    ];
    const reconciler = new IpvsTableReconciler(client);
    const first = await reconciler.reconcile(desired);
    assert.deepEqual(first.applied.map(renderOperation), [
      `set-service TCP ${VIP}:80 wlc`,
      `add-destination TCP ${VIP}:80 192.168.0.20:80 NAT weight 1`,
      `set-destination TCP ${VIP}:80 192.168.0.10:80 NAT weight 7`,
      `delete-destination TCP ${VIP}:80 192.168.0.99:80`,
    ]);
    await a.run(
      `ipvsadm -e -t ${VIP}:80 -r 192.168.0.10:80 -m -w 0; ipvsadm -d -t ${VIP}:80 -r 192.168.0.20:80`,
    );
    assert.equal((await reconciler.reconcile(desired)).drift.length, 2);
    await a.run(`ipvsadm -D -t ${VIP}:80`);
    assert.equal((await reconciler.reconcile(desired)).drift.length, 3);
    assert.deepEqual(await table(), [
      `TCP ${VIP}:80 wlc`,
      '-> 192.168.0.10:80 Masq 7',
      '-> 192.168.0.20:80 Masq 1',
      'TCP 10.0.0.1:99 sed',
    ]);
    await reconciler.withdraw();
    assert.deepEqual(await table(), ['TCP 10.0.0.1:99 sed']);
  });

  it('keeps a connection through changes of weight, scheduler, persistence and method', async () => {
    const a = lab().director('a');
    const route = inNamespace(a.netns, () => openRoute());
    const vips = [
      ['eth0', VIP],
      ['eth1', '192.168.0.100'],
    ].map(([name = '', address = '']) => ({
      instance: 'VI_1',
      address: { address, prefixLength: 24, interface: name, scope: 0 },
      present: true,
    }));
    const addresses = new AddressReconciler(route);
    assert.deepEqual((await addresses.reconcile(vips)).failed, []);
    const reconciler = new IpvsTableReconciler(client);
    const echo7 = (
      scheduler: string,
      servers: readonly IpvsDestination[],
      more: Partial<IpvsService> = {},
    ) => reconciler.reconcile([service(at(7), scheduler, servers, more)]);
    const r1 = server('192.168.0.10', 7);
    const r2 = server('192.168.0.20', 7);
    await echo7('rr', [r1]);
    const echo = await lab().client.openEcho(VIP);
    await sleep(300);
    await echo7('rr', [r1, r2]);
    await echo7('wlc', [{ ...r1, weight: 9 }, r2]);
    await echo7('sh', [{ ...r1, weight: 9 }, r2], { flags: 8 });
    await echo7('rr', [{ ...r1, weight: 0 }, r2], { persistenceTimeout: 60 });
    await echo7('mh', [{ ...r1, weight: 0, upperThreshold: 1 }, r2]);
    await echo7('rr', [r1, { ...r2, method: 'DR' }]);
    await sleep(300);
    const report = await echo.close();
    await addresses.reconcile(vips.map((each) => ({ ...each, present: false })));
    route.close();
    assert.equal(report.wrong, 0);
    assert.ok(report.received > 10, `${report.received} words`);
    assert.ok(report.longestGap < 500, `a gap of ${report.longestGap} ms`);
    assert.deepEqual(a.servers(`TCP ${VIP}:7`), ['192.168.0.10', '192.168.0.20']);
  });

  it('says which scheduler the kernel lacks, and makes the rest', async () => {
    const report = await new IpvsTableReconciler(client).reconcile([
      service(at(80), 'nosuch', [server('192.168.0.10', 80)]),
      service(at(81), 'rr', [server('192.168.0.10', 81)]),
    ]);
    assert.match(report.failed[0]?.reason ?? '', /the kernel has no scheduler nosuch/);
    assert.deepEqual(await table(), [`TCP ${VIP}:81 rr`, '-> 192.168.0.10:81 Masq 1']);
  });

  it('writes and withdraws a hundred services of twenty servers quickly', async () => {
    const desired = Array.from({ length: 100 }, (_, i) =>
      service(
        at(2000 + i),
        'rr',
        Array.from({ length: 20 }, (_, j) => server(`10.3.${i}.${j}`, 80)),
      ),
    );
    const reconciler = new IpvsTableReconciler(client);
    const started = now();
    const report = await reconciler.reconcile(desired);
    const written = now();
    await reconciler.reconcile(desired);
    const read = now();
    await reconciler.withdraw();
    const gone = now();
    console.log(
      `      2000 destinations: written and read back in ${(written - started).toFixed(0)} ms, ` +
        `read in ${(read - written).toFixed(0)} ms, withdrawn in ${(gone - read).toFixed(0)} ms`,
    );
    assert.equal(report.changes, 2100);
    assertAtMost(written - started, 15_000, started);
    assert.deepEqual(await table(), []);
  });

  it('starts, changes and stops the sync daemons, however fast', async () => {
    const a = lab().director('a');
    const reconciler = new SyncDaemonReconciler(client);
    const daemons = async (): Promise<string[]> =>
      [
        ...(await a.ipvsadm('-L --daemon')).matchAll(
          /^(\w+) sync daemon \(mcast=(\w+), syncid=(\d+)/gm,
        ),
      ].map(([, state, name, id]) => `${state} ${name} ${id}`);
    let longest = 0;
    for (let i = 0; i < 20; i++) {
      const started = now();
      const report = await reconciler.reconcile([
        { state: i % 2 === 0 ? 'master' : 'backup', interface: 'eth1', syncId: 1 + (i >> 2) },
      ]);
      longest = Math.max(longest, now() - started);
      assert.deepEqual(report.failed, []);
      assert.equal(report.running.length, 1);
    }
    console.log(`      20 changes of the sync daemon, the longest ${longest.toFixed(1)} ms`);
    assert.deepEqual(await daemons(), ['backup eth1 5']);
    await reconciler.reconcile([]);
    assert.deepEqual(await daemons(), []);
    assertAtMost(longest, 3_000);
  });
});
