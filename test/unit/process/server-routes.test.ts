import assert from 'node:assert/strict';
import { silentLogger } from '../../../src/base/log.js';
import { lookups } from '../../../src/kernel/server-routes.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { ServerRoutes } from '../../../src/process/server-routes.js';

const ENETUNREACH = 101;

/** A kernel that has ways to everything but what begins with one of these. */
function routes(...without: string[]) {
  const asked: string[] = [];
  const lines: string[] = [];
  const log = (_event: string, text: string): void => void lines.push(text);
  const keeper = new ServerRoutes({
    logger: { ...silentLogger, notice: log, warning: log },
    open: () => ({
      async lookUp(address) {
        asked.push(address);
        if (!without.some((start) => address.startsWith(start))) return;
        throw new NetlinkError('NETLINK_REFUSED', `RTM_GETROUTE ${address}`, ENETUNREACH);
      },
      close() {},
    }),
    pause: async () => {},
  });
  return { keeper, asked, lines, without };
}

const range = (count: number, address: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => address(i));

describe('process: ways to real servers', () => {
  it('what no interface reaches is told once, with its service and the errno’s meaning', async () => {
    const { keeper, asked, lines, without } = routes('203.0.113.');
    const servers = [
      { service: 'TCP 192.0.2.1:80', addresses: ['10.0.0.1', '203.0.113.7'] },
      { service: 'TCP 192.0.2.1:81', addresses: ['203.0.113.7', 'fe80::1'] },
    ];
    await keeper.want(servers);
    const text =
      'TCP 192.0.2.1:80: no interface reaches real server 203.0.113.7: no route leads there (ENETUNREACH); what is sent to it is lost';
    assert.deepEqual(asked, ['10.0.0.1', '203.0.113.7']);
    assert.deepEqual(lines, [text]);
    assert.deepEqual(keeper.errors, [text]);
    await keeper.want(servers);
    assert.equal(lines.length, 1);
    without.length = 0;
    await keeper.want(servers);
    assert.deepEqual(keeper.errors, []);
    assert.equal(lines[1], 'TCP 192.0.2.1:80: there is a route to real server 203.0.113.7 again');
    keeper.stop();
  });

  it('many servers cost a lookup for each network, and the log some lines', async () => {
    const { keeper, asked, lines } = routes('10.1.');
    const addresses = range(100_000, (i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    await keeper.want([{ service: 'TCP 192.0.2.1:80', addresses }]);
    assert.equal(asked.length, Math.ceil(100_000 / 256));
    assert.equal(keeper.errors.length, 101);
    assert.equal(keeper.errors[100], '... 35 more');
    assert.equal(lines.length, 11);
    assert.match(lines[0] ?? '', /real server 10\.1\.0\.0 and others of its network/);
    keeper.stop();
  });

  it('lookups are bounded, of IPv6 as well', () => {
    const addresses = range(20_000, (i) => `2001:db8:${(i + 1).toString(16)}::1`);
    assert.equal(lookups([{ service: 's', addresses }]).length, 4_096);
    assert.equal(lookups([{ service: 's', addresses: addresses.slice(0, 1_000) }]).length, 1_000);
  });

  it('a kernel that does not answer is no reason to say anything', async () => {
    const lines: string[] = [];
    const log = (_event: string, text: string): void => void lines.push(text);
    const keeper = new ServerRoutes({
      logger: { ...silentLogger, warning: log, error: log },
      open: () => ({
        lookUp: async () => {
          throw new NetlinkError('NETLINK_TIMEOUT', 'RTM_GETROUTE');
        },
        close() {},
      }),
    });
    await keeper.want([{ service: 's', addresses: ['10.0.0.1'] }]);
    assert.deepEqual([lines, keeper.errors], [[], []]);
  });
});
