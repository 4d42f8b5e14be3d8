import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/bytes.js';
import { desiredKernel, RETIRED_LIMIT } from '../../../src/vrrp/desired.js';
import type { VrrpEffect } from '../../../src/vrrp/effects.js';
import { createEngine } from '../../../src/vrrp/engine.js';
import type { DropReason } from '../../../src/vrrp/rejection.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { needsDrain } from '../../../src/vrrp/timers.js';
import {
  Bench,
  linkState,
  type PacketDescription,
  SECOND,
  virtualAddress,
  vrrpSettings,
} from './fixture.js';

const RANKS: readonly (readonly VrrpEffect['kind'][])[] = [
  ['send-advert'],
  ['arm-timer', 'cancel-timer'],
  ['reconcile'],
  ['announce'],
  ['state-changed'],
  ['log'],
];

function backup(overrides = {}): Bench {
  const bench = new Bench();
  bench.configure(0, vrrpSettings([overrides]));
  return bench;
}

function master(overrides = {}): Bench {
  const bench = backup(overrides);
  bench.expire('master-down/VI_1');
  return bench;
}

describe('vrrp/engine', () => {
  it('waits for a configuration', () => {
    const bench = new Bench();
    assert.deepEqual(bench.do({ kind: 'link-changed', at: 0, link: linkState() }), []);
    bench.receive(0);
    assert.deepEqual(snapshot(bench.engine, 0).rejected, { 'vrid-unknown': 1 });
    assert.deepEqual(desiredKernel(createEngine()), { addresses: [], syncDaemons: [] });
  });

  it('orders the effects of a step: packets, timers, kernel, announcements, reports, log', () => {
    const bench = backup();
    bench.expire('master-down/VI_1');
    const ranks = bench.effects.map((e) => RANKS.findIndex((kinds) => kinds.includes(e.kind)));
    assert.deepEqual(ranks, [...ranks].sort());
    assert.deepEqual([...new Set(ranks)], [0, 1, 2, 3, 4, 5]);
    assert.equal(bench.of('reconcile').length, 1);
  });

  it('gives a timer one order a step', () => {
    const bench = new Bench();
    bench.configure(
      0,
      vrrpSettings([{}, { name: 'VI_2', virtualRouterId: 52 }], {
        syncGroups: [{ name: 'G', instances: ['VI_1', 'VI_2'] }],
      }),
    );
    bench.expire('master-down/VI_1');
    bench.expire('master-down/VI_2');
    const keys = bench.effects.flatMap((e) => ('timer' in e ? [e.timer] : []));
    assert.equal(new Set(keys).size, keys.length);
  });

  it('uses the memory of one packet for all adverts until something in it changes', () => {
    const bench = master();
    const [first] = bench.of('send-advert');
    bench.expire('advert/VI_1');
    assert.equal(bench.of('send-advert')[0]?.packet, first?.packet);
    const link = linkState({ addresses: ['10.0.0.9'] });
    bench.do({ kind: 'link-changed', at: 5 * SECOND, link });
    bench.expire('advert/VI_1');
    assert.equal(bench.of('send-advert')[0]?.source, '10.0.0.9');
  });

  it('keeps no view into the memory of a datagram', () => {
    const bench = backup();
    const packet = Buffer.from(
      '45c0002800010000ff70d0880a000002e00000122133960100010000' + '0a0000640000000000000000',
      'hex',
    );
    const sum = 0xffff - ((0x2133 + 0x9601 + 0x0001 + 0x0a00 + 0x0064) % 0xffff);
    packet.writeUInt16BE(sum, 26);
    bench.do({ kind: 'packet-received', at: 1, interface: 'eth0', datagram: packet });
    packet.fill(0xff);
    const [instance] = snapshot(bench.engine, 1).instances;
    assert.deepEqual(instance?.lastAdvert, { source: '10.0.0.2', priority: 150, ago: 0 });
  });

  describe('master-down, one tick before and at the boundary', () => {
    it('an advert one microsecond before keeps it a backup', () => {
      const bench = backup();
      bench.receive(3_609_374);
      bench.do({
        kind: 'timer-expired',
        at: 3_609_375,
        dueAt: 3_609_375,
        timer: 'master-down/VI_1',
      });
      assert.equal(bench.state(), 'BACKUP');
      assert.equal(bench.timers.get('master-down/VI_1'), 7_218_749);
    });

    it('the expiry at the boundary makes it MASTER', () => {
      const bench = backup();
      bench.expire('master-down/VI_1');
      assert.equal(bench.state(), 'MASTER');
    });
  });

  describe('drop reasons, each counted and without effect', () => {
    const cases: readonly (readonly [DropReason, PacketDescription, 'instance' | 'engine'])[] = [
      ['too-short', { cut: 4 }, 'instance'],
      ['too-long', { extra: 2 }, 'instance'],
      ['wrong-ip-version', {}, 'engine'],
      ['wrong-protocol', { protocol: 17 }, 'engine'],
      ['ttl-not-255', { ttl: 254 }, 'instance'],
      ['fragment', {}, 'engine'],
      ['wrong-destination', { destination: '224.0.0.5' }, 'instance'],
      ['wrong-vrrp-version', { version: 3 }, 'instance'],
      ['wrong-type', { type: 3 }, 'instance'],
      ['bad-checksum', { checksum: 'wrong' }, 'instance'],
      ['vrid-unknown', { vrid: 52 }, 'engine'],
      ['auth-type-mismatch', { authType: 0 }, 'instance'],
      ['auth-failed', { password: 'Tandem' }, 'instance'],
      ['interval-mismatch', { interval: 2 }, 'instance'],
      ['own-advert', { source: '10.0.0.1', priority: 100 }, 'instance'],
      ['address-count-mismatch', { addresses: [] }, 'instance'],
      ['address-list-mismatch', { addresses: ['10.0.0.200'] }, 'instance'],
    ];
    for (const [reason, packet, where] of cases) {
      for (const become of [backup, master]) {
        it(`${reason} as ${become.name}`, () => {
          const bench = become({ authentication: { type: 'PASS', password: 'tandem' } });
          const timers = [...bench.timers];
          const state = bench.state();
          if (reason === 'wrong-ip-version' || reason === 'fragment') {
            const bytes = Uint8Array.from(
              Buffer.from('450000140000000000700000' + '0a000002e0000012', 'hex'),
            );
            bytes[8] = 255;
            if (reason === 'fragment') bytes[6] = 0x20;
            else bytes[0] = 0x55;
            bench.do({ kind: 'packet-received', at: 1, interface: 'eth0', datagram: bytes });
          } else {
            bench.receive(3_700_000, { authType: 1, password: 'tandem', ...packet });
          }
          const shown = snapshot(bench.engine, 0);
          const counts = { [reason]: 1 };
          assert.deepEqual(shown.instances[0]?.rejected, where === 'instance' ? counts : {});
          assert.deepEqual(shown.rejected, where === 'engine' ? counts : {});
          assert.equal(bench.state(), state);
          assert.deepEqual([...bench.timers], timers);
          assert.deepEqual(
            bench.effects.map((e) => e.kind),
            ['log'],
          );
        });
      }
    }
  });

  it('logs a reason at a bounded rate and tells how many lines were left out', () => {
    const bench = backup();
    const logs = (at: number): string[] => {
      bench.receive(at, { checksum: 'wrong' });
      return bench.of('log').map((e) => e.text);
    };
    assert.deepEqual(logs(0), ['(VI_1) Invalid VRRPv2 checksum from 10.0.0.2 on eth0']);
    for (let at = 1; at <= 500; at++) assert.deepEqual(logs(at), []);
    assert.deepEqual(logs(10 * SECOND - 1), []);
    assert.deepEqual(logs(10 * SECOND), [
      '(VI_1) Invalid VRRPv2 checksum from 10.0.0.2 on eth0 (and 501 more since the last such line)',
    ]);
    assert.deepEqual(snapshot(bench.engine, 0).instances[0]?.rejected, { 'bad-checksum': 503 });
  });

  it('names the source, the interface and the reason of a dropped packet', () => {
    const bench = backup();
    bench.receive(0, { ttl: 254 });
    assert.deepEqual(bench.of('log')[0]?.fields, {
      reason: 'ttl-not-255',
      interface: 'eth0',
      instance: 'VI_1',
      source: '10.0.0.2',
      suppressed: 0,
    });
  });

  it('believes an advert timer at once, all others after the sockets were read', () => {
    assert.equal(needsDrain('advert/VI_1'), false);
    for (const name of ['master-down', 'garp-master', 'garp-lower-prio', 'garp-refresh'] as const) {
      assert.equal(needsDrain(`${name}/VI_1`), true);
    }
  });

  it('handles an instance whose name has a slash', () => {
    const bench = backup({ name: 'a/b' });
    bench.expire('master-down/a/b');
    assert.equal(bench.state('a/b'), 'MASTER');
  });

  it('sends the whole advert, checksum included', () => {
    const bench = master();
    assert.equal(
      toHex(bench.of('send-advert')[0]?.packet ?? new Uint8Array()),
      // ~(2133 + 6401 + 0001 + 0a00 + 0064) = ~8f99
      '21336401000170660a0000640000000000000000',
    );
  });

  it('keeps thousands of instances apart', () => {
    const bench = new Bench();
    const instances = Array.from({ length: 2000 }, (_, i) => ({
      name: `VI_${i}`,
      interface: `eth${i % 16}`,
      virtualRouterId: 1 + Math.floor(i / 16),
      virtualAddresses: [virtualAddress('10.0.0.100', { interface: `eth${i % 16}` })],
    }));
    const links = Array.from({ length: 16 }, (_, i) =>
      linkState({ name: `eth${i}`, index: i + 2 }),
    );
    bench.configure(0, vrrpSettings(instances), links);
    assert.equal(bench.timers.size, 2000);
    bench.receive(1, { vrid: 3 }, 'eth5');
    assert.deepEqual(bench.effects, [
      { kind: 'arm-timer', timer: 'master-down/VI_37', dueAt: 3_609_376 },
    ]);
  });
});

