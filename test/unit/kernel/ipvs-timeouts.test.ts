import assert from 'node:assert/strict';
import { IpvsClient } from '../../../src/ipvs/client.js';
import { IpvsTimeoutReconciler } from '../../../src/kernel/ipvs-timeouts.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler } from '../../fake/kernel-scheduler.js';

const KERNEL = { tcp: 900, tcpFin: 120, udp: 300 };

async function setup() {
  const kernel = new FakeKernel();
  const client = await IpvsClient.open({
    transport: kernel.genericTransport,
    scheduler: new FakeScheduler(),
  });
  const changes = () => kernel.requests.filter((name) => name.endsWith('SET_CONFIG')).length;
  return { client, timeouts: new IpvsTimeoutReconciler(client), changes };
}

describe('kernel: timeouts of IPVS', () => {
  it('sets what is wanted and leaves the rest as it is', async () => {
    const { client, timeouts, changes } = await setup();
    await timeouts.reconcile({ tcp: 60, udp: 0 });
    assert.deepEqual(await client.readTimeouts(), { ...KERNEL, tcp: 60 });
    assert.deepEqual(await timeouts.reconcile({ tcp: 60 }), { changed: undefined });
    assert.equal(changes(), 1);
  });

  it('touches nothing when nothing was ever wanted', async () => {
    const { timeouts, changes } = await setup();
    assert.deepEqual(await timeouts.reconcile({}), { changed: undefined });
    assert.equal(changes(), 0);
  });

  it('repairs what another changed, but only what it was told to set', async () => {
    const { client, timeouts } = await setup();
    await timeouts.reconcile({ tcp: 60 });
    await client.setTimeouts({ tcp: 61, tcpFin: 62, udp: 63 });
    assert.deepEqual(await timeouts.reconcile({ tcp: 60 }), {
      changed: { tcp: 60, tcpFin: 62, udp: 63 },
    });
  });

  it('puts back what was there before when it is not wanted any more', async () => {
    const { client, timeouts } = await setup();
    await timeouts.reconcile({ tcp: 60, tcpFin: 20 });
    await timeouts.reconcile({ tcpFin: 30 });
    assert.deepEqual(await client.readTimeouts(), { ...KERNEL, tcpFin: 30 });
    await timeouts.reconcile({});
    assert.deepEqual(await client.readTimeouts(), KERNEL);
    await client.setTimeouts({ tcp: 1000, tcpFin: 1000, udp: 1000 });
    assert.deepEqual(await timeouts.reconcile({}), { changed: undefined });
  });
});
