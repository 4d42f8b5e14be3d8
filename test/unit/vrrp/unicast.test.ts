import assert from 'node:assert/strict';
import { decodeAdvert } from '../../../src/vrrp/advert.js';
import type { DropReason } from '../../../src/vrrp/rejection.js';
import type { InstanceSettings } from '../../../src/vrrp/settings.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import {
  Bench,
  instanceSettings,
  linkState,
  type PacketDescription,
  SECOND,
  unicast,
} from './fixture.js';

const PEERS = unicast(['10.0.0.2', '10.0.0.3']);
/** To this node, with a TTL that says that routers are between. */
const FROM_PEER: PacketDescription = { destination: '10.0.0.1', ttl: 61 };

function backup(overrides: Partial<InstanceSettings> = {}): Bench {
  const bench = new Bench();
  const instance = instanceSettings({ unicast: PEERS, ...overrides });
  bench.configure(0, { instances: [instance], syncGroups: [] });
  return bench;
}

function rejected(bench: Bench): Readonly<Record<string, number>> {
  const { instances, rejected: ofNobody } = snapshot(bench.engine, 0);
  return { ...ofNobody, ...instances[0]?.rejected };
}

function sentTo(bench: Bench): string[] {
  return bench.of('send-advert').map(({ destination, ttl }) => `${destination} ${ttl}`);
}