describe('vrrp/desired', () => {
  it('lists each address once; a MASTER decides', () => {
    const shared = [virtualAddress('10.0.0.100')];
    const bench = new Bench();
    bench.configure(
      0,
      vrrpSettings([
        { virtualAddresses: shared },
        { name: 'VI_2', virtualRouterId: 52, priority: 255, virtualAddresses: shared },
        { name: 'VI_3', virtualRouterId: 53, virtualAddresses: shared },
      ]),
    );
    assert.deepEqual(desiredKernel(bench.engine).addresses, [
      { instance: 'VI_2', address: shared[0], present: true },
    ]);
  });

  it('remembers removed addresses up to its limit, the oldest goes first', () => {
    const bench = new Bench();
    const extra = 10;
    for (let i = 0; i < RETIRED_LIMIT + extra; i++) {
      const address = virtualAddress(`10.1.${i >> 8}.${i & 0xff}`);
      bench.configure(i, vrrpSettings([{ virtualAddresses: [address] }]));
    }
    bench.configure(9_000, vrrpSettings([]));
    const { addresses } = desiredKernel(bench.engine);
    assert.equal(addresses.length, RETIRED_LIMIT);
    assert.ok(addresses.every((entry) => !entry.present));
    assert.equal(addresses[0]?.address.address, `10.1.0.${extra}`);
  });
});

