import assert from 'node:assert/strict';
import { IpvsClient } from '../../../src/ipvs/client.js';
import type { IpvsDestination, IpvsService } from '../../../src/ipvs/model.js';
import { renderOperation } from '../../../src/ipvs/operations.js';
import { IpvsTableReconciler } from '../../../src/kernel/ipvs-table.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler } from '../../fake/kernel-scheduler.js';

const server = (n: number, weight = 1): IpvsDestination => ({
  address: `10.0.0.${n}`,
  port: 80,
  method: 'NAT',
  weight,
  upperThreshold: 0,
  lowerThreshold: 0,
});
const service = (
  port: number,
  destinations: readonly IpvsDestination[],
  scheduler = 'rr',
): IpvsService => ({
  id: { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port },
  scheduler,
  flags: 0,
  persistenceTimeout: 0,
  persistencePrefix: 32,
  destinations,
});

async function setup(options: { flushAtStart?: boolean } = {}) {
  const kernel = new FakeKernel();
  const client = await IpvsClient.open({
    transport: kernel.genericTransport,
    scheduler: new FakeScheduler(),
  });
  const other = await IpvsClient.open({
    transport: kernel.genericTransport,
    scheduler: new FakeScheduler(),
  });
  /** Somebody else's `ipvsadm -A`. */
  const foreign = async (...services: IpvsService[]) => {
    await new IpvsTableReconciler(other).reconcile(services);
  };
  return { kernel, other, foreign, reconciler: new IpvsTableReconciler(client, options) };
}

