/**
 * A port has its carrier, and forwards only later, as a switch with spanning tree does: a node that
 * boots behind it must not take the VIP from a MASTER that it cannot hear yet.
 */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import {
  measured,
  type PairOptions,
  START_TIMEOUT,
  settled,
  startDirector,
  startPair,
} from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';
import { holdPort } from './wire.js';

/** Seconds. */
const ADVERT_INT = 0.3;
const OPTIONS: PairOptions = { version: 3, advertInt: ADVERT_INT };
/** Much longer than anybody waits for an advert, ms. */
const LATE = 8000;

labSuite('a link that forwards late', 'pair', function (lab) {
  repeatInNoise(this, lab);

  it('the worse node boots behind it: it does not take over, and nothing flaps', async () => {
    const { capture, network, vip } = lab();
    const b = lab().director('b');
    await startPair(lab(), OPTIONS);
    await b.powerOff();
    // A port of this switch forwards at once: nothing may come through it before it is held.
    const openOther = await holdPort(network, lab().director('a'));
    await b.powerOn();
    const booted = now();
    const open = await holdPort(network, b);
    await openOther();
    startDirector(lab(), 'b', OPTIONS);
    await lab().eventually(() => b.state() === 'BACKUP', START_TIMEOUT, 'b is BACKUP');
    await lab().always(() => !b.holds(vip), LATE, 'b does not take over');
    await open();
    await sleep(ADVERT_INT * 5000);
    await settled(lab(), 'a', 'b');
    measured(`b waited ${renderMillis(now() - booted)} behind its switch, and hears a`);
    assert.deepEqual(capture.adverts('b', booted), []);
    assert.doesNotMatch(b.logs(), /Entering MASTER/);
    assert.deepEqual(lab().owners(), ['a']);
  });
});
