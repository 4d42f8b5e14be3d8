/** Keywords that change what the protocol does in one place. */
import assert from 'node:assert/strict';
import type { InstanceSettings } from '../../../src/vrrp/settings.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { Bench, instanceSettings, linkState, SECOND } from './fixture.js';

function backup(overrides: Partial<InstanceSettings> = {}): Bench {
  const bench = new Bench();
  bench.configure(0, { instances: [instanceSettings(overrides)], syncGroups: [] });
  return bench;
}

function master(overrides: Partial<InstanceSettings> = {}): Bench {
  const bench = backup(overrides);
  if (bench.state() !== 'MASTER') bench.expire('master-down/VI_1');
  return bench;
}

function rejected(bench: Bench): Readonly<Record<string, number>> | undefined {
  return snapshot(bench.engine, 0).instances[0]?.rejected;
}

describe('vrrp: options of the protocol', () => {
  it('down_timer_adverts: so many intervals, and the skew', () => {
    const bench = backup({ downTimerAdverts: 5 });
    assert.equal(bench.timers.get('master-down/VI_1'), 5_609_375);
    bench.receive(SECOND);
    assert.equal(bench.timers.get('master-down/VI_1'), SECOND + 5_609_375);
  });

  it('lower_prio_no_advert: a losing advert is not answered, but the addresses are announced', () => {
    const bench = master({ lowerPrioNoAdvert: true });
    bench.receive(5 * SECOND, { priority: 50 });
    assert.deepEqual(bench.of('send-advert'), []);
    assert.equal(bench.of('announce').length, 1);
    assert.equal(bench.state(), 'MASTER');
  });

  it('higher_prio_send_advert: one more advert, then BACKUP', () => {
    const bench = master({ higherPrioSendAdvert: true });
    bench.receive(5 * SECOND, { priority: 200 });
    assert.equal(bench.of('send-advert')[0]?.packet[2], 100);
    assert.equal(bench.state(), 'BACKUP');
    const silent = master();
    silent.receive(5 * SECOND, { priority: 200 });
    assert.deepEqual(silent.of('send-advert'), []);
  });

  it('owner_ignore_adverts: the owner drops what others say, only the owner', () => {
    const bench = master({ priority: 255, ownerIgnoreAdverts: true });
    bench.receive(5 * SECOND, { priority: 255, source: '10.0.0.200' });
    assert.deepEqual(rejected(bench), { 'ignored-by-owner': 1 });
    assert.equal(bench.state(), 'MASTER');
    const other = master({ ownerIgnoreAdverts: true });
    other.receive(5 * SECOND, { priority: 255 });
    assert.equal(other.state(), 'BACKUP');
  });

  it('skip_check_adv_addr: a backup does not compare the addresses of the master it knows', () => {
    const bench = backup({ skipCheckAddresses: true });
    bench.receive(SECOND, { addresses: ['10.0.0.99'] });
    assert.deepEqual(rejected(bench), { 'address-list-mismatch': 1 });
    bench.receive(SECOND);
    bench.receive(2 * SECOND, { addresses: ['10.0.0.99'] });
    assert.equal(bench.timers.get('master-down/VI_1'), 2 * SECOND + 3_609_375);
    bench.receive(3 * SECOND, { addresses: ['10.0.0.99'], source: '10.0.0.3' });
    assert.deepEqual(rejected(bench), { 'address-list-mismatch': 2 });
    bench.expire('master-down/VI_1');
    bench.receive(6 * SECOND, { addresses: ['10.0.0.99'] });
    assert.equal(bench.state(), 'MASTER');
  });

  it('mcast_dst_ip: speaks and listens in that group only; two groups may share a VRID', () => {
    const bench = new Bench();
    const instances = [
      instanceSettings({ multicastGroup: '224.0.0.99' }),
      instanceSettings({ name: 'VI_2' }),
    ];
    bench.configure(0, { instances, syncGroups: [] });
    bench.receive(SECOND, { destination: '224.0.0.99' });
    assert.equal(bench.timers.get('master-down/VI_1'), SECOND + 3_609_375);
    assert.equal(bench.timers.get('master-down/VI_2'), 3_609_375);
    bench.expire('master-down/VI_1');
    assert.equal(bench.of('send-advert')[0]?.destination, '224.0.0.99');
  });

  it('track_src_ip: FAULT while the interface does not have mcast_src_ip', () => {
    const bench = backup({ sourceAddress: '10.0.0.7', trackSource: true });
    assert.equal(
      snapshot(bench.engine, 0).instances[0]?.reason,
      'no source address 10.0.0.7 on eth0',
    );
    const addresses = ['10.0.0.1', '10.0.0.7'];
    bench.do({ kind: 'link-changed', at: SECOND, link: linkState({ addresses }) });
    assert.equal(bench.state(), 'BACKUP');
    bench.do({ kind: 'link-changed', at: 2 * SECOND, link: linkState() });
    assert.equal(bench.state(), 'FAULT');
    assert.equal(backup({ sourceAddress: '10.0.0.7' }).state(), 'BACKUP');
  });

  it('adverts down to 10 ms, in version 3', () => {
    const bench = master({ version: 3, advertInterval: 10_000 });
    assert.deepEqual([...(bench.of('send-advert')[0]?.packet.subarray(4, 6) ?? [])], [0, 1]);
    assert.equal(bench.timers.get('advert/VI_1'), 36_093 + 10_000);
  });
});