describe('kernel: IPVS table', () => {
  it('makes the table as wanted, and then leaves it alone', async () => {
    const { kernel, reconciler } = await setup();
    const desired = [service(80, [server(1), server(2, 3)]), service(443, [server(1)], 'wlc')];
    const first = await reconciler.reconcile(desired);
    assert.equal(first.applied.length, 5);
    assert.deepEqual([first.failed, first.drift], [[], []]);
    assert.deepEqual(kernel.ipvs.lines(), [
      'TCP  192.0.2.1:80 rr',
      '  -> 10.0.0.1:80 Masq 1',
      '  -> 10.0.0.2:80 Masq 3',
      'TCP  192.0.2.1:443 wlc',
      '  -> 10.0.0.1:80 Masq 1',
    ]);
    const second = await reconciler.reconcile(desired);
    assert.deepEqual([second.applied, second.drift], [[], []]);
    assert.equal(second.services, 2);
  });

  it('adopts what an earlier process left, and prunes in it', async () => {
    const { kernel, reconciler, foreign } = await setup();
    await foreign(service(80, [server(1), server(9)]));
    const before = kernel.requests.length;
    const report = await reconciler.reconcile([service(80, [server(1, 7)])]);
    assert.deepEqual(report.applied.map(renderOperation), [
      'set-destination TCP 192.0.2.1:80 10.0.0.1:80 NAT weight 7',
      'delete-destination TCP 192.0.2.1:80 10.0.0.9:80',
    ]);
    assert.ok(!kernel.requests.slice(before).includes('IPVS_CMD_NEW_SERVICE'));
  });

  it('leaves services of others alone, also when it withdraws its own', async () => {
    const { kernel, reconciler, foreign } = await setup();
    await foreign(service(99, [server(9)]));
    await reconciler.reconcile([service(80, [server(1)]), service(81, [])]);
    await reconciler.reconcile([service(80, [server(1)])]);
    const theirs = ['TCP  192.0.2.1:99 rr', '  -> 10.0.0.9:80 Masq 1'];
    assert.deepEqual(kernel.ipvs.lines(), [
      ...theirs,
      'TCP  192.0.2.1:80 rr',
      '  -> 10.0.0.1:80 Masq 1',
    ]);
    const report = await reconciler.withdraw();
    assert.equal(report.applied.length, 1);
    assert.deepEqual(kernel.ipvs.lines(), theirs);
  });

  it('forgets services that are wanted no more and gone', async () => {
    const { reconciler } = await setup();
    await reconciler.reconcile([service(80, []), service(81, [])]);
    await reconciler.reconcile([service(80, [])]);
    assert.deepEqual([...reconciler.owned], ['TCP 192.0.2.1:80']);
  });

  it('answers for services that it is told to', async () => {
    const { kernel, reconciler, foreign } = await setup();
    await foreign(service(80, []), service(81, []));
    reconciler.adopt(['TCP 192.0.2.1:81']);
    await reconciler.reconcile([]);
    assert.deepEqual(kernel.ipvs.lines(), ['TCP  192.0.2.1:80 rr']);
  });

  it('flushes everything at its first pass if it is to, and only then', async () => {
    const { kernel, reconciler, foreign } = await setup({ flushAtStart: true });
    await foreign(service(99, []));
    await reconciler.reconcile([service(80, [])]);
    assert.deepEqual(kernel.ipvs.lines(), ['TCP  192.0.2.1:80 rr']);
    await foreign(service(99, []));
    await reconciler.reconcile([service(80, [])]);
    assert.equal(kernel.ipvs.lines().length, 2);
  });

  it('repairs what others changed, and says so', async () => {
    const { kernel, reconciler, other } = await setup();
    const desired = [service(80, [server(1), server(2)])];
    await reconciler.reconcile(desired);
    const { id } = desired[0]!;
    await other.apply([
      { kind: 'set-destination', id, destination: server(1, 0) },
      { kind: 'delete-destination', id, destination: server(2) },
      { kind: 'add-destination', id, destination: server(3) },
    ]);
    const report = await reconciler.reconcile(desired);
    assert.equal(report.drift.length, 3);
    assert.deepEqual(kernel.ipvs.lines(), [
      'TCP  192.0.2.1:80 rr',
      '  -> 10.0.0.1:80 Masq 1',
      '  -> 10.0.0.2:80 Masq 1',
    ]);
  });

  it('does not call a new wish drift', async () => {
    const { reconciler } = await setup();
    await reconciler.reconcile([service(80, [server(1)])]);
    assert.deepEqual((await reconciler.reconcile([service(80, [server(2)])])).drift, []);
  });

  it('reads again when the table changed between reading and writing', async () => {
    const { kernel, reconciler, foreign } = await setup();
    let once = true;
    kernel.faults.push((name) => {
      // Between our reading and our writing another one makes the same service.
      if (name === 'IPVS_CMD_GET_SERVICE' && once) {
        once = false;
        void foreign(service(80, [server(1, 5)]));
      }
      return undefined;
    });
    const report = await reconciler.reconcile([service(80, [server(1)])]);
    assert.deepEqual(report.failed, []);
    assert.deepEqual(kernel.ipvs.lines(), ['TCP  192.0.2.1:80 rr', '  -> 10.0.0.1:80 Masq 1']);
  });

  for (const [fault, name] of [
    [{ errno: 'EEXIST' }, 'IPVS_CMD_NEW_DEST'],
    [{ errno: 'ESRCH' }, 'IPVS_CMD_NEW_DEST'],
    ['overrun', 'IPVS_CMD_NEW_SERVICE'],
  ] as const) {
    it(`reads again after ${typeof fault === 'string' ? fault : fault.errno}`, async () => {
      const { kernel, reconciler } = await setup();
      kernel.failNext(fault, name);
      const report = await reconciler.reconcile([service(80, [server(1), server(2)])]);
      assert.deepEqual(report.failed, []);
      assert.equal(kernel.ipvs.lines().length, 3);
    });
  }

  it('does not read again for ever', async () => {
    const { kernel, reconciler } = await setup();
    kernel.faults.push((name) => (name === 'IPVS_CMD_NEW_DEST' ? { errno: 'EEXIST' } : undefined));
    const report = await reconciler.reconcile([service(80, [server(1)])]);
    assert.equal(report.failed.length, 1);
    assert.equal(kernel.requests.filter((name) => name === 'IPVS_CMD_NEW_DEST').length, 4);
  });

  it('says which scheduler the kernel lacks, and makes the other services', async () => {
    const { kernel, reconciler } = await setup();
    const report = await reconciler.reconcile([
      service(80, [server(1)], 'nosuch'),
      service(443, [server(1)]),
    ]);
    assert.equal(
      report.failed[0]?.reason,
      'TCP 192.0.2.1:80: the kernel has no scheduler nosuch: modprobe ip_vs_nosuch (ENOENT)',
    );
    assert.deepEqual(kernel.ipvs.lines(), ['TCP  192.0.2.1:443 rr', '  -> 10.0.0.1:80 Masq 1']);
  });

  it('says what the errors of a server mean', async () => {
    const { kernel, reconciler } = await setup();
    const refusedWith = async (
      errno: 'EINVAL' | 'ERANGE' | 'EPERM' | 'ENOMEM',
      change: Partial<IpvsDestination>,
    ): Promise<string> => {
      kernel.failNext({ errno }, 'IPVS_CMD_NEW_DEST');
      const wish = service(80, [{ ...server(1), ...change }]);
      const { failed } = await reconciler.reconcile([wish]);
      await reconciler.reconcile([]);
      return failed.map(({ reason }) => reason).join();
    };
    const head = 'TCP 192.0.2.1:80: the kernel refuses server ';
    assert.equal(
      await refusedWith('EINVAL', { address: '10.0.0.255' }),
      `${head}10.0.0.255:80: its address is broadcast, multicast or link-local here, and no server can be reached by that (EINVAL)`,
    );
    assert.match(
      await refusedWith('EINVAL', { address: '2001:db8::1', method: 'TUN' }),
      /another family than its service, which does not go together with a connection sync daemon/,
    );
    assert.match(await refusedWith('EINVAL', { address: '2001:db8::1' }), /only TUN reaches that/);
    assert.match(await refusedWith('ERANGE', {}), /thresholds are out of range \(ERANGE\)$/);
    assert.match(
      await refusedWith('EPERM', {}),
      /^TCP 192\.0\.2\.1:80: .*CAP_NET_ADMIN \(EPERM\)$/,
    );
    assert.match(await refusedWith('ENOMEM', {}), /TCP 192\.0\.2\.1:80 .*ENOMEM/);
  });

  it('says that the kernel passes over a tunnel, without asking for it for ever', async () => {
    // The kernel of this test is one that knows IPIP only.
    const { kernel, reconciler } = await setup();
    const tunnel = { type: 'gue', port: 6080, checksum: 'csum' } as const;
    const wish = service(80, [{ ...server(1), method: 'TUN', tunnel }, server(2)]);
    const reports = [];
    for (let i = 0; i < 4; i++) reports.push(await reconciler.reconcile([wish]));
    const asked = kernel.requests.filter((name) => name === 'IPVS_CMD_SET_DEST');
    assert.equal(asked.length, 1);
    assert.deepEqual(
      reports.map(({ failed }) => failed.map(({ reason }) => reason)),
      [
        [],
        [],
        ...[1, 2].map(() => [
          'TCP 192.0.2.1:80: the kernel knows no GUE tunnels, which come with Linux 5.2: packets to 10.0.0.1:80 go by IPIP',
        ]),
      ],
    );
    assert.equal(kernel.ipvs.lines().length, 3);
  });

  it('takes for deleted what somebody else deletes at the same time', async () => {
    const { kernel, reconciler } = await setup();
    await reconciler.reconcile([service(80, [server(1), server(2)]), service(81, [])]);
    kernel.failNext({ errno: 'ENOENT' }, 'IPVS_CMD_DEL_DEST');
    kernel.failNext({ errno: 'ESRCH' }, 'IPVS_CMD_DEL_SERVICE');
    const report = await reconciler.reconcile([service(80, [server(1)])]);
    assert.deepEqual(report.failed, []);
    assert.equal(kernel.ipvs.lines().length, 2);
  });

  describe('passes over what changed', () => {
    const many = (n: number): IpvsService[] =>
      Array.from({ length: n }, (_, i) => service(1000 + i, [server(1), server(2)]));
    const changes = (names: readonly string[]): string[] =>
      names.filter((name) => /_(NEW|SET|DEL)_/.test(name));

    it('one weight costs one request, and the reading of one service', async () => {
      const { kernel, reconciler } = await setup();
      const before = many(50);
      await reconciler.reconcile(before);
      const after = before.map((each, i) =>
        i === 7 ? { ...each, destinations: [server(1), server(2, 9)] } : each,
      );
      const from = kernel.requests.length;
      const report = await reconciler.reconcile(after, { onlyChanged: true });
      assert.deepEqual(kernel.requests.slice(from), [
        'IPVS_CMD_GET_SERVICE',
        'IPVS_CMD_GET_DEST',
        'IPVS_CMD_SET_DEST',
      ]);
      assert.deepEqual([report.changes, report.services, report.drifts], [1, 1, 0]);
    });

    it('nothing changed costs nothing, and a whole pass no change', async () => {
      const { kernel, reconciler } = await setup();
      await reconciler.reconcile(many(50));
      const from = kernel.requests.length;
      await reconciler.reconcile(many(50), { onlyChanged: true });
      assert.equal(kernel.requests.length, from);
      await reconciler.reconcile(many(50));
      assert.equal(kernel.requests.length, from + 51);
      assert.deepEqual(changes(kernel.requests.slice(from)), []);
    });

    it('a service that goes is deleted without reading the others', async () => {
      const { kernel, reconciler } = await setup();
      await reconciler.reconcile(many(3));
      const from = kernel.requests.length;
      await reconciler.reconcile(many(2), { onlyChanged: true });
      assert.deepEqual(kernel.requests.slice(from), [
        'IPVS_CMD_GET_SERVICE',
        'IPVS_CMD_DEL_SERVICE',
      ]);
      assert.equal(kernel.ipvs.lines().length, 6);
    });

    it('after a pass that was not complete everything is looked at', async () => {
      const { kernel, reconciler } = await setup();
      kernel.failNext({ errno: 'EPERM' }, 'IPVS_CMD_NEW_SERVICE');
      assert.equal((await reconciler.reconcile(many(2))).failures, 1);
      const report = await reconciler.reconcile(many(2), { onlyChanged: true });
      assert.deepEqual([report.services, report.failures], [2, 0]);
      assert.equal(kernel.ipvs.lines().length, 6);
    });

    it('adopted services are deleted though nothing else changed', async () => {
      const { kernel, reconciler, foreign } = await setup();
      await reconciler.reconcile(many(1));
      await foreign(service(99, []));
      reconciler.adopt(['TCP 192.0.2.1:99']);
      await reconciler.reconcile(many(1), { onlyChanged: true });
      assert.equal(kernel.ipvs.lines().length, 3);
    });

    it('wishes that change during a pass are met before the rest of it', async () => {
      const { kernel, reconciler } = await setup();
      const before = many(40);
      await reconciler.reconcile(before);
      let asked = 0;
      const after = before.map((each, i) => (i === 2 ? { ...each, destinations: [] } : each));
      let at = 0;
      await reconciler.reconcile(before, {
        news: () => {
          asked++;
          if (asked === 1) at = kernel.requests.length;
          return asked === 10 ? after : undefined;
        },
      });
      const deleted = kernel.requests.indexOf('IPVS_CMD_DEL_DEST');
      assert.ok(deleted > at);
      assert.ok(kernel.requests.length - deleted < 60, 'the deletion is not the last thing');
      assert.equal(kernel.ipvs.lines().length, 118);
    });

    it('tells how far it is, and packs many requests into a datagram', async () => {
      const { kernel, reconciler } = await setup();
      const seen: number[] = [];
      const from = kernel.datagrams.length;
      await reconciler.reconcile(many(1_000), {
        onProgress: ({ looked, of }) => {
          seen.push(looked);
          assert.equal(of, 1_000);
        },
      });
      assert.equal(seen.at(-1), 1_000);
      const made = kernel.datagrams.slice(from).flat();
      assert.equal(changes(made).length, 3_000);
      assert.ok(kernel.datagrams.length - from < 60, `${kernel.datagrams.length - from} datagrams`);
    });

    it('tells whose services are ours before it makes one, and when they are gone', async () => {
      const kernel = new FakeKernel();
      const client = await IpvsClient.open({
        transport: kernel.genericTransport,
        scheduler: new FakeScheduler(),
      });
      const told: [readonly string[], number][] = [];
      const reconciler = new IpvsTableReconciler(client, {
        onOwned: (keys) => told.push([keys, kernel.ipvs.lines().length]),
      });
      await reconciler.reconcile([service(80, [])]);
      await reconciler.reconcile([]);
      assert.deepEqual(told, [
        [['TCP 192.0.2.1:80'], 0],
        [[], 0],
      ]);
    });
  });
});
