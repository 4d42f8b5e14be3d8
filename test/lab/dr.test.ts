/** LVS-DR: answers do not pass the director; the connection lives through the master's death. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { assertAtMost } from './noise.js';
import {
  killMachine,
  measured,
  settled,
  startDirector,
  startPair,
  syncedTo,
  takeOverBound,
} from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

labSuite('direct routing', 'dr', function (lab) {
  repeatInNoise(this, lab);

  it('serves, fails over and fails back', async () => {
    const { vip, client, capture } = lab();
    await startPair(lab());
    const start = now();
    const tally = await client.burst({ url: `http://${vip}/`, count: 10 });
    assert.deepEqual(tally, { r1: 5, r2: 5 });

    const echo = await client.openEcho(vip);
    const knocking = await client.knock(vip);
    await syncedTo(lab(), 'b', (await echo.report()).localPort);
    const over = await killMachine(lab(), 'a');
    measured(`VIP answers ${renderMillis(over.took)} after the last advert`);
    assertAtMost(over.took, takeOverBound(1, 2), over.lastAdvert);
    await sleep(over.sinceDeath + 500);
    const after = await echo.report();
    assert.equal(after.ended, null);
    assert.ok(after.sent - after.received < 10, 'it echoes again');
    assert.deepEqual(await client.burst({ url: `http://${vip}/`, count: 10 }), { r1: 5, r2: 5 });

    await lab().director('a').powerOn();
    startDirector(lab(), 'a');
    await settled(lab(), 'a', 'b');
    await sleep(500);
    const end = await echo.close();
    assert.equal(end.ended, null);
    assert.equal(end.wrong, 0);
    assert.ok(end.sent - end.received < 10);
    await knocking.stop();
    // Only directors answer ARP for the VIP, and only one at a time.
    assert.deepEqual(capture.conflicts(vip, 1000, over.died), []);
    assert.ok(capture.owners(vip, 1000, start).every(({ owner }) => ['a', 'b'].includes(owner)));
  });
});
