import assert from 'node:assert/strict';
import { IpvsClient } from '../../../src/ipvs/client.js';
import type { IpvsDestination, ServiceId } from '../../../src/ipvs/model.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler } from '../../fake/kernel-scheduler.js';

const id: ServiceId = { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 };
const server: IpvsDestination = {
  address: '10.0.0.1',
  port: 80,
  method: 'DR',
  weight: 3,
  upperThreshold: 100,
  lowerThreshold: 10,
};
const options = {
  id,
  scheduler: 'sh',
  flags: 8,
  persistenceTimeout: 60,
  persistencePrefix: 24,
};

async function setup() {
  const kernel = new FakeKernel();
  const client = await IpvsClient.open({
    transport: kernel.genericTransport,
    scheduler: new FakeScheduler(),
  });
  return { kernel, client };
}

describe('ipvs: client', () => {
  it('says what to do about a kernel without IPVS', async () => {
    const kernel = new FakeKernel();
    kernel.ipvs.loaded = false;
    await assert.rejects(IpvsClient.open({ transport: kernel.genericTransport }), (error) => {
      assert.ok(error instanceof NetlinkError);
      assert.equal(error.code, 'IPVS_NOT_IN_KERNEL');
      assert.match(error.message, /modprobe ip_vs/);
      return true;
    });
  });

  it('passes other failures on', async () => {
    const kernel = new FakeKernel();
    kernel.failNext({ errno: 'EPERM' });
    await assert.rejects(
      IpvsClient.open({ transport: kernel.genericTransport }),
      (error) => error instanceof NetlinkError && error.is('EPERM'),
    );
  });

  it('writes a table, and reads it with its counters', async () => {
    const { kernel, client } = await setup();
    const results = await client.apply([
      { kind: 'add-service', service: options },
      { kind: 'add-destination', id, destination: server },
    ]);
    assert.deepEqual(
      results.map(({ error }) => error),
      [undefined, undefined],
    );
    assert.deepEqual(kernel.ipvs.lines(), [
      'TCP  192.0.2.1:80 sh persistent 60 mask 255.255.255.0 flag-1',
      '  -> 10.0.0.1:80 Route 3 100 10',
    ]);
    const [service] = await client.readTable();
    const { destinations, stats, ...rest } = service!;
    assert.deepEqual(rest, options);
    assert.deepEqual(stats, {
      connections: 1,
      inPackets: 2,
      outPackets: 3,
      inBytes: 4,
      outBytes: 5,
      connectionRate: 6,
      inPacketRate: 7,
      outPacketRate: 8,
      inByteRate: 9,
      outByteRate: 10,
    });
    assert.equal(destinations.length, 1);
    assert.equal(destinations[0]?.weight, 3);
    assert.equal(destinations[0]?.method, 'DR');
  });

  it('gives each operation its own outcome, in one datagram', async () => {
    const { kernel, client } = await setup();
    const before = kernel.datagrams.length;
    const results = await client.apply([
      { kind: 'add-service', service: { ...options, scheduler: 'nosuch' } },
      { kind: 'add-service', service: options },
      { kind: 'add-service', service: options },
      { kind: 'set-destination', id, destination: server },
      { kind: 'add-destination', id, destination: { ...server, weight: -1 } },
      { kind: 'delete-service', id: { ...id, port: 81 } },
    ]);
    assert.equal(kernel.datagrams.length, before + 1);
    assert.deepEqual(
      results.map(({ error }) => error?.errnoName),
      ['ENOENT', undefined, 'EEXIST', 'ENOENT', 'ERANGE', 'ESRCH'],
    );
    assert.match(results[5]?.error?.message ?? '', /delete-service TCP 192\.0\.2\.1:81/);
  });

  it('starts and stops sync daemons', async () => {
    const { kernel, client } = await setup();
    const master = { state: 'master', interface: 'eth0', syncId: 5 } as const;
    await client.startDaemon(master);
    await client.startDaemon({ ...master, state: 'backup' });
    assert.deepEqual(kernel.ipvs.daemonLines(), [
      'master sync daemon (mcast=eth0, syncid=5)',
      'backup sync daemon (mcast=eth0, syncid=5)',
    ]);
    await client.stopDaemon('backup');
    const chosen = { maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 };
    assert.deepEqual(await client.readDaemons(), [{ ...master, ...chosen }]);
    await assert.rejects(client.startDaemon(master), /EEXIST/);
    await assert.rejects(client.stopDaemon('backup'), /ESRCH/);
    await assert.rejects(
      client.startDaemon({ ...master, state: 'backup', interface: 'no' }),
      /ENODEV/,
    );
  });

  it('takes a daemon for stopped whose thread had never run', async () => {
    const { kernel, client } = await setup();
    await client.startDaemon({ state: 'backup', interface: 'eth0', syncId: 5 });
    kernel.failNext('silent', 'IPVS_CMD_DEL_DAEMON');
    await client.stopDaemon('backup');
    assert.deepEqual(kernel.ipvs.daemonLines(), []);
  });

  it('reads and sets timeouts, reads the version, zeroes and flushes', async () => {
    const { kernel, client } = await setup();
    assert.deepEqual(await client.readTimeouts(), { tcp: 900, tcpFin: 120, udp: 300 });
    await client.setTimeouts({ tcp: 800, tcpFin: 0, udp: 100 });
    assert.deepEqual(await client.readTimeouts(), { tcp: 800, tcpFin: 120, udp: 100 });
    assert.deepEqual(await client.readInfo(), { version: '1.2.1', connectionTableSize: 4096 });
    await client.apply([{ kind: 'add-service', service: options }]);
    await client.zero(id);
    await client.flush();
    assert.deepEqual(kernel.ipvs.lines(), []);
    client.close();
    await assert.rejects(client.readTable(), /NETLINK_CLOSED/);
  });
});
