/** An advert that is known again is judged as it was the first time, and as our state is now. */
import assert from 'node:assert/strict';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import {
  Bench,
  datagram,
  ipv6Settings,
  linkState,
  type PacketDescription,
  SECOND,
  vrrpSettings,
} from './fixture.js';

/** A backup that has heard an advert once. */
function listener(packet: PacketDescription = {}): Bench {
  const bench = new Bench();
  const settings = packet.ipv6 ? ipv6Settings() : {};
  const addresses = packet.ipv6 ? ['fe80::1'] : ['10.0.0.1'];
  bench.configure(0, vrrpSettings([settings]), [linkState({ addresses })]);
  hear(bench, datagram(packet), SECOND);
  assert.equal(heard(bench).adverts, 1);
  return bench;
}

function hear(bench: Bench, bytes: Uint8Array, at: number): void {
  bench.do({ kind: 'packet-received', at, interface: 'eth0', datagram: bytes });
}

/** What the last packet did: accepted adverts, and everything that was rejected. */
function heard(bench: Bench): { adverts: number; rejected: unknown } {
  const { instances, rejected } = snapshot(bench.engine, 0);
  const [instance] = instances;
  return { adverts: instance?.advertsReceived ?? 0, rejected: [rejected, instance?.rejected] };
}

describe('vrrp/recognition', () => {
  for (const ipv6 of [false, true]) {
    it(`judges each changed byte as it would without the advert before, IPv${ipv6 ? 6 : 4}`, () => {
      const original = datagram({ ipv6 });
      for (let i = 0; i < original.length; i++) {
        for (const bit of [1, 0x80]) {
          const changed = original.with(i, (original[i] as number) ^ bit);
          const knowing = listener({ ipv6 });
          hear(knowing, changed, 2 * SECOND);
          const fresh = listener({ ipv6, source: ipv6 ? 'fe80::9' : '10.0.0.9' });
          hear(fresh, changed, 2 * SECOND);
          assert.deepEqual(heard(knowing), heard(fresh), `byte ${i} changed by ${bit}`);
        }
      }
    });
  }

  it('takes another number of the datagram for nothing new', () => {
    const bench = listener();
    hear(bench, datagram().with(4, 0x12).with(5, 0x34).with(10, 0x56).with(11, 0x78), 2 * SECOND);
    assert.equal(heard(bench).adverts, 2);
    assert.equal(bench.timers.get('master-down/VI_1'), 2 * SECOND + 3_609_375);
  });

  it('rejects it when the configuration has changed', () => {
    const bench = listener();
    bench.configure(SECOND, vrrpSettings([{ advertInterval: 2 * SECOND }]));
    hear(bench, datagram(), 2 * SECOND);
    assert.equal(heard(bench).adverts, 1);
    assert.match(JSON.stringify(heard(bench).rejected), /interval-mismatch/);
  });

  it('asks each time what depends on our state', () => {
    const bench = listener({ priority: 100 });
    // Our address is the sender's now, and the priority is ours.
    bench.do({ kind: 'link-changed', at: SECOND, link: linkState({ addresses: ['10.0.0.2'] }) });
    hear(bench, datagram({ priority: 100 }), 2 * SECOND);
    assert.equal(heard(bench).adverts, 1);
    assert.match(JSON.stringify(heard(bench).rejected), /own-advert/);
  });

  it('tells one virtual router and one sender from another', () => {
    const bench = new Bench();
    bench.configure(0, vrrpSettings([{}, { name: 'VI_2', virtualRouterId: 52 }]));
    for (let n = 1; n <= 3; n++) {
      bench.receive(n * SECOND, { source: '10.0.0.2' });
      bench.receive(n * SECOND, { source: '10.0.0.3' });
      bench.receive(n * SECOND, { vrid: 52 });
    }
    const [first, second] = snapshot(bench.engine, 4 * SECOND).instances;
    assert.deepEqual(
      first?.peers.map(({ source, adverts }) => [source, adverts]),
      [
        ['10.0.0.2', 3],
        ['10.0.0.3', 3],
      ],
    );
    assert.equal(second?.advertsReceived, 3);
  });
});
