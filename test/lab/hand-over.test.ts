/** `tandem failover`: the new MASTER is there before the old one goes, and nobody is without an answer. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { assertAtMost } from './noise.js';
import { measured, observeTakeOver, type PairOptions, settled, startPair } from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

const PEERS: readonly (PairOptions & { readonly title: string; readonly advertInt: number })[] = [
  { title: 'tandem takes over, advert_int 1', advertInt: 1 },
  { title: 'keepalived takes over, advert_int 1', advertInt: 1, b: 'keepalived' },
  { title: 'keepalived takes over, version 3, 0.1', advertInt: 0.1, version: 3, b: 'keepalived' },
];
/** What a client may miss, ms. */
const GAP = 20;

labSuite('planned hand-over', 'pair', function (lab) {
  // Switched off and on between tries: a standby would outlive the one that failed.
  repeatInNoise(this, lab);
  afterEach(() => lab().client.rest());

  for (const { title, ...options } of PEERS) {
    it(title, async () => {
      const { vip, client, capture } = lab();
      const a = lab().director('a');
      await startPair(lab(), options);
      const knocking = await client.knock(vip);
      await sleep(options.advertInt * 2000);

      const begun = now();
      const over = await a.tandem('tandem', ['failover', 'VI_1']);
      assert.match(over.stdout, /^VI_1: BACKUP after /m);
      const handed = await observeTakeOver(lab(), 'a', begun);
      const gap = handed.answeredAt - handed.silentFrom;
      measured(
        `handed over in ${renderMillis(handed.firstAdvert - begun)}, gap ${renderMillis(gap)}`,
      );
      assertAtMost(gap, GAP, handed.silentFrom);
      // No priority 0: nobody had to give up.
      assert.ok(capture.adverts('a', begun).every(({ priority }) => priority > 0));
      await settled(lab(), 'b', 'a');

      // Standby holds: its priority is the higher one, and it does not preempt.
      await sleep(options.advertInt * 5000);
      assert.equal(a.state(), 'BACKUP');
      await a.tandem('tandem', ['failback', 'VI_1']);
      await settled(lab(), 'a', 'b');
      await knocking.stop();
    });
  }
});
