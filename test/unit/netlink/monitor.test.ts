import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { NetlinkMonitor } from '../../../src/netlink/monitor.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler, turn } from '../../fake/kernel-scheduler.js';

function setup() {
  const kernel = new FakeKernel();
  const scheduler = new FakeScheduler();
  const heard: string[] = [];
  const monitor = new NetlinkMonitor(
    {
      onLink: (link) => heard.push(`${link.name} ${link.up ? 'up' : 'down'}`),
      onLinkRemoved: (link) => heard.push(`${link.name} gone`),
      onAddress: (entry) => heard.push(`${entry.address} on ${entry.interfaceIndex}`),
      onAddressRemoved: (entry) => heard.push(`${entry.address} gone`),
      onOverrun: () => heard.push('overrun'),
    },
    { transport: kernel.monitorTransport, scheduler },
  );
  return { kernel, scheduler, heard, monitor };
}

describe('netlink: monitor', () => {
  it('tells of links and addresses that come, change and go', async () => {
    const { kernel, heard } = setup();
    kernel.route.addLink('eth0');
    kernel.route.addAddress('eth0', '192.0.2.1/24');
    kernel.route.setLink('eth0', false);
    kernel.route.deleteLink('eth0');
    await turn();
    assert.deepEqual(heard, [
      'eth0 up',
      '192.0.2.1 on 1',
      'eth0 down',
      '192.0.2.1 gone',
      'eth0 gone',
    ]);
  });

  it('says when notifications were lost, and goes on', async () => {
    const { kernel, heard } = setup();
    kernel.failMonitors(constants.errno.ENOBUFS);
    kernel.route.addLink('eth0');
    await turn();
    assert.deepEqual(heard, ['overrun', 'eth0 up']);
    assert.equal(kernel.opened, 1);
  });

  it('opens another socket after an error, and asks to read again', async () => {
    const { kernel, scheduler, heard } = setup();
    kernel.failMonitors(constants.errno.EBADF);
    kernel.route.addLink('eth0');
    await scheduler.advance(999);
    assert.deepEqual(heard, []);
    await scheduler.advance(1);
    assert.deepEqual(heard, ['overrun']);
    kernel.route.addLink('eth1');
    await turn();
    assert.deepEqual(heard, ['overrun', 'eth1 up']);
  });

  it('is silent when it is closed', async () => {
    const { kernel, scheduler, heard, monitor } = setup();
    kernel.failMonitors(constants.errno.EBADF);
    monitor.close();
    await scheduler.advance(10_000);
    kernel.route.addLink('eth0');
    await turn();
    assert.deepEqual(heard, []);
    assert.equal(kernel.opened, 1);
  });
});
