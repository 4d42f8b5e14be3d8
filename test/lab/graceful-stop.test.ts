/** SIGTERM: the other node takes over first, then everything is withdrawn; exit code 0 within two seconds. */
import assert from 'node:assert/strict';
import { renderMillis, sleep } from './clock.js';
import { masterDownInterval } from './config-text.js';
import type { Product } from './director.js';
import { assertAtMost } from './noise.js';
import {
  LOW,
  longestOutage,
  measured,
  observeTakeOver,
  ownsAll,
  START_TIMEOUT,
  settled,
  startDirector,
  startPair,
} from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

/**
 * Two seconds are asked for; ending three Node processes takes the lab's processor most of that, and
 * one of a busy machine several times as long.
 */
const STOPS_WITHIN = 6000;
/** The lab's one processor is busy with the end of three processes meanwhile, ms. */
const NOTICEABLE = 200;
/** What a client may miss, ms: the successor is there before the addresses are withdrawn. */
const GAP = 20;

labSuite('graceful stop', 'nat', function (lab) {
  repeatInNoise(this, lab);

  it('the master hands over; it returns and takes back', async () => {
    const { vip, client, capture } = lab();
    const a = lab().director('a');
    await startPair(lab());
    const knocking = await client.knock(vip);
    const stopped = await a.stop('SIGTERM');
    measured(`exit code ${stopped.code} after ${renderMillis(stopped.tookMs)}`);
    assert.equal(stopped.code, 0);
    assertAtMost(stopped.tookMs, STOPS_WITHIN, stopped.at);
    assert.equal(ownsAll(lab(), a) || a.holds(vip), false);
    assert.deepEqual(a.table(), []);
    assert.equal((await a.ipvsadm('-L --daemon')).trim(), '');
    assert.ok(capture.adverts('a', stopped.at).some(({ priority }) => priority === 0));

    const over = await observeTakeOver(lab(), 'a', stopped.at);
    measured(`the VIP was silent for ${renderMillis(over.answeredAt - over.silentFrom)}`);
    // After priority 0 a backup waits its skew time only.
    const skew = masterDownInterval(LOW, 1) - 3000;
    const resigned = capture.adverts('a', stopped.at).find(({ priority }) => priority === 0)!;
    assertAtMost(over.firstAdvert - resigned.at, skew + 50, resigned.at);
    // Said once: it was not for want of a successor that it went.
    assert.equal(
      capture.adverts('a', stopped.at).filter(({ priority }) => priority === 0).length,
      1,
    );

    startDirector(lab(), 'a');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(capture.conflicts(vip, 1000, stopped.at), []);
    await knocking.stop();
  });

  it('a backup stops without anybody noticing', async () => {
    const { vip, client, capture } = lab();
    const b = lab().director('b');
    await startPair(lab());
    const knocking = await client.knock(vip);
    const stopped = await b.stop('SIGTERM');
    assert.equal(stopped.code, 0);
    assertAtMost(stopped.tookMs, STOPS_WITHIN, stopped.at);
    assert.deepEqual(capture.adverts('b', stopped.at), []);
    assert.deepEqual(b.table(), []);
    const { from, to } = longestOutage(await knocking.stop(stopped.at));
    // It answered all the time.
    assertAtMost((to ?? from) - from, NOTICEABLE, from);
  });
});

interface Peer {
  readonly title: string;
  readonly b: Product;
  readonly advertInt: number;
  readonly version: 2 | 3;
}

const PEERS: readonly Peer[] = [
  { title: 'tandem, advert_int 1', b: 'tandem', advertInt: 1, version: 2 },
  { title: 'tandem, version 3, advert_int 0.1', b: 'tandem', advertInt: 0.1, version: 3 },
  { title: 'keepalived, advert_int 1', b: 'keepalived', advertInt: 1, version: 2 },
  { title: 'keepalived, version 3, advert_int 0.1', b: 'keepalived', advertInt: 0.1, version: 3 },
];

labSuite('make before break at SIGTERM', 'pair', function (lab) {
  repeatInNoise(this, lab);

  for (const { title, ...options } of PEERS) {
    it(`the successor is ${title}: the client misses less than ${GAP} ms`, async () => {
      const { vip, client, capture } = lab();
      const a = lab().director('a');
      await startPair(lab(), options);
      const knocking = await client.knock(vip);
      await sleep(500);
      const stopped = await a.stop('SIGTERM');
      const over = await observeTakeOver(lab(), 'a', stopped.at);
      await knocking.stop();
      const gap = over.answeredAt - over.silentFrom;
      measured(`gap ${renderMillis(gap)}, stopped after ${renderMillis(stopped.tookMs)}`);
      assert.equal(stopped.code, 0);
      assertAtMost(stopped.tookMs, STOPS_WITHIN, stopped.at);
      assertAtMost(gap, GAP, over.silentFrom);
      assert.equal(a.holds(vip), false);
      // The successor was heard, so that nothing more had to be said.
      const said = capture.adverts('a', stopped.at).filter(({ priority }) => priority === 0);
      assert.equal(said.length, 1);
    });
  }

  it('without a successor the stop takes a skew time more, and a second SIGTERM none', async () => {
    const { vip, capture } = lab();
    const a = lab().director('a');
    const alone = async (): Promise<void> => {
      startDirector(lab(), 'a');
      await lab().eventually(
        () => a.holds(vip) && a.state() === 'MASTER',
        START_TIMEOUT,
        'a is MASTER',
      );
    };
    await alone();
    const patient = await a.stop('SIGTERM');
    measured(`alone: stopped after ${renderMillis(patient.tookMs)}`);
    assert.equal(patient.code, 0);
    assertAtMost(patient.tookMs, STOPS_WITHIN, patient.at);
    const said = capture.adverts('a', patient.at).filter(({ priority }) => priority === 0);
    assert.equal(said.length, 2);

    await alone();
    a.signal('SIGTERM');
    await sleep(200);
    assert.equal(a.holds(vip), true);
    const hurried = await a.stop('SIGTERM');
    measured(`told twice: stopped after ${renderMillis(hurried.tookMs)} more`);
    assert.equal(hurried.code, 0);
    assertAtMost(hurried.tookMs, patient.tookMs, hurried.at);
    assert.equal(a.holds(vip), false);
  });
});
