import assert from 'node:assert/strict';
import type { IpvsDestination, IpvsService, ServiceId } from '../../../src/ipvs/model.js';
import { serviceKey } from '../../../src/ipvs/model.js';
import { renderOperation } from '../../../src/ipvs/operations.js';
import { planTable } from '../../../src/ipvs/plan.js';

const id = (port: number): ServiceId => ({
  kind: 'address',
  protocol: 'TCP',
  address: '192.0.2.1',
  port,
});
const server = (n: number, more: Partial<IpvsDestination> = {}): IpvsDestination => ({
  address: `10.0.0.${n}`,
  port: 80,
  method: 'NAT',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  ...more,
});
const service = (
  port: number,
  destinations: readonly IpvsDestination[],
  more: Partial<IpvsService> = {},
): IpvsService => ({
  id: id(port),
  scheduler: 'rr',
  flags: 0,
  persistenceTimeout: 0,
  persistencePrefix: 32,
  destinations,
  ...more,
});

function plan(
  kernel: readonly IpvsService[],
  desired: readonly IpvsService[],
  owned: readonly number[] = [],
): string[] {
  const keys = new Set(owned.map((port) => serviceKey(id(port))));
  return planTable(kernel, desired, { owned: keys }).map((operation) =>
    renderOperation(operation).replaceAll('TCP 192.0.2.1:', ''),
  );
}

describe('ipvs: plan', () => {
  it('does nothing where all is as wanted', () => {
    const table = [service(80, [server(1), server(2)]), service(443, [])];
    assert.deepEqual(plan(table, table), []);
    assert.deepEqual(plan([], []), []);
  });

  it('adds a service before its destinations', () => {
    assert.deepEqual(plan([], [service(80, [server(1), server(2)])]), [
      'add-service 80 rr',
      'add-destination 80 10.0.0.1:80 NAT weight 1',
      'add-destination 80 10.0.0.2:80 NAT weight 1',
    ]);
  });

  for (const [what, more, expected] of [
    ['scheduler', { scheduler: 'wlc' }, 'set-service 80 wlc'],
    ['flags', { flags: 8 }, 'set-service 80 rr flags 8'],
    ['persistence', { persistenceTimeout: 300 }, 'set-service 80 rr persistent 300/32'],
    ['mask', { persistencePrefix: 24 }, 'set-service 80 rr'],
  ] as const) {
    it(`changes a service’s ${what} in place`, () => {
      const before = service(80, [server(1)]);
      assert.deepEqual(plan([before], [{ ...before, ...more }]), [expected]);
    });
  }

  for (const [what, more, expected] of [
    ['weight', { weight: 0 }, 'NAT weight 0'],
    ['method', { method: 'DR' }, 'DR weight 1'],
    ['upper threshold', { upperThreshold: 9 }, 'NAT weight 1 thresholds 0-9'],
    ['lower threshold', { lowerThreshold: 3 }, 'NAT weight 1 thresholds 3-0'],
  ] as const) {
    it(`changes a destination’s ${what} in place`, () => {
      assert.deepEqual(plan([service(80, [server(1)])], [service(80, [server(1, more)])]), [
        `set-destination 80 10.0.0.1:80 ${expected}`,
      ]);
    });
  }

  it('adds, then changes, then deletes', () => {
    const before = [service(80, [server(1), server(2)]), service(81, [server(1)])];
    const after = [service(80, [server(2, { weight: 5 }), server(3)]), service(82, [server(1)])];
    assert.deepEqual(plan(before, after, [80, 81]), [
      'add-destination 80 10.0.0.3:80 NAT weight 1',
      'set-destination 80 10.0.0.2:80 NAT weight 5',
      'delete-destination 80 10.0.0.1:80',
      'add-service 82 rr',
      'add-destination 82 10.0.0.1:80 NAT weight 1',
      'delete-service 81',
    ]);
  });

  it('leaves services of others alone, and adopts one that is wanted', () => {
    const foreign = service(99, [server(9)]);
    assert.deepEqual(plan([foreign, service(80, [server(9)])], [service(80, [server(1)])]), [
      'add-destination 80 10.0.0.1:80 NAT weight 1',
      'delete-destination 80 10.0.0.9:80',
    ]);
  });

  it('takes the same address and port with another protocol for another service', () => {
    const udp: IpvsService = {
      ...service(53, []),
      id: { ...id(53), protocol: 'UDP' } as ServiceId,
    };
    assert.deepEqual(
      planTable([service(53, [])], [udp], { owned: new Set() }).map(renderOperation),
      ['add-service UDP 192.0.2.1:53 rr'],
    );
  });

  it('takes the first of a service or destination that is wanted twice', () => {
    const twice = [
      service(80, [server(1), server(1, { weight: 9 })]),
      service(80, [server(2)], { scheduler: 'wlc' }),
    ];
    assert.deepEqual(plan([], twice), [
      'add-service 80 rr',
      'add-destination 80 10.0.0.1:80 NAT weight 1',
    ]);
  });

  it('changes a tunnel, a persistence engine and a mask in place', () => {
    const gue = { type: 'gue', port: 6080, checksum: 'csum' } as const;
    const tunnels = [
      undefined,
      gue,
      { ...gue, port: 6081 },
      { ...gue, checksum: 'remcsum' },
      { ...gue, type: 'gre', port: 0 },
    ] as const;
    const words = ['', ' gue port 6080 csum', ' gue port 6081 csum', ' gue port 6080 remcsum'];
    words.push(' gre csum');
    const via = (tunnel: (typeof tunnels)[number], method: 'TUN' | 'DR' = 'TUN') =>
      service(80, [server(1, tunnel ? { method, tunnel } : { method })]);
    for (const [i, from] of tunnels.entries()) {
      for (const [j, to] of tunnels.entries()) {
        const change = `set-destination 80 10.0.0.1:80 TUN${words[j]} weight 1`;
        assert.deepEqual(plan([via(from)], [via(to)]), i === j ? [] : [change]);
        assert.deepEqual(plan([via(from, 'DR')], [via(to, 'DR')]), []);
      }
    }
    const sip = { persistenceTimeout: 60, persistenceEngine: 'sip' };
    const holes = { persistenceTimeout: 60, persistencePrefix: 8, persistenceMask: 0xff0000ff };
    assert.deepEqual(plan([service(80, [])], [service(80, [], sip)]), [
      'set-service 80 rr persistent 60/32 pe sip',
    ]);
    assert.deepEqual(plan([service(80, [], sip)], [service(80, [], holes)]), [
      'set-service 80 rr persistent 60/0xff0000ff',
    ]);
    const prefix = { persistenceTimeout: 60, persistencePrefix: 8 };
    assert.equal(plan([service(80, [], holes)], [service(80, [], prefix)]).length, 1);
  });

  it('ends after one application: of the outcome nothing is left to do', () => {
    const before = [service(80, [server(1), server(2)])];
    const after = [service(80, [server(2, { weight: 3 })], { scheduler: 'sh' })];
    assert.notDeepEqual(plan(before, after), []);
    assert.deepEqual(plan(after, after), []);
  });
});
