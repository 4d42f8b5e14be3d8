import assert from 'node:assert/strict';
import { monotonicMicros } from '../../src/base/clock.js';
import { DrainingTimers } from '../../src/process/draining-timers.js';

const NOW = 1_000_000_000;

/** Lets the event loop turn until `done` says so; bounded. */
async function turns(done: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !done(); i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('draining timers', () => {
  it('hands on at once what needs no drain, and the rest after quiet turns', async () => {
    const expired: string[] = [];
    const timers = new DrainingTimers<string>({
      needsDrain: (key) => key === 'master-down',
      packetsReceived: () => 0,
      expire: (key) => expired.push(key),
    });
    const now = monotonicMicros();
    timers.arm('master-down', now - 2_000);
    timers.arm('advert', now - 1_000);
    await turns(() => expired.length === 2);
    assert.deepEqual(expired, ['advert', 'master-down']);
  });

  it('holds an expiry while packets come, so that one of them can make it stale', async () => {
    const expired: string[] = [];
    let packets = 0;
    const timers = new DrainingTimers<string>({
      needsDrain: () => {
        setImmediate(arrive);
        return true;
      },
      packetsReceived: () => packets,
      expire: (key) => expired.push(key),
    });
    let waiting = 5;
    const arrive = (): void => {
      if (waiting-- === 0) {
        // The last packet is the living master's advert: the engine cancels the timer.
        timers.cancel('master-down');
        return;
      }
      packets++;
      setImmediate(arrive);
    };
    timers.arm('master-down', monotonicMicros() - 1);
    await turns(() => waiting < 0);
    for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(expired, []);
    assert.equal(packets, 5);
  });

  it('reads the sockets at once for a timer that is on time', async () => {
    const expired: string[] = [];
    let read = 0;
    const timers = new DrainingTimers<string>({
      clock: () => NOW,
      needsDrain: () => true,
      packetsReceived: () => read,
      readAll: () => {
        // The living master's advert for one of them.
        if (++read === 1) timers.cancel('stale');
        return true;
      },
      expire: (key) => expired.push(key),
    });
    timers.arm('stale', NOW);
    timers.arm('master-down', NOW);
    await turns(() => expired.length > 0);
    assert.deepEqual(expired, ['master-down']);
  });

  for (const { title, late, isEmpty } of [
    { title: 'there is more to read', late: 0, isEmpty: false },
    { title: 'a stall has made it late', late: 1_000_000, isEmpty: true },
  ]) {
    it(`waits for quiet turns when ${title}`, async () => {
      const expired: string[] = [];
      let packets = 0;
      const timers = new DrainingTimers<string>({
        clock: () => NOW,
        needsDrain: () => {
          setImmediate(arrive);
          return true;
        },
        packetsReceived: () => packets,
        readAll: () => isEmpty,
        expire: (key) => expired.push(key),
      });
      let turnsHeld = 0;
      const arrive = (): void => {
        if (expired.length > 0) return;
        if (turnsHeld++ < 3) packets++;
        setImmediate(arrive);
      };
      timers.arm('master-down', NOW - late);
      await turns(() => expired.length > 0);
      assert.ok(turnsHeld > 3, `${turnsHeld} turns`);
    });
  }

  it('does not hold it for ever under a flood', async () => {
    const expired: string[] = [];
    let packets = 0;
    const timers = new DrainingTimers<string>({
      needsDrain: () => true,
      packetsReceived: () => packets++,
      expire: (key) => expired.push(key),
    });
    timers.arm('master-down', monotonicMicros() - 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(expired, ['master-down']);
  });
});
