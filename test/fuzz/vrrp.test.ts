/** Mutated packets against the decoders and the engine. FUZZ_SEED and FUZZ_ROUNDS change the run. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../src/base/bytes.js';
import { advertAddresses, decodeAdvert } from '../../src/vrrp/advert.js';
import { checkAuth, NO_AUTH } from '../../src/vrrp/auth.js';
import { desiredKernel } from '../../src/vrrp/desired.js';
import { decodeTrailer } from '../../src/vrrp/hmac.js';
import { decodeIp } from '../../src/vrrp/ip-header.js';
import { snapshot } from '../../src/vrrp/snapshot.js';
import { Random } from '../sim/random.js';
import { ROOT } from '../support/root.js';
import {
  Bench,
  datagram,
  instanceSettings,
  ipv6Settings,
  linkState,
  unicast,
} from '../unit/vrrp/fixture.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 20_000);

const FOLDER = `${ROOT}test/vectors/vrrp/`;
const seeds: Uint8Array[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .flatMap(
    (name) => (JSON.parse(readFileSync(FOLDER + name, 'utf8')) as { adverts: string[] }).adverts,
  )
  .map(fromHex);
const trailer = (): Uint8Array => new Uint8Array(28).fill(1, 0, 2);
seeds.push(
  datagram(),
  datagram({ version: 3 }),
  datagram({ optionWords: 3 }),
  datagram({ ipv6: true }),
  datagram({ version: 3, vrid: 55, trailer }),
  datagram({ ipv6: true, vrid: 56, trailer }),
  datagram({ vrid: 57, destination: '10.0.0.1', ttl: 60 }),
  new Uint8Array(0),
);

const hmac = {
  mode: 'permissive',
  activeKey: 1,
  keys: [{ id: 1, secret: '00'.repeat(32) }],
  antiReplay: 'monotonic',
  timeWindow: 5,
} as const;
/** Each kind of instance that a packet can be for. */
const INSTANCES = [
  instanceSettings({ priority: 254 }),
  instanceSettings({ name: 'VI_3', virtualRouterId: 54 }),
  ipv6Settings({ name: 'VI_6' }),
  instanceSettings({ name: 'VI_H', virtualRouterId: 55, version: 3, hmac }),
  ipv6Settings({ name: 'VI_H6', virtualRouterId: 56, hmac }),
  instanceSettings({
    name: 'VI_U',
    virtualRouterId: 57,
    unicast: unicast([{ address: '10.0.0.2', minTtl: 50, maxTtl: 255 }], { checkSource: true }),
  }),
];
const LINK = linkState({ addresses: ['10.0.0.1', 'fe80::1'] });

/** Flips, sets, cuts, grows, doubles or joins. */
function mutate(random: Random): Uint8Array {
  let bytes = Uint8Array.from(random.pick(seeds));
  for (let n = random.int(1, 4); n > 0; n--) {
    const at = random.int(0, Math.max(0, bytes.length - 1));
    switch (random.int(0, 5)) {
      case 0:
        if (bytes.length > 0) bytes[at] = (bytes[at] as number) ^ (1 << random.int(0, 7));
        break;
      case 1:
        if (bytes.length > 0) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.int(0, 255)]);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = Uint8Array.from([
          ...bytes,
          ...new Array(random.int(1, 40)).fill(random.int(0, 255)),
        ]);
        break;
      case 4:
        bytes = Uint8Array.from([...bytes.subarray(at), ...bytes.subarray(0, at)]);
        break;
      case 5:
        bytes = Uint8Array.from([...bytes.subarray(0, at), ...random.pick(seeds).subarray(at)]);
        break;
    }
  }
  return bytes;
}

describe(`vrrp: fuzz (seed ${SEED})`, () => {
  it('no decoder throws, each gives a result', () => {
    const random = new Random(SEED);
    let accepted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = mutate(random);
      const before = toHex(bytes);
      const ip = decodeIp(bytes);
      assert.equal(typeof ip.ok, 'boolean');
      const addresses = { source: bytes.subarray(0, 4), destination: bytes.subarray(4, 8) };
      const { payload, ...header } = ip.ok ? ip.value : { payload: bytes, ...addresses };
      if (header.source.length === 4 || header.source.length === 16) {
        const advert = decodeAdvert(payload, header);
        if (advert.ok) {
          accepted++;
          assert.equal(advertAddresses(advert.value).length, advert.value.addressCount);
          const { auth, trailer } = advert.value;
          if (auth) assert.equal(typeof checkAuth(NO_AUTH, auth.type, auth.data).ok, 'boolean');
          if (trailer) assert.equal(typeof decodeTrailer(trailer).ok, 'boolean');
        }
      }
      assert.equal(toHex(bytes), before, 'a decoder wrote into its input');
    }
    assert.ok(accepted > 0 && accepted < ROUNDS);
  });

  for (const master of [false, true]) {
    it(`as ${master ? 'MASTER' : 'BACKUP'}: what is rejected changes nothing and is counted`, () => {
      const random = new Random(SEED + 1);
      const bench = new Bench();
      bench.configure(0, { instances: INSTANCES, syncGroups: [] }, [LINK]);
      if (master) bench.expire('master-down/VI_1');
      const state = bench.state();
      let rejected = 0;
      let known = observe(bench);
      for (let round = 0; round < ROUNDS; round++) {
        const packets = counted(bench);
        const at = 10_000_000 + round * 100;
        bench.do({ kind: 'packet-received', at, interface: 'eth0', datagram: mutate(random) });
        const before = known;
        known = observe(bench);
        if (counted(bench) === packets) continue;
        rejected++;
        assert.equal(known, before);
        for (const effect of bench.effects) {
          const isWatched = effect.kind === 'arm-timer' && isOfAlarm(effect.timer);
          assert.ok(effect.kind === 'log' || isWatched, effect.kind);
        }
      }
      assert.ok(rejected > ROUNDS / 10);
      assert.equal(bench.state(), state);
    });
  }
});

/** An alarm is told of what is rejected: the only thing of it that waits for its end. */
function isOfAlarm(timer: string): boolean {
  return timer.startsWith('alarm/');
}

/** All that a packet could change, except the counters of rejected packets and alarms about them. */
function observe(bench: Bench): string {
  const { instances } = snapshot(bench.engine, 0);
  return JSON.stringify([
    instances.map((instance) => ({ ...instance, rejected: {}, alarms: [] })),
    [...bench.timers].filter(([timer]) => !isOfAlarm(timer)),
    desiredKernel(bench.engine),
  ]);
}

function counted(bench: Bench): number {
  const { instances, rejected } = snapshot(bench.engine, 0);
  return [rejected, ...instances.map((instance) => instance.rejected)]
    .flatMap((counts) => Object.values(counts))
    .reduce((sum, n) => sum + n, 0);
}
