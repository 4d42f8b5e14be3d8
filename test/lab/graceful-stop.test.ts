/** SIGTERM: priority 0, everything withdrawn, exit code 0 within two seconds. */
import assert from 'node:assert/strict';
import { renderMillis } from './clock.js';
import { masterDownInterval } from './config-text.js';
import {
  LOW,
  longestOutage,
  measured,
  observeTakeOver,
  ownsAll,
  settled,
  startDirector,
  startPair,
} from './steps.js';
import { labSuite } from './suite.js';

/** The lab's one processor is busy with the end of three processes meanwhile, ms. */
const NOTICEABLE = 200;

labSuite('graceful stop', 'nat', (lab) => {
  it('the master hands over; it returns and takes back', async () => {
    const { vip, client, capture } = lab();
    const a = lab().director('a');
    await startPair(lab());
    const knocking = await client.knock(vip);
    const stopped = await a.stop('SIGTERM');
    measured(`exit code ${stopped.code} after ${renderMillis(stopped.tookMs)}`);
    assert.equal(stopped.code, 0);
    assert.ok(stopped.tookMs < 2000, `${stopped.tookMs} ms`);
    assert.equal(ownsAll(lab(), a) || a.holds(vip), false);
    assert.deepEqual(a.table(), []);
    assert.equal((await a.ipvsadm('-L --daemon')).trim(), '');
    assert.ok(capture.adverts('a', stopped.at).some(({ priority }) => priority === 0));

    const over = await observeTakeOver(lab(), 'a', stopped.at);
    measured(`the VIP was silent for ${renderMillis(over.answeredAt - over.silentFrom)}`);
    // After priority 0 a backup waits its skew time only.
    const skew = masterDownInterval(LOW, 1) - 3000;
    const resigned = capture.adverts('a', stopped.at).find(({ priority }) => priority === 0)!;
    assert.ok(over.firstAdvert - resigned.at < skew + 50, `${over.firstAdvert - resigned.at} ms`);

    startDirector(lab(), 'a');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(capture.conflicts(vip, 1000, stopped.at), []);
    await knocking.stop();
  });

  it('a backup stops without anybody noticing', async () => {
    const { vip, client, capture } = lab();
    const b = lab().director('b');
    const knocking = await client.knock(vip);
    const stopped = await b.stop('SIGTERM');
    assert.equal(stopped.code, 0);
    assert.ok(stopped.tookMs < 2000, `${stopped.tookMs} ms`);
    assert.deepEqual(capture.adverts('b', stopped.at), []);
    assert.deepEqual(b.table(), []);
    const { from, to } = longestOutage(await knocking.stop(stopped.at));
    assert.ok((to ?? from) - from < NOTICEABLE, 'the VIP answered all the time');
  });
});