describe('vrrp: unicast', () => {
  it('sends each advert to every peer, with its own checksum, from unicast_src_ip', () => {
    const bench = backup({ version: 3, sourceAddress: '10.0.0.7' });
    bench.expire('master-down/VI_1');
    assert.deepEqual(sentTo(bench), ['10.0.0.2 255', '10.0.0.3 255']);
    for (const { source, destination, packet } of bench.of('send-advert')) {
      assert.equal(source, '10.0.0.7');
      const addresses = {
        source: Uint8Array.from([10, 0, 0, 7]),
        destination: Uint8Array.from(destination.split('.').map(Number)),
      };
      const advert = decodeAdvert(packet, addresses);
      assert.equal(advert.ok && advert.value.checksum, 'pseudo-header');
    }
    assert.equal(snapshot(bench.engine, 0).instances[0]?.advertsSent, 1);
  });

  it('sends with unicast_ttl', () => {
    const bench = backup({ unicast: { ...PEERS, ttl: 64 } });
    bench.expire('master-down/VI_1');
    assert.deepEqual(sentTo(bench), ['10.0.0.2 64', '10.0.0.3 64']);
  });

  it('says priority 0 to every peer', () => {
    const bench = backup();
    bench.expire('master-down/VI_1');
    bench.do({ kind: 'shutdown', at: 5 * SECOND });
    assert.deepEqual(
      bench.of('send-advert').map(({ destination, packet }) => `${destination} ${packet[2]}`),
      ['10.0.0.2 0', '10.0.0.3 0'],
    );
  });

  it('takes adverts whatever their TTL, and of senders that are no peers', () => {
    const bench = backup();
    bench.receive(SECOND, FROM_PEER);
    bench.receive(2 * SECOND, { ...FROM_PEER, source: '10.9.9.9' });
    assert.equal(bench.timers.get('master-down/VI_1'), 2 * SECOND + 3_609_375);
    assert.deepEqual(rejected(bench), {});
  });

  describe('rejects', () => {
    const checked = { unicast: unicast(['10.0.0.2'], { checkSource: true }) };
    const limited = {
      unicast: unicast([{ address: '10.0.0.2', minTtl: 62, maxTtl: 64 }], { checkSource: true }),
    };
    const cases: readonly (readonly [
      string,
      DropReason | undefined,
      Partial<InstanceSettings>,
      PacketDescription,
    ])[] = [
      ['multicast', 'wrong-destination', {}, { ttl: 255 }],
      ['a sender that is no peer', 'unknown-peer', checked, { ...FROM_PEER, source: '10.0.0.3' }],
      ['a TTL below min_ttl', 'ttl-out-of-range', limited, { ...FROM_PEER, ttl: 61 }],
      ['a TTL above max_ttl', 'ttl-out-of-range', limited, { ...FROM_PEER, ttl: 65 }],
      ['not the lowest that may be', undefined, limited, { ...FROM_PEER, ttl: 62 }],
      ['not the highest that may be', undefined, limited, { ...FROM_PEER, ttl: 64 }],
    ];
    for (const [what, reason, overrides, packet] of cases) {
      it(what, () => {
        const bench = backup(overrides);
        bench.receive(SECOND, packet);
        assert.deepEqual(rejected(bench), reason === undefined ? {} : { [reason]: 1 });
      });
    }
  });

  it('rejects unicast where there are no peers', () => {
    const bench = new Bench();
    bench.configure(0, { instances: [instanceSettings()], syncGroups: [] });
    bench.receive(SECOND, { destination: '10.0.0.1' });
    assert.deepEqual(rejected(bench), { 'wrong-destination': 1 });
  });

  it('is FAULT without peers (unicast_fault_no_peer), and starts with the first', () => {
    const bench = backup({ unicast: unicast([]) });
    assert.equal(bench.state(), 'FAULT');
    assert.equal(snapshot(bench.engine, 0).instances[0]?.reason, 'no unicast peers');
    const instance = instanceSettings({ unicast: PEERS });
    bench.configure(SECOND, { instances: [instance], syncGroups: [] });
    assert.equal(bench.state(), 'BACKUP');
  });

  it('a reload that adds a peer advertises to it at once', () => {
    const bench = backup();
    bench.expire('master-down/VI_1');
    const instance = instanceSettings({ unicast: unicast(['10.0.0.2', '10.0.0.4']) });
    bench.configure(5 * SECOND, { instances: [instance], syncGroups: [] });
    assert.equal(bench.state(), 'MASTER');
    assert.deepEqual(sentTo(bench), ['10.0.0.2 255', '10.0.0.4 255']);
  });

  it('tells instances with one VRID apart by their peers', () => {
    const bench = new Bench();
    const of = (name: string, peer: string): InstanceSettings =>
      instanceSettings({ name, unicast: unicast([peer], { checkSource: true }) });
    const instances = [of('VI_1', '10.0.0.2'), of('VI_2', '10.0.0.3')];
    bench.configure(0, { instances, syncGroups: [] });
    bench.receive(SECOND, { ...FROM_PEER, source: '10.0.0.3' });
    assert.equal(bench.timers.get('master-down/VI_1'), 3_609_375);
    assert.equal(bench.timers.get('master-down/VI_2'), SECOND + 3_609_375);
  });

  it('runs without an interface, while its source address is somewhere', () => {
    const bench = new Bench();
    const instance = instanceSettings({
      interface: '',
      sourceAddress: '10.0.0.1',
      trackSource: true,
      unicast: PEERS,
    });
    bench.configure(0, { instances: [instance], syncGroups: [] });
    assert.equal(bench.state(), 'BACKUP');
    bench.receive(SECOND, FROM_PEER, '');
    assert.equal(bench.timers.get('master-down/VI_1'), SECOND + 3_609_375);
    bench.do({ kind: 'link-changed', at: 2 * SECOND, link: linkState({ addresses: [] }) });
    assert.equal(bench.state(), 'FAULT');
    bench.do({ kind: 'link-changed', at: 3 * SECOND, link: linkState() });
    assert.equal(bench.state(), 'BACKUP');
  });

  it('neither an interface nor a source is a fault', () => {
    const bench = backup({ interface: '' });
    assert.equal(
      snapshot(bench.engine, 0).instances[0]?.reason,
      'neither an interface nor unicast_src_ip',
    );
  });
});

