import assert from 'node:assert/strict';
import { monotonicMicros } from '../../src/base/clock.js';
import { DrainingTimers } from '../../src/process/draining-timers.js';

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
      needsDrain: () => true,
      packetsReceived: () => packets,
      expire: (key) => expired.push(key),
    });
    let waiting = 5;
    const socket = setInterval(() => {}, 1);
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
    setTimeout(arrive, 0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    clearInterval(socket);
    assert.deepEqual(expired, []);
  });

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
