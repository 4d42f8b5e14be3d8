/** The real socket, so that each Node version of the matrix tries the native module. */
import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { NETLINK_ROUTE } from '../../../src/netlink/constants.js';
import { NetlinkMonitor } from '../../../src/netlink/monitor.js';
import { openRoute, type RouteClient } from '../../../src/netlink/route.js';
import { rawTransport } from '../../../src/netlink/transport.js';
import { skip } from '../../support/skip.js';

describe('netlink: real socket', () => {
  let route: RouteClient;

  before(function () {
    try {
      route = openRoute();
    } catch (error) {
      skip(this, `no netlink socket here: ${error}`);
    }
  });

  after(() => route?.close());

  it('reads links and addresses of this machine, without a privilege', async () => {
    const links = await route.links();
    assert.equal(links.find(({ loopback }) => loopback)?.name, 'lo');
    const indices = new Set(links.map(({ index }) => index));
    for (const entry of await route.addresses()) assert.ok(indices.has(entry.interfaceIndex));
  });

  it('takes many requests at once, in the order of their calls', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => route.links()));
    for (const links of results) assert.deepEqual(links, results[0]);
  });

  it('gives each request of a batch its own refusal', async () => {
    const spec = { interfaceIndex: 0x7fff_fff0, address: '192.0.2.1', prefixLength: 32 };
    const results = await route.applyAddresses([
      { kind: 'add', spec },
      { kind: 'delete', spec },
      { kind: 'add', spec },
    ]);
    // Root is told that there is no such interface, others that they may not.
    const { ENODEV, EPERM } = constants.errno;
    for (const result of results) {
      assert.ok(result?.errno === ENODEV || result?.errno === EPERM, String(result));
    }
    assert.equal(results.length, 3);
  });

  it('can be closed by what it calls', async () => {
    for (let i = 0; i < 20; i++) {
      const other = openRoute();
      await other.links();
      other.close();
      await assert.rejects(other.links(), /NETLINK_CLOSED/);
    }
  });

  it('listens, and is silent when it is closed', () => {
    const never = (): never => assert.fail('called after close');
    const monitor = new NetlinkMonitor({
      onLink: never,
      onLinkRemoved: never,
      onAddress: never,
      onAddressRemoved: never,
      onOverrun: never,
    });
    assert.doesNotThrow(() => monitor.close());
  });

  it('says how many answers fit into its buffer', () => {
    const transport = rawTransport({
      protocol: NETLINK_ROUTE,
      receiveBuffer: 65_536,
      receive: 'dump',
    })({ onDatagram() {}, onError() {} });
    assert.ok((transport.receiveBuffer ?? 0) >= 65_536);
    transport.close();
  });
});
