/** keepalived on one side, tandem on the other: passwords, sync groups, delays, checksums. */
import assert from 'node:assert/strict';
import { now, renderMillis, sleep } from './clock.js';
import type { Product } from './director.js';
import { sharedPair } from './shared-pair.js';
import { measured, type PairOptions, pairConfig, START_TIMEOUT, settled } from './steps.js';
import { labSuite } from './suite.js';

const SIDES: readonly { readonly a: Product; readonly b: Product }[] = [
  { a: 'tandem', b: 'keepalived' },
  { a: 'keepalived', b: 'tandem' },
];
/** Seconds. */
const ADVERT_INT = 0.3;
const QUICK: PairOptions = { version: 3, advertInt: ADVERT_INT };
const PREEMPT_DELAY = 2;
/** keepalived may claim the address this long after another has begun to, ms. */
const HANDOVER = 50;
/** A status is a question to another process, ms. */
const POLL = 200;

/** One of them is tandem: its status. */
const tandemOf = ({ a }: { readonly a: Product }): 'a' | 'b' => (a === 'tandem' ? 'a' : 'b');

labSuite('interop with keepalived: features', 'pair', function (lab) {
  const ready = sharedPair(this, lab);

  for (const sides of SIDES) {
    const title = `${sides.a} with priority 150, ${sides.b} with 100`;

    it(`auth_type PASS: ${title}`, async () => {
      const { capture, vip } = lab();
      const options: PairOptions = { ...sides, instance: password('secret') };
      const [b, tandem] = [lab().director('b'), lab().director(tandemOf(sides))];
      await ready(options);
      const since = now();
      await sleep(3000);
      assert.deepEqual(capture.adverts('b', since), []);

      // With another password neither hears the other.
      b.reload(pairConfig(lab(), 'b', { ...options, instance: password('other') }));
      await lab().eventually(() => lab().owners().length === 2, START_TIMEOUT, 'both are MASTER');
      // Once at least: keepalived 2.2.7 begins to wait anew with each advert that it rejects, and when
      // they come as often as its own are due it never sends a second.
      await lab().eventually(
        async () => ((await tandem.status()).vrrp?.instances[0]?.rejected['auth-failed'] ?? 0) >= 1,
        START_TIMEOUT,
        'tandem counts them by name',
        POLL,
      );
      b.reload(pairConfig(lab(), 'b', options));
      await settled(lab(), 'a', 'b');
      const together = now();
      await sleep(2500);
      assert.deepEqual(capture.conflicts(vip, 1000, together), []);
    });

    it(`preempt_delay: ${title}`, async () => {
      const { capture, vip } = lab();
      const [a, b] = [lab().director('a'), lab().director('b')];
      await ready({ ...QUICK, ...sides, instance: [`preempt_delay ${PREEMPT_DELAY}`] });
      await a.run('ip link set eth0 down');
      await lab().eventually(() => b.state() === 'MASTER', START_TIMEOUT, 'b takes over');
      const repaired = now();
      await a.run('ip link set eth0 up');
      await settled(lab(), 'a', 'b');
      const waited = capture.adverts('a', repaired)[0]!.at - repaired;
      measured(`${sides.a} preempts ${renderMillis(waited)} after the repair`);
      assert.ok(waited >= PREEMPT_DELAY * 1000 - 100, `${waited} ms`);
      assert.deepEqual(
        capture
          .conflicts(vip, ADVERT_INT * 1000, repaired)
          .filter(({ length }) => length > HANDOVER),
        [],
      );
    });

    it(`old_unicast_checksum on ${sides.a}: ${title}`, async () => {
      const { capture, vip } = lab();
      await ready({ ...QUICK, ...sides, unicast: true });
      const options: PairOptions = { ...QUICK, ...sides, unicast: true };
      // A rolling change: one node after the other; nobody may take over meanwhile.
      const changed = now();
      const old = { ...options, instance: ['old_unicast_checksum'] };
      lab()
        .director('a')
        .reload(pairConfig(lab(), 'a', old));
      await sleep(ADVERT_INT * 10_000);
      lab()
        .director('b')
        .reload(pairConfig(lab(), 'b', old));
      await sleep(ADVERT_INT * 10_000);
      await settled(lab(), 'a', 'b');
      const { vrrp } = await lab().director(tandemOf(sides)).status();
      if (sides.b === 'tandem') {
        assert.deepEqual(capture.adverts('b', changed), []);
        assert.equal(vrrp?.instances[0]?.peers[0]?.checksum, 'group-pseudo-header');
      } else {
        // keepalived that is told so does not believe the form that it sent itself until now: it has
        // to say something before it is answered in the new one.
        const conflicts = capture.conflicts(vip, ADVERT_INT * 1000, changed);
        assert.ok(conflicts.every(({ length }) => length < HANDOVER));
        assert.ok(capture.adverts('b', changed).length <= 2);
      }
      assert.deepEqual(vrrp?.instances[0]?.rejected, {});
    });
  }

  it('v3_checksum_as_v2: a rolling change of two tandems, in either order', async () => {
    const { capture } = lab();
    await ready(QUICK);
    const changed = now();
    const as = (value: string): PairOptions => ({
      ...QUICK,
      instance: [`v3_checksum_as_v2 ${value}`],
    });
    for (const [name, value] of [
      ['b', 'yes'],
      ['a', 'yes'],
      ['b', 'no'],
      ['a', 'no'],
    ] as const) {
      const director = lab().director(name);
      const { generation } = await director.status();
      director.reload(pairConfig(lab(), name, as(value)));
      await lab().eventually(
        async () => {
          const status = await director.status();
          return status.ready && status.generation > generation;
        },
        START_TIMEOUT,
        `${name} has v3_checksum_as_v2 ${value}`,
        POLL,
      );
      await sleep(ADVERT_INT * 6000);
      assert.deepEqual(lab().owners(), ['a'], `${name}: ${value}`);
    }
    assert.deepEqual(capture.adverts('b', changed), []);
    const seen = (await lab().director('b').status()).vrrp?.instances[0];
    assert.deepEqual(seen?.rejected, {});
    // b tells of each form that it hears. How many depends on who spoke first: where b was MASTER for
    // a moment at the start, a answers it as b made its own, and nothing changes.
    const told =
      lab()
        .director('b')
        .logs()
        .match(/checksum/gi)?.length ?? 0;
    assert.ok(told === 0 || told === 2, `told ${told} times`);
  });
});

