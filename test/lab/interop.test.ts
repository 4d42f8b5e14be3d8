/** keepalived on one side, tandem on the other: elect, fail over, fail back, both ways round. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import { VIP_IPV6 } from './config-text.js';
import type { Product } from './director.js';
import { assertAtMost } from './noise.js';
import {
  killMachine,
  measured,
  observeTakeOver,
  type PairOptions,
  settled,
  startDirector,
  startPair,
  takeOverBound,
} from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

const VERSIONS: readonly (PairOptions & { readonly title: string })[] = [
  { title: 'version 2', version: 2, advertInt: 1 },
  { title: 'version 3', version: 3, advertInt: 0.1 },
  { title: 'version 2, unicast', version: 2, advertInt: 1, unicast: true },
  { title: 'version 3, unicast', version: 3, advertInt: 0.1, unicast: true },
  { title: 'version 3, IPv6', version: 3, advertInt: 0.1, family: 'ipv6' },
];
/** How long a director is let reign, so that the client has had answers of it, ms. */
const REIGN = 500;
/** The strict bound is the fail-over's own test; here a start beside it may cost this much, ms. */
const NOISE = 150;
/** keepalived may claim the address this long after another has begun to, ms. */
const HANDOVER = 50;
/** What a client may miss of a stop of tandem, ms. */
const GAP = 20;
const SIDES: readonly { readonly a: Product; readonly b: Product }[] = [
  { a: 'tandem', b: 'keepalived' },
  { a: 'keepalived', b: 'tandem' },
];

labSuite('interop with keepalived', 'pair', function (lab) {
  repeatInNoise(this, lab);

  for (const timing of VERSIONS) {
    for (const sides of SIDES) {
      const { version = 2, advertInt = 1, family } = timing;
      const title = `${timing.title}: ${sides.a} with priority 150, ${sides.b} with 100`;

      it(`${title}: elect, fail over, fail back, stop, return`, async () => {
        const { vip, client, capture } = lab();
        const options = { ...timing, ...sides };
        await startPair(lab(), options);
        const start = now();
        const knocking = await client.knock(vip);
        await sleep(advertInt * 2000);

        // The machine of the one dies, the other takes over within its timer.
        const over = await killMachine(lab(), 'a');
        measured(`${sides.b} answers ${renderMillis(over.took)} after ${sides.a}'s last advert`);
        // keepalived is measured only; the bound is for tandem.
        if (sides.b === 'tandem') {
          assertAtMost(over.took, takeOverBound(advertInt, version) + NOISE, over.lastAdvert);
        }

        // It returns and preempts.
        await lab().director('a').powerOn();
        startDirector(lab(), 'a', options);
        await settled(lab(), 'a', 'b');
        await sleep(REIGN);

        // It stops in an orderly way: priority 0 shortens the wait.
        const stopped = await lab().director('a').stop();
        assert.equal(stopped.code, 0);
        const handed = await observeTakeOver(lab(), 'a', stopped.at);
        const silent = handed.answeredAt - handed.silentFrom;
        measured(
          `after a graceful stop of ${sides.a} the VIP was silent for ${renderMillis(silent)}`,
        );
        // tandem serves until the other has taken over; keepalived leaves the skew time unserved.
        assertAtMost(silent, sides.a === 'tandem' ? GAP : 1500, handed.silentFrom);

        // And returns once more.
        startDirector(lab(), 'a', options);
        await settled(lab(), 'a', 'b');
        await knocking.stop();
        // What the adverts claim. keepalived's last one may cross the first of the director that
        // preempts it.
        const address = family === 'ipv6' ? VIP_IPV6 : vip;
        const conflicts = capture.conflicts(address, advertInt * 1000, start);
        assert.ok(
          conflicts.every(({ length }) => length < HANDOVER),
          conflicts
            .map(({ from, length }) => capture.excerpt(from - HANDOVER, from + length + HANDOVER))
            .join('\n\n'),
        );
        const spans = capture.owners(address, advertInt * 1000, start);
        const owners = capture.succession(address, advertInt * 1000, start);
        assert.deepEqual(owners, ['a', 'b', 'a', 'b', 'a'], JSON.stringify(spans));
        if (family !== 'ipv6') return;
        for (const host of ['a', 'b']) {
          const announced = capture.neighbours(VIP_IPV6, host, start);
          assert.notEqual(announced.length, 0);
          assert.ok(announced.every(({ override }) => override));
        }
      });
    }
  }
});
