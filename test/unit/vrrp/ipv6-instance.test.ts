import assert from 'node:assert/strict';
import { ipToBytes } from '../../../src/base/ip.js';
import { decodeAdvert } from '../../../src/vrrp/advert.js';
import type { DropReason } from '../../../src/vrrp/rejection.js';
import type { InstanceSettings } from '../../../src/vrrp/settings.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import {
  Bench,
  instanceSettings,
  ipv6Settings,
  linkState,
  type PacketDescription,
  SECOND,
  unicast,
} from './fixture.js';

const LINK = linkState({ addresses: ['10.0.0.1', '2001:db8::1', 'fe80::1'] });

function backup(overrides: Partial<InstanceSettings> = {}): Bench {
  const bench = new Bench();
  bench.configure(0, { instances: [ipv6Settings(overrides)], syncGroups: [] }, [LINK]);
  return bench;
}

describe('vrrp: an IPv6 instance', () => {
  it('advertises to ff02::12 from the link-local address with hop limit 255', () => {
    const bench = backup();
    bench.expire('master-down/VI_1');
    const [advert] = bench.of('send-advert');
    assert.equal(`${advert?.source} ${advert?.destination} ${advert?.ttl}`, 'fe80::1 ff02::12 255');
    const addresses = { source: ipToBytes('fe80::1'), destination: ipToBytes('ff02::12') };
    assert.ok(decodeAdvert(advert?.packet as Uint8Array, addresses).ok);
    assert.deepEqual(bench.of('announce')[0]?.addresses, [
      { interface: 'eth0', address: '2001:db8::100' },
    ]);
  });

  it('hears its master, and yields to the greater address', () => {
    const bench = backup({ priority: 150 });
    bench.receive(SECOND, { ipv6: true });
    assert.equal(bench.timers.get('master-down/VI_1'), SECOND + 3 * SECOND + 414_062);
    bench.expire('master-down/VI_1');
    bench.receive(6 * SECOND, { ipv6: true, source: 'fe80::' });
    assert.equal(bench.state(), 'MASTER');
    bench.receive(7 * SECOND, { ipv6: true, source: 'fe80::8000:0:0:1' });
    assert.equal(bench.state(), 'BACKUP');
  });

  it('is FAULT until the interface has a link-local address', () => {
    const bench = new Bench();
    const addresses = ['10.0.0.1', '2001:db8::1'];
    bench.configure(0, { instances: [ipv6Settings()], syncGroups: [] }, [linkState({ addresses })]);
    assert.equal(
      snapshot(bench.engine, 0).instances[0]?.reason,
      'no IPv6 link-local address for interface eth0',
    );
    bench.do({ kind: 'link-changed', at: SECOND, link: LINK });
    assert.equal(bench.state(), 'BACKUP');
  });

  it('sends to peers elsewhere from an address that they can answer', () => {
    const bench = backup({ unicast: unicast(['2001:db8:1::2']) });
    bench.expire('master-down/VI_1');
    assert.equal(bench.of('send-advert')[0]?.source, '2001:db8::1');
    const near = backup({ unicast: unicast(['fe80::2']) });
    near.expire('master-down/VI_1');
    assert.equal(near.of('send-advert')[0]?.source, 'fe80::1');
  });

  it('shares interface and VRID with an IPv4 instance', () => {
    const bench = new Bench();
    const instances = [instanceSettings({ name: 'VI_4' }), ipv6Settings({ name: 'VI_6' })];
    bench.configure(0, { instances, syncGroups: [] }, [LINK]);
    bench.receive(SECOND, { ipv6: true });
    assert.equal(bench.timers.get('master-down/VI_4'), 3_609_375);
    assert.equal(bench.timers.get('master-down/VI_6'), SECOND + 3_609_375);
    bench.do({
      kind: 'transport-changed',
      at: 2 * SECOND,
      interface: 'eth0',
      family: 6,
      usable: false,
      reason: 'EACCES',
    });
    assert.equal(bench.state('VI_4'), 'BACKUP');
    assert.equal(bench.state('VI_6'), 'FAULT');
  });

  it('speaks version 2 as keepalived does, without authentication data', () => {
    const bench = backup({ version: 2, authentication: { type: 'PASS', password: 'x' } });
    bench.expire('master-down/VI_1');
    assert.equal(bench.of('send-advert')[0]?.packet.length, 8 + 16);
    bench.receive(5 * SECOND, { ipv6: true, version: 2 });
    assert.equal(bench.state(), 'BACKUP');
  });

  const cases: readonly (readonly [DropReason, PacketDescription])[] = [
    ['ttl-not-255', { ttl: 254 }],
    ['wrong-destination', { destination: 'ff02::13' }],
    ['wrong-destination', { destination: 'fe80::1' }],
    ['too-short', { cut: 20 }],
    ['too-long', { extra: 2 }],
    ['bad-checksum', { checksum: 'wrong' }],
    ['address-list-mismatch', { addresses: ['2001:db8::101'] }],
    ['address-count-mismatch', { addresses: ['2001:db8::100', '2001:db8::101'] }],
    ['own-advert', { source: 'fe80::1', priority: 100 }],
    ['interval-mismatch', { interval: 0 }],
    ['wrong-vrrp-version', { version: 2 }],
  ];
  for (const [reason, packet] of cases) {
    it(`rejects ${JSON.stringify(packet)}: ${reason}`, () => {
      const bench = backup();
      bench.receive(SECOND, { ipv6: true, ...packet });
      assert.deepEqual(snapshot(bench.engine, 0).instances[0]?.rejected, { [reason]: 1 });
      assert.equal(bench.timers.get('master-down/VI_1'), 3_609_375);
    });
  }
});