labSuite('interop with keepalived: sync groups', 'twin', function (lab) {
  const ready = sharedPair(this, lab);

  for (const sides of SIDES) {
    it(`a wire of ${sides.a} fails: ${sides.b} takes over both, and both go back`, async () => {
      const { capture, vip } = lab();
      const innerVip = lab().topology.innerVip!;
      const [a, b] = [lab().director('a'), lab().director('b')];
      await ready({ ...QUICK, ...sides });
      for (const segment of ['inner', 'outer']) {
        const cut = now();
        await a.unplug(segment);
        for (const address of [vip, innerVip]) {
          await lab().eventually(() => b.holds(address), START_TIMEOUT, `b has ${address}`);
          await lab().eventually(() => !a.holds(address), START_TIMEOUT, `a lets go of ${address}`);
        }
        assert.equal(a.state('VI_1'), 'FAULT');
        assert.equal(a.state('VI_GATEWAY'), 'FAULT');
        if (segment === 'inner') {
          // What still has a wire says that it goes.
          const said = capture.adverts('a', cut).filter(({ priority }) => priority === 0);
          assert.notEqual(said.length, 0, 'priority 0');
        }
        await a.plug(segment);
        await settled(lab(), 'a', 'b');
        await lab().eventually(() => !b.holds(innerVip), START_TIMEOUT, 'b has neither');
        assert.deepEqual(
          capture.conflicts(vip, ADVERT_INT * 1000, cut).filter(({ length }) => length > HANDOVER),
          [],
        );
      }
    });
  }
});

function password(text: string): string[] {
  return ['authentication {', '    auth_type PASS', `    auth_pass ${text}`, '}'];
}