describe('vrrp: version 3 checksums over IPv4', () => {
  /** The form of each advert that was sent, by its destination. */
  function formsSent(bench: Bench): Record<string, string | undefined> {
    return Object.fromEntries(
      bench.of('send-advert').map(({ source, destination, packet }) => {
        const bytes = (ip: string): Uint8Array => Uint8Array.from(ip.split('.').map(Number));
        const addresses = { source: bytes(source), destination: bytes(destination) };
        const advert = decodeAdvert(packet, addresses);
        return [destination, advert.ok ? advert.value.checksum : undefined];
      }),
    );
  }

  it('each unicast peer is answered in the form that it uses; one warning for each', () => {
    const bench = backup({ version: 3, unicast: unicast(['10.0.0.2', '10.0.0.3', '10.0.0.4']) });
    const warnings: string[] = [];
    const hear = (source: string, checksum: 'plain' | 'group' | 'pseudo-header'): void => {
      for (const at of [1, 2]) {
        bench.receive(at * SECOND, { ...FROM_PEER, version: 3, source, checksum });
        warnings.push(...bench.of('log').map(({ text }) => text));
      }
    };
    hear('10.0.0.2', 'plain');
    hear('10.0.0.3', 'group');
    hear('10.0.0.4', 'pseudo-header');
    bench.expire('master-down/VI_1');
    assert.deepEqual(formsSent(bench), {
      '10.0.0.2': 'plain',
      '10.0.0.3': 'group-pseudo-header',
      '10.0.0.4': 'pseudo-header',
    });
    assert.deepEqual(warnings, [
      '(VI_1) 10.0.0.2 makes version 3 checksums without a pseudo-header (RFC 9568); it is answered in the same way',
      '(VI_1) 10.0.0.3 makes version 3 checksums with the multicast group in the pseudo-header (keepalived before 1.3.7); it is answered in the same way',
    ]);
  });

  it('a peer that changes its form is followed', () => {
    const bench = backup({ version: 3, unicast: unicast(['10.0.0.2']), priority: 200 });
    bench.receive(SECOND, { ...FROM_PEER, version: 3, checksum: 'plain' });
    bench.expire('master-down/VI_1');
    assert.deepEqual(formsSent(bench), { '10.0.0.2': 'plain' });
    bench.receive(5 * SECOND, { ...FROM_PEER, version: 3 });
    assert.deepEqual(formsSent(bench), { '10.0.0.2': 'pseudo-header' });
  });

  it('old_unicast_checksum is sent from the start; never: is not accepted either', () => {
    const always = backup({ version: 3, checksum: { plain: false, oldUnicast: 'always' } });
    always.expire('master-down/VI_1');
    assert.deepEqual(new Set(Object.values(formsSent(always))), new Set(['group-pseudo-header']));
    const never = backup({ version: 3, checksum: { plain: false, oldUnicast: 'never' } });
    never.receive(SECOND, { ...FROM_PEER, version: 3, checksum: 'group' });
    assert.deepEqual(rejected(never), { 'bad-checksum': 1 });
  });

  it('v3_checksum_as_v2 has no pseudo-header', () => {
    const bench = backup({ version: 3, checksum: { plain: true, oldUnicast: 'auto' } });
    bench.expire('master-down/VI_1');
    assert.deepEqual(new Set(Object.values(formsSent(bench))), new Set(['plain']));
  });

  it('a group is answered in the form that all use who were heard in it, else as configured', () => {
    const bench = new Bench();
    const instance = instanceSettings({ version: 3, priority: 200 });
    bench.configure(0, { instances: [instance], syncGroups: [] });
    bench.receive(SECOND, { version: 3, checksum: 'plain' });
    bench.expire('master-down/VI_1');
    assert.deepEqual(formsSent(bench), { '224.0.0.18': 'plain' });
    bench.receive(5 * SECOND, { version: 3, source: '10.0.0.3' });
    assert.deepEqual(formsSent(bench), { '224.0.0.18': 'pseudo-header' });
  });

  it('a rejected advert teaches nothing', () => {
    const bench = backup({ version: 3 });
    bench.receive(SECOND, { ...FROM_PEER, version: 3, checksum: 'plain', addresses: [] });
    bench.expire('master-down/VI_1');
    assert.deepEqual(new Set(Object.values(formsSent(bench))), new Set(['pseudo-header']));
    assert.deepEqual(snapshot(bench.engine, 0).instances[0]?.peers, []);
  });

  it('keeps the memory of senders small, but never forgets a configured peer', () => {
    const bench = backup();
    bench.receive(1, FROM_PEER);
    for (let i = 0; i < 100; i++) {
      bench.receive(2 + i, { ...FROM_PEER, source: `10.1.0.${i}` });
    }
    const sources = snapshot(bench.engine, 0).instances[0]?.peers.map(({ source }) => source);
    assert.equal(sources?.length, 17);
    assert.equal(sources[0], '10.0.0.2');
    assert.equal(sources.at(-1), '10.1.0.99');
  });
});
