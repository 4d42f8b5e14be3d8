/** Packets that nobody should send change no state, and are counted by what is wrong with them. */
import assert from 'node:assert/strict';
import { VRID } from './config-text.js';
import { type AdvertShape, advertFrame, sendFrames } from './frames.js';
import { startPair } from './steps.js';
import { labSuite } from './suite.js';

const EACH = 3;

labSuite('hostile packets', 'pair', (lab) => {
  it('are dropped and counted by reason, by a MASTER and by a BACKUP', async () => {
    const { vip, client, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab());
    // All of them would make either give up, or take over, if they were believed.
    const good: AdvertShape = {
      source: '172.25.254.10',
      vrid: VRID,
      priority: 254,
      addresses: [vip],
    };
    const spoiled: Readonly<Record<string, AdvertShape>> = {
      short: { ...good, length: 7 },
      'count of addresses beyond its end': { ...good, count: 12 },
      'wrong type': { ...good, type: 2 },
      'unknown version': { ...good, version: 4 },
      'version of the other RFC': { ...good, version: 3 },
      'wrong checksum': { ...good, checksumError: 1 },
      'TTL 254': { ...good, ttl: 254 },
      'VRID unknown': { ...good, vrid: 99 },
      'another address list': { ...good, addresses: ['172.25.254.200'] },
      'another interval': { ...good, advertInt: 3 },
    };
    const before = await rejections();
    const frames = Object.values(spoiled).flatMap((shape) =>
      Array.from({ length: EACH }, () => advertFrame(shape)),
    );
    const sent = capture.adverts().length;
    await sendFrames(client, 'eth0', frames);
    await lab().always(() => a.holds(vip) && !b.holds(vip), 4500, 'a is MASTER, b is BACKUP');
    assert.ok(capture.adverts().length > sent, 'they were on the wire');
    assert.equal(a.state(), 'MASTER');
    assert.equal(b.state(), 'BACKUP');

    const after = await rejections();
    for (const name of ['a', 'b'] as const) {
      const grown = Object.entries(after[name])
        .map(([reason, count]) => [reason, count - (before[name][reason] ?? 0)] as const)
        .filter(([, count]) => count > 0);
      console.log(`      ${name} counted: ${grown.map(([r, n]) => `${r} ${n}`).join(', ')}`);
      const total = grown.reduce((sum, [, count]) => sum + count, 0);
      assert.equal(total, frames.length, 'each is counted once');
      assert.ok(grown.length >= 7, 'under the reason of its own');
    }
  });

  /** Counters of both directors: of packets for an instance and for none. */
  async function rejections(): Promise<Record<'a' | 'b', Record<string, number>>> {
    const result: Record<'a' | 'b', Record<string, number>> = { a: {}, b: {} };
    for (const name of ['a', 'b'] as const) {
      const { vrrp } = await lab().director(name).status();
      assert.ok(vrrp);
      for (const counts of [vrrp.rejected, ...vrrp.instances.map(({ rejected }) => rejected)]) {
        for (const [reason, count] of Object.entries(counts)) {
          result[name][reason] = (result[name][reason] ?? 0) + count;
        }
      }
    }
    return result;
  }
});
