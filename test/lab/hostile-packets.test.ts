/** Packets that nobody should send change no state, and are counted by what is wrong with them. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { VRID } from './config-text.js';
import { type AdvertShape, advertFrame, sendFrames } from './frames.js';
import { measured, startPair } from './steps.js';
import { labSuite } from './suite.js';

const EACH = 3;
/** Packets a second, and for how long. */
const RATE = 10_000;
const FLOOD_SECONDS = 3;

labSuite('hostile packets', 'pair', (lab) => {
  it('are dropped and counted by reason, by a MASTER and by a BACKUP', async () => {
    const { vip, client, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab());
    const spoiled = spoiledAdverts(vip);
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

  it('ten thousand a second while electing: the election goes on, the log stays short', async () => {
    const { vip, client } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    const frames = Object.values(spoiledAdverts(vip)).map(advertFrame);
    const before = await rejections();
    const lines = b.logs().split('\n').length;
    const flood = { rounds: Math.ceil((RATE * FLOOD_SECONDS) / frames.length), perSecond: RATE };
    const begun = now();
    const sending = sendFrames(client, 'eth0', frames, flood);
    await sleep(1000);
    assert.deepEqual(lab().owners(), ['a'], 'nobody believes them');
    const died = await a.powerOff();
    await lab().eventually(() => b.state() === 'MASTER', 10_000, 'b takes over in the flood');
    measured(`b is MASTER ${renderMillis(now() - died)} after the death of a`);
    await sending;
    measured(`${frames.length * flood.rounds} packets were sent in ${renderMillis(now() - begun)}`);
    await lab().always(() => b.holds(vip), 1000, 'b stays');
    const told = b
      .logs()
      .split('\n')
      .slice(lines - 1);
    console.log(`      b wrote ${told.length} lines`);
    assert.ok(told.length < 60, told.join('\n'));
    assert.deepEqual(
      told.flatMap((line) => /Entering \w+ STATE/.exec(line)?.[0] ?? []),
      ['Entering MASTER STATE'],
    );
    const after = (await b.status()).vrrp!;
    const counted = { ...after.rejected, ...after.instances[0]!.rejected };
    const grown = Object.entries(counted).filter(([why, n]) => n > (before.b[why] ?? 0) + 100);
    console.log(`      b counted: ${grown.map(([why, n]) => `${why} ${n}`).join(', ')}`);
    assert.ok(grown.length >= 7, 'each under its name');
    const alarms = after.instances[0]!.alarms.map(({ kind }) => kind);
    assert.deepEqual(alarms, ['foreign-router']);
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

/** Adverts by what is wrong with them. All would make either give up, or take over, if believed. */
function spoiledAdverts(vip: string): Readonly<Record<string, AdvertShape>> {
  const good: AdvertShape = {
    source: '172.25.254.10',
    vrid: VRID,
    priority: 254,
    addresses: [vip],
  };
  return {
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
    'no address': { ...good, addresses: [], count: 0 },
    'priority of the owner, other addresses': {
      ...good,
      priority: 255,
      addresses: ['172.25.254.201', '172.25.254.202'],
    },
  };
}