describe('vrrp/snapshot', () => {
  it('tells what there is to tell', () => {
    const bench = new Bench();
    bench.configure(
      1000,
      vrrpSettings([{ version: 3 }, { name: 'VI_2', interface: 'eth1', virtualRouterId: 52 }], {
        syncGroups: [{ name: 'G', instances: ['VI_2'] }],
      }),
    );
    bench.receive(2000, { version: 3, interval: 20 });
    bench.receive(3000, { version: 3, interval: 20, priority: 0 });
    bench.receive(4000, { version: 3, ttl: 1 });
    assert.deepEqual(snapshot(bench.engine, 5000), {
      generation: 1,
      instances: [
        {
          name: 'VI_1',
          state: 'BACKUP',
          reason: 'started',
          inStateFor: 4000,
          interface: 'eth0',
          virtualRouterId: 51,
          version: 3,
          priority: 100,
          effectivePriority: 100,
          standby: false,
          contributions: [],
          advertInterval: 200_000,
          configuredInterval: SECOND,
          downInterval: 721_875,
          source: '10.0.0.1',
          alarms: [],
          addresses: ['10.0.0.100'],
          preempt: true,
          masterDownIn: 119_875,
          lastAdvert: { source: '10.0.0.2', priority: 0, ago: 2000 },
          peers: [
            {
              source: '10.0.0.2',
              priority: 150,
              ago: 2000,
              adverts: 2,
              firstAgo: 3_000,
              checksum: 'pseudo-header',
            },
          ],
          advertsSent: 0,
          advertsReceived: 2,
          becameMaster: 0,
          releasedMaster: 0,
          priorityZeroReceived: 1,
          priorityZeroSent: 0,
          rejected: { 'ttl-not-255': 1 },
        },
        {
          name: 'VI_2',
          state: 'FAULT',
          reason: "interface eth1 doesn't exist",
          inStateFor: 4000,
          interface: 'eth1',
          virtualRouterId: 52,
          version: 2,
          priority: 100,
          effectivePriority: 100,
          standby: false,
          contributions: [],
          advertInterval: SECOND,
          configuredInterval: SECOND,
          downInterval: 3_609_375,
          alarms: [],
          addresses: ['10.0.0.100'],
          preempt: true,
          group: 'G',
          peers: [],
          advertsSent: 0,
          advertsReceived: 0,
          becameMaster: 0,
          releasedMaster: 0,
          priorityZeroReceived: 0,
          priorityZeroSent: 0,
          rejected: {},
        },
      ],
      syncGroups: [{ name: 'G', state: 'FAULT' }],
      rejected: {},
    });
  });

  it('counts mastership', () => {
    const bench = master();
    bench.receive(4 * SECOND, { priority: 200 });
    bench.expire('master-down/VI_1');
    bench.do({ kind: 'shutdown', at: 20 * SECOND });
    const [instance] = snapshot(bench.engine, 20 * SECOND).instances;
    assert.equal(instance?.state, 'INIT');
    assert.equal(instance?.becameMaster, 2);
    assert.equal(instance?.releasedMaster, 2);
    assert.equal(instance?.priorityZeroSent, 1);
    assert.equal(instance?.advertsSent, 3);
  });
});
