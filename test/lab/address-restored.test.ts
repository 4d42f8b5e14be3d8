/** Something else removes the address, or the interface goes down: the VIP is soon back somewhere. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { assertAtMost } from './noise.js';
import { longestOutage, measured, settled, startPair } from './steps.js';
import { labSuite } from './suite.js';

const RESTORED_WITHIN = 1000;

labSuite('addresses removed behind our back', 'pair', (lab) => {
  it('ip addr flush of the VIP: back in less than a second, and announced', async () => {
    const { vip, client, capture } = lab();
    const a = lab().director('a');
    await startPair(lab());
    const watch = a.watchAddresses();
    const knocking = await client.knock(vip);
    await sleep(500);
    assert.equal((await a.run(`ip addr del ${vip}/24 dev eth0`)).code, 0);
    const gone = await lab().eventually(() => watch.first(vip, 0), 2000, 'the VIP was removed');
    const back = await lab().eventually(() => watch.first(vip, gone, true), 2000, 'it is back');
    watch.stop();
    await sleep(500);
    const { from, to } = longestOutage(await knocking.stop(gone - 100));
    measured(
      `back after ${renderMillis(back - gone)}, ` +
        `the VIP was silent for ${to === null ? 'less than 30 ms' : renderMillis(to - from)}`,
    );
    assertAtMost(back - gone, RESTORED_WITHIN, gone);
    assertAtMost((to ?? from) - from, RESTORED_WITHIN, from);
    assert.ok(capture.announcements(vip, 'a', gone).length > 0, 'it was announced again');
    assert.deepEqual(lab().owners(), ['a']);
  });

  it('ip addr flush of the interface: the VIP is on one of them again', async () => {
    const { vip } = lab();
    const a = lab().director('a');
    await a.run('ip addr flush dev eth0');
    // Without an address of its own it cannot send adverts: it may keep or give up the VIP, and in
    // the end one node has it.
    await sleep(RESTORED_WITHIN);
    await lab().eventually(() => lab().owners().length === 1, 6000, 'one owner');
    await a.run('ip addr add 172.25.254.11/24 brd + dev eth0');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(lab().owners(), ['a']);
    assert.ok(a.holds(vip));
  });

  it('interface down: FAULT and fail-over; up: it takes back', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    const began = now();
    await a.run('ip link set eth0 down');
    await lab().eventually(() => a.state() === 'FAULT', 3000, 'a is in FAULT');
    await lab().eventually(() => b.holds(vip), 6000, 'b takes over');
    assert.equal(a.holds(vip), false);
    await a.run('ip link set eth0 up');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(capture.conflicts(vip, 1000, began), []);
  });

  it('cable pulled and plugged in again', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    const began = now();
    await a.unplug();
    await lab().eventually(() => b.holds(vip), 6000, 'b takes over');
    await lab().eventually(() => !a.holds(vip), 3000, 'a lets go of it');
    await a.plug();
    await settled(lab(), 'a', 'b');
    assert.deepEqual(capture.conflicts(vip, 1000, began), []);
  });
});
