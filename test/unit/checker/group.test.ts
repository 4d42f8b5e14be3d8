import assert from 'node:assert/strict';
import { desiredTable } from '../../../src/checker/desired.js';
import { servicesOf, virtualServerKey } from '../../../src/checker/group.js';
import type { GroupMember } from '../../../src/checker/settings.js';
import { type IpvsService, serviceKey } from '../../../src/ipvs/model.js';
import { FAILURE, Harness, realServer, SORRY, SUCCESS, virtualServer } from './harness.js';

const ID = { kind: 'group', group: 'web', protocol: 'TCP', family: 4 } as const;

function addresses(first: string, last: string, port: number): GroupMember {
  return { kind: 'addresses', protocol: 'TCP', first, last, port };
}

const MARK: GroupMember = { kind: 'fwmark', family: 4, fwmark: 5 };

/** Each service with its servers: `TCP 192.0.2.1:80 -> 10.0.0.1:80=1`. */
function tableOf(harness: Harness): string[] {
  return desiredTable(harness.state).map(({ id, destinations }) => {
    const servers = [...destinations].map(
      ({ address, port, weight }) => `${address}:${port}=${weight}`,
    );
    return `${serviceKey(id)} -> ${servers.join(' ')}`;
  });
}

describe('checker: virtual server groups', () => {
  const keys = (...members: readonly GroupMember[]): string[] =>
    servicesOf(virtualServer([], { id: ID, members })).map(serviceKey);

  it('every address of a range and every mark is a service, each once', () => {
    assert.deepEqual(keys(addresses('192.0.2.254', '192.0.3.1', 80), MARK), [
      'TCP 192.0.2.254:80',
      'TCP 192.0.2.255:80',
      'TCP 192.0.3.0:80',
      'TCP 192.0.3.1:80',
      'FWM 5 IPv4',
    ]);
    assert.deepEqual(keys(addresses('2001:db8::fffe', '2001:db8::1:0', 443)), [
      'TCP [2001:db8::fffe]:443',
      'TCP [2001:db8::ffff]:443',
      'TCP [2001:db8::1:0]:443',
    ]);
    assert.deepEqual(keys(addresses('255.255.255.254', '255.255.255.255', 1)).length, 2);
    const [one, two] = [
      addresses('10.0.0.1', '10.0.0.2', 80),
      addresses('10.0.0.2', '10.0.0.3', 80),
    ];
    assert.equal(keys(one, two).length, 3);
    assert.equal(keys(addresses('10.0.0.0', '10.0.255.255', 80)).length, 65_536);
  });

  it('the key of a group has its protocol, or its family if it has marks only', () => {
    assert.equal(virtualServerKey(ID), 'group web TCP');
    assert.equal(virtualServerKey({ kind: 'group', group: 'web', family: 6 }), 'group web IPv6');
    assert.equal(virtualServerKey(virtualServer([]).id), 'TCP 192.0.2.100:80');
  });

  it('a server is checked once, and its verdict is that of all services', () => {
    const harness = new Harness();
    const members = [addresses('192.0.2.1', '192.0.2.2', 80), MARK];
    const servers = [realServer('10.0.0.1'), realServer('10.0.0.2')];
    harness.configure([virtualServer(servers, { id: ID, members, sorryServer: SORRY })]);
    assert.equal(harness.timers.size, 2);
    assert.deepEqual(
      tableOf(harness),
      ['TCP 192.0.2.1:80', 'TCP 192.0.2.2:80', 'FWM 5 IPv4'].map(
        (service) => `${service} -> 10.0.0.1:80=1 10.0.0.2:80=1`,
      ),
    );
    harness.check('10.0.0.1', FAILURE);
    assert.deepEqual(
      tableOf(harness).map((line) => line.split(' -> ')[1]),
      ['10.0.0.2:80=1', '10.0.0.2:80=1', '10.0.0.2:80=1'],
    );
    // The quorum is the group's: lost once, and the sorry server is in all of its services.
    harness.check('10.0.0.2', FAILURE);
    const lost = harness.log.filter((line) => line.startsWith('Lost quorum'));
    assert.deepEqual(lost, ['Lost quorum 1-0=1 > 0 for VS [web]:0']);
    assert.deepEqual(
      tableOf(harness).map((line) => line.split(' -> ')[1]),
      ['10.0.0.9:80=1', '10.0.0.9:80=1', '10.0.0.9:80=1'],
    );
    harness.check('10.0.0.1', SUCCESS);
    assert.ok(harness.log.includes('Adding service [10.0.0.1]:tcp:80 to VS [web]:0'));
  });

  it('only NAT has a port of its own: others have that of the address, and none with a mark', () => {
    const members = [
      addresses('192.0.2.1', '192.0.2.1', 80),
      addresses('192.0.2.1', '192.0.2.1', 443),
      MARK,
    ];
    const servers = [
      realServer('10.0.0.1', { port: 8080, method: 'NAT' }),
      realServer('10.0.0.2', { port: 0, method: 'DR' }),
      realServer('10.0.0.3', { port: 0, method: 'TUN' }),
    ];
    const harness = new Harness();
    harness.configure([virtualServer(servers, { id: ID, members })]);
    assert.deepEqual(tableOf(harness), [
      'TCP 192.0.2.1:80 -> 10.0.0.1:8080=1 10.0.0.2:80=1 10.0.0.3:80=1',
      'TCP 192.0.2.1:443 -> 10.0.0.1:8080=1 10.0.0.2:443=1 10.0.0.3:443=1',
      'FWM 5 IPv4 -> 10.0.0.1:8080=1 10.0.0.2:0=1 10.0.0.3:0=1',
    ]);
  });

  it('a mask of one family leaves the other with single clients', () => {
    const members: readonly GroupMember[] = [
      addresses('192.0.2.1', '192.0.2.1', 80),
      addresses('2001:db8::1', '2001:db8::1', 80),
      { kind: 'fwmark', family: 6, fwmark: 5 },
    ];
    const harness = new Harness();
    const options = { id: ID, members, persistenceTimeout: 360, persistencePrefix: 24 };
    harness.configure([virtualServer([realServer('10.0.0.1', { method: 'TUN' })], options)]);
    assert.deepEqual(
      desiredTable(harness.state).map(({ persistencePrefix }) => persistencePrefix),
      [24, 128, 128],
    );
  });

  it('a reload adds and removes addresses, and no check notices', () => {
    const harness = new Harness();
    const servers = [realServer('10.0.0.1'), realServer('10.0.0.2')];
    const configure = (...members: readonly GroupMember[]) =>
      harness.configure([virtualServer(servers, { id: ID, members })]);
    configure(addresses('192.0.2.1', '192.0.2.2', 80));
    harness.check('10.0.0.1', FAILURE);
    const before = harness.checkKey('10.0.0.1');
    configure(addresses('192.0.2.2', '192.0.2.3', 80));
    assert.equal(harness.checkKey('10.0.0.1'), before);
    assert.deepEqual(harness.of('arm-timer'), []);
    assert.deepEqual(harness.of('cancel-timer'), []);
    assert.deepEqual(tableOf(harness), [
      'TCP 192.0.2.2:80 -> 10.0.0.2:80=1',
      'TCP 192.0.2.3:80 -> 10.0.0.2:80=1',
    ]);
  });

  it('one group with two protocols is two virtual servers', () => {
    const harness = new Harness();
    const virtual = (protocol: 'TCP' | 'UDP') =>
      virtualServer([realServer('10.0.0.1')], {
        id: { ...ID, protocol },
        members: [{ kind: 'addresses', protocol, first: '192.0.2.1', last: '192.0.2.1', port: 53 }],
      });
    harness.configure([virtual('TCP'), virtual('UDP')]);
    assert.deepEqual(
      tableOf(harness).map((line) => line.split(' -> ')[0]),
      ['TCP 192.0.2.1:53', 'UDP 192.0.2.1:53'],
    );
    assert.equal(harness.timers.size, 2);
  });

  it('after a crash a server starts as it is in the services that are still there', () => {
    const members = [addresses('192.0.2.1', '192.0.2.2', 80)];
    const servers = [
      realServer('10.0.0.1', { port: 0, method: 'DR' }),
      realServer('10.0.0.2', { port: 0, method: 'DR' }),
    ];
    const found: IpvsService = {
      id: { kind: 'address', protocol: 'TCP', address: '192.0.2.2', port: 80 },
      scheduler: 'rr',
      flags: 0,
      persistenceTimeout: 0,
      persistencePrefix: 32,
      destinations: [
        {
          address: '10.0.0.2',
          port: 80,
          method: 'DR',
          weight: 1,
          upperThreshold: 0,
          lowerThreshold: 0,
        },
      ],
    };
    const harness = new Harness();
    harness.configure([virtualServer(servers, { id: ID, members })], 1, [found]);
    assert.deepEqual(tableOf(harness), [
      'TCP 192.0.2.1:80 -> 10.0.0.2:80=1',
      'TCP 192.0.2.2:80 -> 10.0.0.2:80=1',
    ]);
  });
});
