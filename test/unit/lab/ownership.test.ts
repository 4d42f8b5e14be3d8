/** The lab's judgement on who owned an address has to be right before it judges others. */
import assert from 'node:assert/strict';
import { overlaps, ownerships, succession } from '../../lab/ownership.js';
import type { Frame } from '../../lab/pcap.js';

const VIP = '192.0.2.100';

function advert(at: number, mac: string, priority = 100): Frame {
  const addresses = [VIP];
  return {
    kind: 'advert',
    at,
    mac,
    source: mac,
    ttl: 255,
    version: 2,
    vrid: 51,
    priority,
    addresses,
  };
}

function arp(at: number, mac: string, senderIp = VIP): Frame {
  const target = { targetIp: VIP, gratuitous: senderIp === VIP };
  return { kind: 'arp', at, mac, operation: 'request', senderMac: mac, senderIp, ...target };
}

function conflicts(frames: readonly Frame[]): string[] {
  const spans = ownerships(frames, VIP, (mac) => mac, 1500);
  return overlaps(spans).map(({ owners, length }) => `${owners.join('+')} ${length}`);
}

function owners(frames: readonly Frame[]): string {
  return ownerships(frames, VIP, (mac) => mac, 1500)
    .map(({ owner, from, to }) => `${owner} ${from}-${to}`)
    .join(', ');
}

describe('lab: ownership of an address', () => {
  it('one after the other is no conflict', () => {
    const frames = [advert(0, 'a'), advert(1000, 'a'), advert(4609, 'b'), arp(4610, 'b')];
    assert.equal(owners(frames), 'a 0-1000, b 4609-4610');
    assert.deepEqual(conflicts(frames), []);
  });

  it('two at one time are', () => {
    const frames = [advert(0, 'a'), advert(500, 'b'), advert(1000, 'a'), advert(1500, 'b')];
    assert.deepEqual(conflicts(frames), ['a+b 500']);
  });

  it('an old owner that is heard once more after a new one is', () => {
    const frames = [advert(0, 'b'), advert(900, 'a'), arp(905, 'b'), advert(1900, 'a')];
    assert.deepEqual(conflicts(frames), ['b+a 5']);
  });

  it('a few losing adverts in answer to a better one are last words; more of them are not', () => {
    const lost = [
      advert(0, 'b'),
      advert(1000, 'b'),
      advert(1500, 'a', 150),
      advert(1520, 'b'),
      advert(1521, 'a', 150),
      arp(1522, 'a'),
      advert(2521, 'a', 150),
    ];
    assert.deepEqual(conflicts(lost), []);
    assert.equal(owners(lost), 'b 0-1000, a 1500-2521');
    const repeated = [...lost, advert(2540, 'b'), advert(3521, 'a', 150), advert(3540, 'b')];
    assert.deepEqual(conflicts(repeated), []);
    const goesOn = [...repeated, advert(4521, 'a', 150), advert(4540, 'b'), advert(5521, 'a', 150)];
    assert.equal(conflicts(goesOn).length, 1);
    // Later than any answer.
    assert.equal(
      conflicts(lost.with(3, advert(1700, 'b')).toSorted((x, y) => x.at - y.at)).length,
      1,
    );
  });

  it('a conflict says for how long the loser has gone on', () => {
    const frames = [advert(0, 'b'), advert(900, 'a'), arp(905, 'b'), advert(1900, 'a')];
    const [overlap] = overlaps(ownerships(frames, VIP, (mac) => mac, 1500));
    assert.deepEqual([overlap?.length, overlap?.since], [5, 5]);
    const late = [advert(0, 'b'), advert(900, 'a'), arp(940, 'b'), advert(1800, 'a')];
    const spans = ownerships(late, VIP, (mac) => mac, 920);
    assert.deepEqual(
      overlaps(spans).map(({ length, since }) => [length, since]),
      [[0, 40]],
    );
    assert.deepEqual(
      [0, 39, 40].map((excused) => succession(spans, (from, to) => to - from <= excused).join('')),
      ['bab', 'bab', 'ba'],
    );
  });

  it('an advert of priority 0 ends an ownership', () => {
    const frames = [advert(0, 'a'), advert(1000, 'a', 0), advert(1010, 'b'), advert(1020, 'a', 0)];
    assert.equal(owners(frames), 'a 0-0, b 1010-1010');
    assert.deepEqual(conflicts(frames), []);
  });

  it('a short reign between two of another is none, if it was resigned', () => {
    const frames = [advert(0, 'b'), advert(500, 'a'), advert(600, 'a', 0), advert(1200, 'b')];
    assert.equal(owners(frames), 'b 0-0, a 500-500, b 1200-1200');
    assert.deepEqual(conflicts(frames), []);
  });

  it('asking where the address is claims nothing, asking with it as the sender does', () => {
    assert.equal(owners([arp(0, 'c', '192.0.2.10')]), '');
    assert.equal(owners([arp(0, 'c')]), 'c 0-0');
  });
});
