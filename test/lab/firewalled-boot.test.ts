/**
 * A node boots behind a stateful firewall that lets protocol 112 in only after the node has sent some
 * itself: with nopreempt it must not take the VIP from a MASTER that it cannot hear yet.
 */
import assert from 'node:assert/strict';
import { now, sleep } from './clock.js';
import { must } from './program.js';
import { type PairOptions, START_TIMEOUT, settled, speakTo, startDirector } from './steps.js';
import { labSuite, repeatInNoise } from './suite.js';

/** Seconds. */
const ADVERT_INT = 0.3;
const RULES = `
*filter
-A INPUT -p 112 -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A INPUT -p 112 -j DROP
COMMIT
`;

labSuite('protocol 112 firewalled at boot', 'pair', function (lab) {
  repeatInNoise(this, lab);

  for (const peer of ['tandem', 'keepalived'] as const) {
    it(`nopreempt does not steal from ${peer}`, async () => {
      const { capture } = lab();
      const options: PairOptions = {
        version: 3,
        advertInt: ADVERT_INT,
        unicast: true,
        instance: ['nopreempt'],
        b: peer,
      };
      const [a, b] = [lab().director('a'), lab().director('b')];
      startDirector(lab(), 'b', options);
      speakTo(lab(), b);
      await lab().eventually(() => b.state() === 'MASTER', START_TIMEOUT, 'b is MASTER');
      await must(['iptables-legacy-restore'], { netns: a.netns, input: RULES });
      const booted = now();
      startDirector(lab(), 'a', options);
      await settled(lab(), 'b', 'a');
      await sleep(ADVERT_INT * 10_000);
      assert.deepEqual(lab().owners(), ['b']);
      assert.equal(a.state(), 'BACKUP');
      assert.doesNotMatch(a.logs(), /Entering MASTER/);
      assert.ok(capture.adverts('b', booted).length > 10);

      // And it is no worse a backup for that.
      await b.powerOff();
      await lab().eventually(() => a.state() === 'MASTER', START_TIMEOUT, 'a takes over');
      await b.powerOn();
      startDirector(lab(), 'b', options);
      await settled(lab(), 'a', 'b');
    });
  }
});
