/** Adverts are lost in one direction: two masters while it lasts, and one as soon as it is over. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { macOf } from './network.js';
import { assertAtMost } from './noise.js';
import { sharedPair } from './shared-pair.js';
import { measured, type PairOptions, START_TIMEOUT, settled } from './steps.js';
import { labSuite } from './suite.js';
import { loseAdverts, neighbourOf } from './wire.js';

/** Seconds. */
const ADVERT_INT = 0.3;
const OPTIONS: PairOptions = {
  version: 3,
  advertInt: ADVERT_INT,
  instance: ['garp_master_delay 1'],
};
const LASTS = 5000;

labSuite('adverts lost in one direction', 'pair', function (lab) {
  const ready = sharedPair(this, lab);

  it('the MASTER does not hear the BACKUP: nothing happens, then or when it stops', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await ready(OPTIONS);
    const deaf = now();
    const heal = await loseAdverts(a, b.address());
    await lab().always(() => a.holds(vip) && !b.holds(vip), LASTS / 2, 'a only');
    await heal();
    assert.deepEqual(capture.adverts('b', deaf), []);
  });

  it('one that is deaf comes back with the higher priority: one owner after it hears', async () => {
    const { vip, client, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await ready(OPTIONS);
    const heal = await loseAdverts(b, a.address());
    const deaf = now();
    // b serves, too, and its adverts say so; a hears none of them.
    const healOther = await loseAdverts(a, b.address());
    await lab().eventually(() => b.state() === 'MASTER', START_TIMEOUT, 'b hears nobody');
    await sleep(ADVERT_INT * 4000);
    // First a hears, then b: whoever is better stays, whatever comes first.
    await healOther();
    await sleep(ADVERT_INT * 2000);
    assert.equal(a.state(), 'MASTER');
    await heal();
    await settled(lab(), 'a', 'b');
    await sleep(1000 + ADVERT_INT * 2000);
    const lastClaim = capture.announcements(vip, 'b', deaf).at(-1)!;
    assert.notEqual(capture.announcements(vip, 'a', lastClaim.at).length, 0);
    assert.equal(neighbourOf(client, vip) ?? macOf(a.address()), macOf(a.address()));
    assert.deepEqual(lab().owners(), ['a']);
  });

  for (const peer of ['tandem', 'keepalived'] as const) {
    it(`the BACKUP (${peer}) does not hear the MASTER: one owner after it does`, async () => {
      const { vip, client, capture } = lab();
      const [a, b] = [lab().director('a'), lab().director('b')];
      await ready({ ...OPTIONS, b: peer });
      const knocking = await client.knock(vip);
      const deaf = now();
      const heal = await loseAdverts(b, a.address());
      try {
        await lab().eventually(() => b.state() === 'MASTER', START_TIMEOUT, 'b hears nobody');
        await sleep(LASTS);
        assert.equal(a.state(), 'MASTER', 'a hears a lower priority, and stays');
        const alarms = (await a.status()).vrrp?.instances[0]?.alarms ?? [];
        assert.deepEqual(
          alarms.map(({ kind, source }) => [kind, source]),
          [['split-brain', b.address()]],
        );
        await lab().logged(a, /split brain suspected: 172\.25\.254\.12/);
        if (peer === 'tandem') {
          // b hears nobody, and asks who holds the address.
          const [alarm] = (await b.status()).vrrp?.instances[0]?.alarms ?? [];
          assert.match(alarm?.text ?? '', /^split brain suspected: .* answers for/);
          assert.equal(alarm?.mac, macOf(a.address()));
          await lab().logged(b, /split brain suspected/);
        }
      } finally {
        await heal();
      }
      const healed = now();
      await settled(lab(), 'a', 'b');
      await sleep(1000 + ADVERT_INT * 2000);
      await knocking.stop();
      const lastOfLoser = capture.adverts('b', deaf).at(-1)!;
      measured(`b's last advert came ${renderMillis(lastOfLoser.at - healed)} after the healing`);
      assertAtMost(lastOfLoser.at - healed, ADVERT_INT * 1000 + 100, healed);
      const lastClaim = capture.announcements(vip, 'b', deaf).at(-1)!;
      const since = Math.max(lastClaim.at, lastOfLoser.at);
      assert.notEqual(capture.announcements(vip, 'a', since).length, 0, 'the winner announced it');
      assert.equal(neighbourOf(client, vip), macOf(a.address()), 'the client believes a');
      assert.deepEqual(lab().owners(), ['a']);
    });
  }
});
