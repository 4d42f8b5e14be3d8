import assert from 'node:assert/strict';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { Bench, SECOND, vrrpSettings } from './fixture.js';

function master(): Bench {
  const bench = new Bench();
  bench.configure(0, vrrpSettings([{ priority: 200 }]));
  bench.expire('master-down/VI_1');
  return bench;
}

function logged(bench: Bench, event: string): string[] {
  return bench.of('log').flatMap((line) => (line.event === event ? [line.text] : []));
}

function alarms(bench: Bench, at: number) {
  return snapshot(bench.engine, at).instances[0]?.alarms ?? [];
}

describe('vrrp: alarms', () => {
  const LOSER = { source: '10.0.0.2', priority: 100 };

  it('suspects a split brain after three losing adverts over a second, says it once, and its end', () => {
    const bench = master();
    bench.receive(10 * SECOND, LOSER);
    bench.receive(11 * SECOND - 1, LOSER);
    bench.receive(11 * SECOND - 1, LOSER);
    assert.deepEqual(logged(bench, 'alarm'), []);
    assert.deepEqual(alarms(bench, 11 * SECOND), []);
    bench.receive(11 * SECOND, LOSER);
    assert.deepEqual(logged(bench, 'alarm'), [
      '(VI_1) split brain suspected: 10.0.0.2 is MASTER too, with priority 100, ours is 200: it does not hear our adverts',
    ]);
    bench.receive(12 * SECOND, LOSER);
    assert.deepEqual(logged(bench, 'alarm'), []);
    assert.deepEqual(alarms(bench, 13 * SECOND), [
      {
        kind: 'split-brain',
        text: 'split brain suspected: 10.0.0.2 is MASTER too, with priority 100, ours is 200: it does not hear our adverts',
        source: '10.0.0.2',
        firstAgo: 3 * SECOND,
        ago: SECOND,
        sightings: 5,
      },
    ]);
    // Ten seconds after the raise it was seen since; ten seconds after the last sighting not.
    bench.expire('alarm/VI_1');
    assert.deepEqual(logged(bench, 'alarm-over'), []);
    assert.equal(bench.timers.get('alarm/VI_1'), 22 * SECOND);
    bench.expire('alarm/VI_1');
    assert.deepEqual(logged(bench, 'alarm-over'), [
      '(VI_1) split brain is over: not seen any more',
    ]);
    assert.deepEqual(alarms(bench, 22 * SECOND), []);
    assert.equal(bench.timers.has('alarm/VI_1'), false);
  });

  it('counts anew after a pause, and another sender anew', () => {
    const bench = master();
    bench.receive(10 * SECOND, LOSER);
    bench.receive(11 * SECOND, LOSER);
    bench.receive(21 * SECOND, LOSER);
    assert.deepEqual(logged(bench, 'alarm'), []);
    bench.receive(22 * SECOND, { ...LOSER, source: '10.0.0.3' });
    bench.receive(23 * SECOND, LOSER);
    assert.deepEqual(logged(bench, 'alarm'), []);
  });

  it('a split brain is over with the mastership', () => {
    const bench = master();
    for (const at of [10, 11, 12]) bench.receive(at * SECOND, LOSER);
    bench.receive(13 * SECOND, { source: '10.0.0.2', priority: 250 });
    assert.equal(bench.state(), 'BACKUP');
    assert.deepEqual(logged(bench, 'alarm-over'), [
      '(VI_1) split brain is over: not MASTER any more',
    ]);
  });

  it('names a foreign router under our VRID, and its addresses', () => {
    const bench = master();
    const addresses = ['10.0.0.7', '10.0.0.8'];
    for (const at of [10, 11, 12]) bench.receive(at * SECOND, { source: '10.0.0.9', addresses });
    assert.deepEqual(logged(bench, 'alarm'), [
      '(VI_1) another router uses virtual_router_id 51 on eth0: 10.0.0.9; its adverts have another number of addresses: 10.0.0.7, 10.0.0.8',
    ]);
    assert.equal(bench.state(), 'MASTER');
  });

  it('names a foreign router of another version and authentication', () => {
    for (const [packet, says] of [
      [{ version: 3 }, 'are of another version'],
      [{ authType: 1, password: 'x' }, 'have another auth_type'],
      [{ interval: 5 }, 'have another advert_int'],
    ] as const) {
      const bench = master();
      for (const at of [10, 11, 12]) bench.receive(at * SECOND, packet);
      assert.match(
        logged(bench, 'alarm').join(),
        new RegExp(`10\\.0\\.0\\.2; its adverts ${says}$`),
      );
    }
  });

  it('other virtual routers on the segment are no alarm', () => {
    const bench = master();
    for (const at of [10, 11, 12, 13]) bench.receive(at * SECOND, { vrid: 52 });
    assert.equal(bench.engine.instances.get('VI_1')?.alarms.size, 0);
  });

  it('a MASTER that has never heard a peer says so once, and takes it back', () => {
    const bench = master();
    const since = bench.engine.instances.get('VI_1')?.since ?? 0;
    const lines: string[] = [];
    for (let due = since; due < since + 65 * SECOND; due += SECOND) {
      bench.expire('advert/VI_1');
      const said = logged(bench, 'alarm');
      if (lines.length === 0 && said.length > 0) {
        assert.equal(bench.timers.get('advert/VI_1'), since + 61 * SECOND);
      }
      lines.push(...said);
    }
    assert.deepEqual(lines, [
      '(VI_1) MASTER and never heard a peer: if another node is MASTER too, adverts do not arrive',
    ]);
    bench.receive(since + 70 * SECOND, LOSER);
    assert.deepEqual(logged(bench, 'alarm-over'), [
      '(VI_1) never heard a peer is over: a peer was heard',
    ]);
    assert.deepEqual(alarms(bench, since + 70 * SECOND), []);
  });

  it('a flood of foreign adverts makes one line', () => {
    const bench = master();
    let lines = 0;
    for (let i = 0; i < 5_000; i++) {
      bench.receive(10 * SECOND + i * 1_000, { addresses: ['10.0.0.7'] });
      lines += logged(bench, 'alarm').length;
    }
    assert.equal(lines, 1);
  });
});
