import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { familyOf, ipToBytes } from '../../../src/base/ip.js';
import { decodeAdvert } from '../../../src/vrrp/advert.js';
import type { DropReason } from '../../../src/vrrp/rejection.js';
import type { HmacSettings, InstanceSettings } from '../../../src/vrrp/settings.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { ROOT } from '../../support/root.js';
import { skip } from '../../support/skip.js';
import {
  Bench,
  instanceSettings,
  ipv6Settings,
  linkState,
  type PacketDescription,
  SECOND,
  unicast,
} from './fixture.js';

const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const OTHER_KEY = 'ff'.repeat(64);
/** 2025-04-16T20:34:56Z, the draft's. */
const EPOCH = 0x6800_0000 * SECOND;

const HMAC: HmacSettings = {
  mode: 'enforce',
  activeKey: 1,
  keys: [{ id: 1, secret: KEY }],
  antiReplay: 'time',
  timeWindow: 5,
};

interface Signing {
  readonly key?: string;
  readonly keyId?: number;
  /** Wall-clock seconds, and 1/65536 s, and the counter. */
  readonly seconds?: number;
  readonly fraction?: number;
  readonly counter?: number;
  readonly type?: number;
  readonly reserved?: number;
  readonly source?: string;
  readonly vrid?: number;
  readonly version?: number;
}

/** A trailer by the book, not by the code under test. */
function trailer(of: Signing = {}): (pdu: Uint8Array) => Uint8Array {
  return (pdu) => {
    const source = ipToBytes(of.source ?? '10.0.0.2');
    const bound = Buffer.alloc(20);
    bound.set([source.length === 4 ? 4 : 6, of.version ?? 3, of.vrid ?? 51, 0]);
    bound.set(source, 4);
    const bytes = Buffer.alloc(28);
    bytes.set([of.type ?? 1, of.keyId ?? 1, 0, of.reserved ?? 0]);
    bytes.writeUInt32BE(of.seconds ?? 0x6800_0000, 4);
    bytes.writeUInt16BE(of.fraction ?? 0, 8);
    bytes.writeUInt16BE(of.counter ?? 0, 10);
    const packet = Buffer.from(pdu);
    packet.fill(0, 6, 8);
    const hmac = createHmac('sha256', Buffer.from(of.key ?? KEY, 'hex'));
    bytes.set(
      hmac
        .update(Buffer.concat([bound, packet, bytes]))
        .digest()
        .subarray(0, 16),
      12,
    );
    return bytes;
  };
}

function signed(of: Signing = {}, packet: PacketDescription = {}): PacketDescription {
  return { version: 3, ...packet, trailer: trailer({ ...of, ...sourceOf(packet) }) };
}

function sourceOf(packet: PacketDescription): Signing {
  return packet.source === undefined ? {} : { source: packet.source };
}

/** A backup whose wall clock shows the draft's instant at 0. */
function backup(hmac: Partial<HmacSettings> = {}, more: Partial<InstanceSettings> = {}): Bench {
  const bench = new Bench();
  bench.utc = (at) => EPOCH + at;
  const instance = instanceSettings({ version: 3, hmac: { ...HMAC, ...hmac }, ...more });
  bench.configure(0, { instances: [instance], syncGroups: [] });
  return bench;
}

function rejected(bench: Bench): Readonly<Record<string, number>> | undefined {
  return snapshot(bench.engine, 0).instances[0]?.rejected;
}

function heard(bench: Bench): number | undefined {
  return snapshot(bench.engine, 0).instances[0]?.advertsReceived;
}

/** The trailer of the advert that was sent last. */
function sentTrailer(bench: Bench): Uint8Array {
  const packet = bench.of('send-advert')[0]?.packet;
  assert.ok(packet);
  return packet.subarray(packet.length - 28);
}

