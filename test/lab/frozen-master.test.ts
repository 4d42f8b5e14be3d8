/** The master's VRRP process is frozen and goes on later: one owner, and everybody knows which. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import type { Product } from './director.js';
import { kill, macOf } from './network.js';
import { assertAtMost } from './noise.js';
import { sharedPair } from './shared-pair.js';
import { measured, type PairOptions, START_TIMEOUT, settled } from './steps.js';
import { labSuite } from './suite.js';
import { neighbourOf } from './wire.js';

/** Seconds. 30 of them are less than the supervisor gives a process that hangs (12 s). */
const ADVERT_INT = 0.3;
/** The second burst comes early: a loser that forgot to cancel it would send it while we look. */
const OPTIONS: PairOptions = {
  version: 3,
  advertInt: ADVERT_INT,
  instance: ['garp_master_delay 1'],
};
const SECOND_BURST = 1000;
const CASES: readonly { readonly times: number; readonly peer: Product }[] = [
  { times: 4, peer: 'tandem' },
  { times: 30, peer: 'tandem' },
  { times: 4, peer: 'keepalived' },
];

labSuite('frozen master', 'pair', function (lab) {
  const ready = sharedPair(this, lab);

  it('for 1.2 advert_int: nobody takes over', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await ready(OPTIONS);
    const since = now();
    for (let i = 0; i < 3; i++) {
      await freeze(1.2);
      await sleep(ADVERT_INT * 2000);
    }
    assert.equal(b.state(), 'BACKUP');
    assert.equal(a.state(), 'MASTER');
    assert.deepEqual(capture.adverts('b', since), []);
    assert.deepEqual(lab().owners(), ['a']);
    assert.equal(neighbourOf(lab().client, vip) ?? macOf(a.address()), macOf(a.address()));
  });

  for (const { times, peer } of CASES) {
    it(`for ${times} advert_int: ${peer} takes over and gives back`, async () => {
      const { vip, client, capture } = lab();
      const [a, b] = [lab().director('a'), lab().director('b')];
      await ready({ ...OPTIONS, b: peer });
      // Somebody on the wire who has the address in its ARP cache, and keeps asking.
      const knocking = await client.knock(vip);
      await lab().eventually(() => neighbourOf(client, vip), 5000, 'the client knows the VIP');
      const frozen = now();
      const resumed = await freeze(times, () => b.holds(vip) && b.state() === 'MASTER');
      await lab().eventually(
        () => !b.holds(vip) && b.state() === 'BACKUP',
        START_TIMEOUT,
        'b lets go of it',
      );
      await settled(lab(), 'a', 'b');
      await sleep(SECOND_BURST + ADVERT_INT * 2000);
      await knocking.stop();

      const lastOfLoser = capture.adverts('b', frozen).at(-1)!;
      measured(`b's last advert came ${renderMillis(lastOfLoser.at - resumed)} after SIGCONT`);
      // One owner after an advert_int.
      assertAtMost(lastOfLoser.at - resumed, ADVERT_INT * 1000, resumed);
      const lastClaim = capture.announcements(vip, 'b', frozen).at(-1)!;
      const known = capture.announcements(vip, 'a', Math.max(lastClaim.at, lastOfLoser.at));
      assert.notEqual(known.length, 0, "a announced it after b's last announcement and advert");
      assert.equal(neighbourOf(client, vip), macOf(a.address()), 'the client believes a');
      assert.deepEqual(lab().owners(), ['a']);
    });
  }

  /**
   * Stops a's VRRP process for some advert_int, and for as long as it takes until something is so.
   * @returns when it went on.
   */
  async function freeze(times: number, until: () => boolean = () => true): Promise<number> {
    const pid = lab().director('a').pidOf('vrrp')!;
    assert.ok(kill(pid, 'SIGSTOP'));
    try {
      await sleep(times * ADVERT_INT * 1000);
      await lab().eventually(until, START_TIMEOUT, 'what happens while a is frozen');
    } finally {
      kill(pid, 'SIGCONT');
    }
    return now();
  }
});
