import assert from 'node:assert/strict';
import { IpvsClient } from '../../../src/ipvs/client.js';
import type { SyncDaemon } from '../../../src/ipvs/control-codec.js';
import { SyncDaemonReconciler } from '../../../src/kernel/sync-daemons.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler } from '../../fake/kernel-scheduler.js';

const daemon = (state: SyncDaemon['state'], more: Partial<SyncDaemon> = {}): SyncDaemon => ({
  state,
  interface: 'eth0',
  syncId: 5,
  ...more,
});

async function setup() {
  const kernel = new FakeKernel();
  const client = await IpvsClient.open({
    transport: kernel.genericTransport,
    scheduler: new FakeScheduler(),
  });
  const reconciler = new SyncDaemonReconciler(client);
  const changes = () => kernel.requests.filter((name) => /(NEW|DEL)_DAEMON/.test(name));
  return { kernel, client, reconciler, changes };
}

const SPEAKS = { maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 };
const RUNNING_BACKUP = daemon('backup', SPEAKS);
const MASTER = 'master sync daemon (mcast=eth0, syncid=5)';
const BACKUP = 'backup sync daemon (mcast=eth0, syncid=5)';

describe('kernel: sync daemons', () => {
  it('does not touch IPVS before a daemon is wanted', async () => {
    const { kernel, client, reconciler } = await setup();
    await client.startDaemon(daemon('backup'));
    const before = kernel.requests.length;
    const report = await reconciler.reconcile([]);
    assert.deepEqual(report, { started: [], stopped: [], failed: [], running: [] });
    assert.equal(kernel.requests.length, before);
    assert.deepEqual(kernel.ipvs.daemonLines(), [BACKUP]);
  });

  it('starts the one that is wanted, and leaves it alone', async () => {
    const { kernel, reconciler, changes } = await setup();
    const first = await reconciler.reconcile([daemon('backup')]);
    assert.deepEqual([first.started, first.running], [[daemon('backup')], [RUNNING_BACKUP]]);
    const second = await reconciler.reconcile([daemon('backup')]);
    assert.deepEqual([second.started, second.stopped], [[], []]);
    assert.deepEqual(kernel.ipvs.daemonLines(), [BACKUP]);
    assert.deepEqual(changes(), ['IPVS_CMD_NEW_DAEMON']);
  });

  it('starts the new one before it stops the old one', async () => {
    const { kernel, reconciler, changes } = await setup();
    await reconciler.reconcile([daemon('backup')]);
    const report = await reconciler.reconcile([daemon('master')]);
    assert.deepEqual(report.stopped, [RUNNING_BACKUP]);
    assert.deepEqual(report.running, [daemon('master', SPEAKS)]);
    assert.deepEqual(kernel.ipvs.daemonLines(), [MASTER]);
    assert.deepEqual(changes().slice(1), ['IPVS_CMD_NEW_DAEMON', 'IPVS_CMD_DEL_DAEMON']);
  });

  it('adopts one that runs as wanted, and stops its other half', async () => {
    const { kernel, client, reconciler } = await setup();
    await client.startDaemon(daemon('master'));
    await client.startDaemon(daemon('backup'));
    const report = await reconciler.reconcile([daemon('master')]);
    assert.deepEqual([report.started, report.stopped], [[], [RUNNING_BACKUP]]);
    assert.deepEqual(kernel.ipvs.daemonLines(), [MASTER]);
  });

  it('starts one anew whose interface or id differs', async () => {
    const { kernel, reconciler, changes } = await setup();
    await reconciler.reconcile([daemon('backup')]);
    await reconciler.reconcile([daemon('backup', { syncId: 6 })]);
    assert.deepEqual(kernel.ipvs.daemonLines(), ['backup sync daemon (mcast=eth0, syncid=6)']);
    assert.deepEqual(changes(), [
      'IPVS_CMD_NEW_DAEMON',
      'IPVS_CMD_DEL_DAEMON',
      'IPVS_CMD_NEW_DAEMON',
    ]);
  });

  it('stops all when none is wanted any more', async () => {
    const { kernel, reconciler } = await setup();
    await reconciler.reconcile([daemon('backup')]);
    const report = await reconciler.reconcile([]);
    assert.deepEqual(report.stopped, [RUNNING_BACKUP]);
    assert.deepEqual(kernel.ipvs.daemonLines(), []);
  });

  it('says why one could not be started, and stops the old one all the same', async () => {
    const { kernel, reconciler } = await setup();
    await reconciler.reconcile([daemon('backup')]);
    const report = await reconciler.reconcile([daemon('master', { interface: 'nope' })]);
    assert.match(report.failed[0] ?? '', /IPVS_CMD_NEW_DAEMON master nope 5: .*ENODEV/);
    assert.deepEqual(kernel.ipvs.daemonLines(), []);
  });

  it('forgives one that has just been started or stopped by someone else', async () => {
    const { kernel, reconciler } = await setup();
    await reconciler.reconcile([daemon('backup')]);
    kernel.failNext({ errno: 'ESRCH' }, 'IPVS_CMD_DEL_DAEMON');
    assert.deepEqual((await reconciler.reconcile([daemon('master')])).failed, []);
  });

  it('says so when another one’s daemon took the place', async () => {
    const { kernel, reconciler } = await setup();
    const other = await IpvsClient.open({ transport: kernel.genericTransport });
    let once = true;
    kernel.faults.push((name) => {
      if (name !== 'IPVS_CMD_NEW_DAEMON' || !once) return undefined;
      once = false;
      void other.startDaemon(daemon('master', { syncId: 99 }));
      return { errno: 'EEXIST' };
    });
    const report = await reconciler.reconcile([daemon('master')]);
    assert.equal(report.failed.length, 1);
  });

  it('both when both are wanted, and one alone again', async () => {
    const { kernel, reconciler } = await setup();
    await reconciler.reconcile([daemon('master'), daemon('backup')]);
    assert.deepEqual(kernel.ipvs.daemonLines(), [MASTER, BACKUP]);
    const again = await reconciler.reconcile([daemon('master'), daemon('backup')]);
    assert.deepEqual([again.started, again.stopped], [[], []]);
    const one = await reconciler.reconcile([daemon('backup')]);
    assert.deepEqual(
      one.stopped.map(({ state }) => state),
      ['master'],
    );
    assert.deepEqual(kernel.ipvs.daemonLines(), [BACKUP]);
  });

  it('starts one anew that speaks otherwise, also when it is to speak as the kernel likes', async () => {
    const { reconciler } = await setup();
    const changes: readonly Partial<SyncDaemon>[] = [
      { port: 9000 },
      { ttl: 3 },
      { group: '224.0.0.99' },
      { maxLength: 1000 },
    ];
    for (const change of changes) {
      const name = JSON.stringify(change);
      const special = [daemon('backup', change)];
      assert.equal((await reconciler.reconcile(special)).started.length, 1, name);
      assert.equal((await reconciler.reconcile(special)).started.length, 0, name);
      const usual = await reconciler.reconcile([daemon('backup')]);
      assert.equal(usual.started.length, 1, `${name} no more`);
      assert.equal((await reconciler.reconcile([daemon('backup')])).started.length, 0, name);
    }
  });

  it('takes over one whose messages have another length, as the interface may have grown', async () => {
    const { client, reconciler } = await setup();
    await client.startDaemon(daemon('backup', { maxLength: 8000 }));
    assert.deepEqual((await reconciler.reconcile([daemon('backup')])).started, []);
  });
});