describe('vrrp: auth_hmac', () => {
  describe("the draft's packets", () => {
    const draft = JSON.parse(readFileSync(`${ROOT}test/vectors/vrrp-hmac/draft.json`, 'utf8')) as {
      readonly adverts: readonly {
        readonly about: string;
        readonly source: string;
        readonly destination: string;
        readonly virtualAddress: string;
        readonly packet: string;
        readonly hmac: string;
      }[];
    };

    for (const vector of draft.adverts) {
      const { source, destination, virtualAddress } = vector;
      const payload = fromHex(vector.packet + vector.hmac);
      const isIpv6 = familyOf(source) === 6;

      function settings(): InstanceSettings {
        const address = { address: virtualAddress, prefixLength: 128, interface: 'eth0', scope: 0 };
        return (isIpv6 ? ipv6Settings : instanceSettings)({
          version: 3,
          priority: 200,
          virtualAddresses: [address],
          sourceAddress: source,
          checksum: { plain: true, oldUnicast: 'auto' },
          unicast: unicast([destination]),
          hmac: { ...HMAC, antiReplay: 'monotonic' },
        });
      }

      it(`${vector.about}: is sent so`, () => {
        const bench = new Bench();
        bench.configure(0, { instances: [settings()], syncGroups: [] });
        const dueAt = bench.timers.get('master-down/VI_1') ?? 0;
        // 0x8000 in 65536ths is half a second.
        bench.utc = (at) => EPOCH + SECOND / 2 + (at - dueAt);
        bench.expire('master-down/VI_1');
        assert.equal(
          toHex(bench.of('send-advert')[0]?.packet ?? new Uint8Array()),
          vector.packet + vector.hmac,
        );
      });

      it(`${vector.about}: is accepted so, once`, () => {
        const bench = new Bench();
        const peer = { ...settings(), sourceAddress: destination, unicast: unicast([source]) };
        bench.configure(0, { instances: [peer], syncGroups: [] });
        const header = isIpv6
          ? [0x60, 0, 0, 0, 0, payload.length, 112, 64]
          : [0x45, 0, 0, 20 + payload.length, 0, 0, 0, 0, 64, 112, 0, 0];
        const datagram = Uint8Array.from([
          ...header,
          ...ipToBytes(source),
          ...ipToBytes(destination),
          ...payload,
        ]);
        bench.do({ kind: 'packet-received', at: 1, interface: 'eth0', datagram });
        assert.equal(heard(bench), 1);
        bench.do({ kind: 'packet-received', at: 2, interface: 'eth0', datagram });
        assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
      });
    }
  });

  it('is what openssl computes', function () {
    if (spawnSync('openssl', ['version']).status !== 0) skip(this, 'openssl is not installed');
    const bench = backup();
    bench.expire('master-down/VI_1');
    const packet = Buffer.from(bench.of('send-advert')[0]?.packet ?? []);
    packet.fill(0, 6, 8);
    packet.fill(0, packet.length - 16);
    const bound = Buffer.alloc(20);
    bound.set([4, 3, 51, 0, 10, 0, 0, 1]);
    const { stdout } = spawnSync(
      'openssl',
      ['dgst', '-sha256', '-mac', 'HMAC', '-macopt', `hexkey:${KEY}`, '-binary'],
      { input: Buffer.concat([bound, packet]) },
    );
    assert.equal(toHex(sentTrailer(bench).subarray(12)), toHex(stdout.subarray(0, 16)));
  });

  it('one trailer goes to all peers; the next advert has another sequence', () => {
    const bench = backup({}, { unicast: unicast(['10.0.0.2', '10.0.0.3']) });
    bench.expire('master-down/VI_1');
    const packets = bench.of('send-advert').map(({ packet }) => toHex(packet.subarray(12)));
    assert.equal(packets.length, 2);
    assert.equal(packets[0], packets[1]);
    bench.expire('advert/VI_1');
    assert.notEqual(toHex(sentTrailer(bench)), packets[0]);
  });

  it('priority 0 is signed, too', () => {
    const bench = backup();
    bench.expire('master-down/VI_1');
    bench.do({ kind: 'shutdown', at: 5 * SECOND });
    const [advert] = bench.of('send-advert');
    assert.equal(advert?.packet[2], 0);
    const addresses = { source: ipToBytes('10.0.0.1'), destination: ipToBytes('224.0.0.18') };
    const decoded = decodeAdvert(advert?.packet as Uint8Array, addresses);
    assert.ok(decoded.ok && decoded.value.trailer);
    assert.deepEqual(
      toHex(decoded.value.trailer),
      toHex(trailer({ source: '10.0.0.1', seconds: 0x6800_0005 })(decoded.value.pdu)),
    );
  });

  describe('rejects, and learns nothing from', () => {
    const cases: readonly (readonly [string, DropReason, PacketDescription])[] = [
      ['no trailer', 'hmac-missing', { version: 3 }],
      ['another type', 'hmac-malformed', signed({ type: 2 })],
      ['a reserved field that is set', 'hmac-malformed', signed({ reserved: 1 })],
      ['a key that is not there', 'hmac-unknown-key', signed({ keyId: 2 })],
      ['another key under the same id', 'hmac-invalid', signed({ key: OTHER_KEY })],
      [
        "another router's source",
        'hmac-invalid',
        { version: 3, trailer: trailer({ source: '10.0.0.9' }) },
      ],
      ["another virtual router's", 'hmac-invalid', signed({ vrid: 52 })],
      ['one of another version', 'hmac-invalid', signed({ version: 2 })],
      ['a clock 6 s behind', 'hmac-stale', signed({ seconds: 0x6800_0000 - 5 })],
      ['a clock 6 s ahead', 'hmac-stale', signed({ seconds: 0x6800_0000 + 7 })],
      ['a trailer that is cut', 'too-long', { ...signed(), cut: 12 + 27 }],
      ['a trailer and a byte', 'too-long', { version: 3, trailer: () => new Uint8Array(29) }],
    ];
    for (const [what, reason, packet] of cases) {
      it(what, () => {
        const bench = backup();
        // One second later, so that the clock shows ...01.
        bench.receive(SECOND, packet);
        assert.deepEqual(rejected(bench), { [reason]: 1 });
        assert.equal(heard(bench), 0);
        assert.equal(bench.timers.get('master-down/VI_1'), 3_609_375);
        bench.receive(SECOND, signed());
        assert.equal(heard(bench), 1);
      });
    }

    it('a packet whose bits were changed on the way, whichever but the checksum', () => {
      const bench = backup({ antiReplay: 'monotonic' });
      const good = trailer();
      for (let bit = 0; bit < 12 * 8; bit++) {
        const [byte, mask] = [bit >> 3, 1 << (bit & 7)];
        // Version, type, VRID, count and checksum have reasons of their own.
        if ([0, 1, 3, 6, 7].includes(byte)) continue;
        bench.receive(SECOND, {
          version: 3,
          priority: byte === 2 ? 150 ^ mask : 150,
          interval: byte === 4 ? 100 ^ (mask << 8) : byte === 5 ? 100 ^ mask : 100,
          addresses:
            byte >= 8
              ? [`10.0.${byte === 10 ? mask : 0}.${byte === 11 ? 100 ^ mask : 101}`]
              : ['10.0.0.100'],
          trailer: (pdu) => {
            const original = Uint8Array.from(pdu);
            original.set([150, 1, 0, 100], 2);
            original.set([10, 0, 0, 100], 8);
            return good(original);
          },
        });
      }
      assert.deepEqual(Object.keys(rejected(bench) ?? {}), ['hmac-invalid']);
      assert.equal(heard(bench), 0);
    });
  });

  it('an instance without auth_hmac drops signed adverts, as keepalived does', () => {
    const bench = new Bench();
    bench.configure(0, { instances: [instanceSettings({ version: 3 })], syncGroups: [] });
    bench.receive(SECOND, signed());
    assert.deepEqual(rejected(bench), { 'too-long': 1 });
  });

  it('covers version 2 with its authentication data', () => {
    const bench = backup({}, { version: 2 });
    bench.receive(SECOND, { version: 2, trailer: trailer({ version: 2 }) });
    assert.equal(heard(bench), 1);
  });

  it('works over IPv6, where the checksum covers the trailer', () => {
    const bench = new Bench();
    bench.utc = (at) => EPOCH + at;
    const link = linkState({ addresses: ['fe80::1'] });
    bench.configure(0, { instances: [ipv6Settings({ hmac: HMAC })], syncGroups: [] }, [link]);
    bench.receive(SECOND, { ipv6: true, trailer: trailer({ source: 'fe80::2' }) });
    assert.equal(heard(bench), 1);
  });

  describe('modes', () => {
    it('permissive signs, and accepts what is not signed', () => {
      const bench = backup({ mode: 'permissive' });
      bench.receive(SECOND, { version: 3 });
      bench.receive(2 * SECOND, signed({ key: OTHER_KEY }));
      assert.equal(heard(bench), 1);
      assert.deepEqual(rejected(bench), { 'hmac-invalid': 1 });
      bench.expire('master-down/VI_1');
      assert.equal(bench.of('send-advert')[0]?.packet.length, 12 + 28);
    });

    it('receive-only signs nothing, and verifies what is signed', () => {
      const bench = backup({ mode: 'receive-only' });
      bench.receive(SECOND, { version: 3 });
      bench.receive(SECOND, signed());
      bench.receive(SECOND, signed({ key: OTHER_KEY, seconds: 0x6800_0001 }));
      assert.equal(heard(bench), 2);
      assert.deepEqual(rejected(bench), { 'hmac-invalid': 1 });
      bench.expire('master-down/VI_1');
      assert.equal(bench.of('send-advert')[0]?.packet.length, 12);
    });
  });

  describe('replay', () => {
    it('each sequence counts once, and none before one that was accepted', () => {
      const bench = backup();
      const at = 2 * SECOND;
      bench.receive(at, signed({ counter: 7 }));
      bench.receive(at, signed({ counter: 7 }));
      bench.receive(at, signed({ counter: 6 }));
      bench.receive(at, signed({ counter: 8 }));
      bench.receive(at, signed({ fraction: 1 }));
      bench.receive(at, signed({ seconds: 0x6800_0001 }));
      assert.equal(heard(bench), 4);
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 2 });
    });

    it('each sender has a mark of its own', () => {
      const bench = backup();
      bench.receive(SECOND, signed({ counter: 9 }));
      bench.receive(SECOND, signed({ counter: 1 }, { source: '10.0.0.3' }));
      assert.equal(heard(bench), 2);
    });

    it('of strangers four are remembered, the one heard longest ago is forgotten', () => {
      const bench = backup({ antiReplay: 'monotonic' });
      const of = (host: number, counter: number): PacketDescription =>
        signed({ counter }, { source: `10.0.0.${host}` });
      for (const host of [2, 3, 4, 5]) bench.receive(SECOND, of(host, 5));
      bench.receive(SECOND, of(2, 6));
      bench.receive(SECOND, of(6, 5));
      bench.receive(SECOND, of(2, 6));
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
      bench.receive(SECOND, of(3, 5));
      assert.equal(heard(bench), 7);
    });

    it('forged packets push no mark out', () => {
      const bench = backup({ antiReplay: 'monotonic' });
      bench.receive(SECOND, signed({ counter: 5 }));
      for (let host = 10; host < 50; host++) {
        bench.receive(SECOND, signed({ key: OTHER_KEY }, { source: `10.0.0.${host}` }));
      }
      bench.receive(SECOND, signed({ counter: 5 }));
      assert.equal(rejected(bench)?.['hmac-replayed'], 1);
    });

    it('configured unicast peers are never pushed out', () => {
      const peers = unicast(['10.0.0.2']);
      const bench = backup({ antiReplay: 'monotonic' }, { unicast: peers });
      const to = { destination: '10.0.0.1' };
      bench.receive(SECOND, signed({ counter: 5 }, to));
      for (let host = 10; host < 20; host++) {
        bench.receive(SECOND, signed({}, { ...to, source: `10.0.0.${host}` }));
      }
      bench.receive(SECOND, signed({ counter: 5 }, to));
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
    });

    it('monotonic does not look at the clock, and never forgets', () => {
      const bench = backup({ antiReplay: 'monotonic' });
      bench.receive(SECOND, signed({ seconds: 0x6800_0000 + 3600 }));
      bench.receive(SECOND, signed({ seconds: 0x6800_0001 }));
      assert.equal(heard(bench), 1);
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
    });

    it('time: a mark that has left the window is forgotten', () => {
      const bench = backup();
      // Our clock was an hour ahead when the sender's was, too.
      bench.utc = (at) => EPOCH + 3600 * SECOND + at;
      bench.receive(SECOND, signed({ seconds: 0x6800_0000 + 3600 }));
      bench.utc = (at) => EPOCH + at;
      bench.receive(2 * SECOND, signed({ seconds: 0x6800_0002 }));
      assert.equal(heard(bench), 2);
      bench.receive(2 * SECOND, signed({ seconds: 0x6800_0002 }));
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
    });

    it('survives the wrap of 32 bits of seconds (2106)', () => {
      const bench = backup();
      bench.utc = (at) => 0xffff_ffff * SECOND + at;
      bench.receive(0, signed({ seconds: 0xffff_ffff }));
      bench.receive(SECOND, signed({ seconds: 0 }));
      bench.receive(SECOND, signed({ seconds: 0xffff_ffff }));
      assert.equal(heard(bench), 2);
      assert.deepEqual(rejected(bench), { 'hmac-replayed': 1 });
    });
  });

  describe('the clock', () => {
    it('one tick inside the window, and outside', () => {
      for (const [seconds, ok] of [
        [0x6800_0000 + 10, true],
        [0x6800_0000 + 9, false],
        [0x6800_0000 + 20, true],
        [0x6800_0000 + 21, false],
      ] as const) {
        const bench = backup();
        bench.receive(15 * SECOND, signed({ seconds }));
        assert.equal(heard(bench), ok ? 1 : 0, `${seconds}`);
      }
    });

    it('warns when the difference is more than half of the window', () => {
      const bench = backup();
      bench.receive(3 * SECOND, signed());
      assert.deepEqual(
        bench.of('log').map(({ text }) => text),
        [
          '(VI_1) the clock of 10.0.0.2 is 3 s behind ours; beyond time_window 5 its adverts are rejected',
        ],
      );
    });

    it('that stands still or goes back a little: the sequence grows all the same', () => {
      const bench = backup();
      bench.expire('master-down/VI_1');
      const sequences: bigint[] = [];
      for (const back of [0, 0, 2]) {
        bench.utc = () => EPOCH + (3 - back) * SECOND;
        bench.expire('advert/VI_1');
        sequences.push(Buffer.from(sentTrailer(bench)).readBigUInt64BE(4));
      }
      assert.ok((sequences[1] as bigint) === (sequences[0] as bigint) + 1n);
      assert.ok((sequences[2] as bigint) === (sequences[1] as bigint) + 1n);
    });

    it('that goes back further than the window: time follows it, monotonic does not', () => {
      for (const [antiReplay, expected] of [
        ['time', 0x6800_0000n << 32n],
        ['monotonic', ((0x6800_0000n + 3600n) << 32n) + 1n],
      ] as const) {
        const bench = backup({ antiReplay });
        bench.utc = () => EPOCH + 3600 * SECOND;
        bench.expire('master-down/VI_1');
        bench.utc = () => EPOCH;
        bench.expire('advert/VI_1');
        assert.equal(Buffer.from(sentTrailer(bench)).readBigUInt64BE(4), expected);
      }
    });
  });

  it('a reload changes the key that signs, and marks live on', () => {
    const bench = backup({
      keys: [
        { id: 1, secret: KEY },
        { id: 2, secret: OTHER_KEY },
      ],
    });
    bench.receive(SECOND, signed({ counter: 5 }));
    bench.receive(SECOND, signed({ counter: 6, keyId: 2, key: OTHER_KEY }));
    assert.equal(heard(bench), 2);
    bench.expire('master-down/VI_1');
    assert.equal(sentTrailer(bench)[1], 1);
    const hmac = { ...HMAC, activeKey: 2, keys: [{ id: 2, secret: OTHER_KEY }] };
    const at = 6 * SECOND;
    bench.configure(at, { instances: [instanceSettings({ version: 3, hmac })], syncGroups: [] });
    assert.equal(bench.state(), 'MASTER');
    assert.equal(sentTrailer(bench)[1], 2);
    bench.utc = (now) => EPOCH + SECOND + (now - at);
    bench.receive(at, signed({ counter: 6, keyId: 2, key: OTHER_KEY }));
    bench.receive(at, signed({ counter: 7 }));
    assert.deepEqual(rejected(bench), { 'hmac-replayed': 1, 'hmac-unknown-key': 1 });
  });
});
