/** Processes of the daemon are killed: what is left of them on the machine. */
import assert from 'node:assert/strict';
import { renderMillis, sleep } from './clock.js';
import { assertAtMost } from './noise.js';
import { measured, ownsAll, START_TIMEOUT, settled, startDirector, startPair } from './steps.js';
import { labSuite } from './suite.js';

/** What the issue allows. */
const WITHDRAWN_WITHIN = 200;

labSuite('kill -9', 'nat', (lab) => {
  it('of the vrrp process: adverts end, the address goes, the other takes over', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab());
    const watch = a.watchAddresses();
    await sleep(500);
    const killed = a.kill('vrrp');
    const gone = await lab().eventually(() => watch.first(vip, killed), 5000, 'the VIP is gone');
    measured(`the VIP was withdrawn after ${renderMillis(gone - killed)}`);
    assertAtMost(gone - killed, WITHDRAWN_WITHIN, killed);
    const resigned = await lab().eventually(
      () => capture.adverts('a', killed).find(({ priority }) => priority === 0),
      5000,
      'an advert of priority 0',
    );
    measured(`priority 0 was sent after ${renderMillis(resigned.at - killed)}`);
    assertAtMost(resigned.at - killed, WITHDRAWN_WITHIN, killed);
    const late = capture.adverts('a', resigned.at + 1).filter((x) => x.at < killed + 600);
    assert.deepEqual(late, [], 'nothing more comes from it');
    await lab().eventually(() => ownsAll(lab(), b), 3000, 'b takes over');
    watch.stop();
    // Its supervisor starts it again, and it preempts.
    await lab().eventually(() => a.pidOf('vrrp'), START_TIMEOUT, 'a new vrrp process');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(capture.conflicts(vip, 1000, killed), []);
  });

  it('of the checker: the table stays, and is adopted', async () => {
    const a = lab().director('a');
    const before = a.table().map(({ name }) => name);
    const killed = a.kill('checker');
    await lab().always(() => a.table().length === before.length, 2000, 'all services are there');
    const pid = await lab().eventually(() => a.pidOf('checker'), START_TIMEOUT, 'a new checker');
    assert.ok(pid);
    assert.ok(a.holds(lab().vip), 'the address has nothing to do with it');
    const gaps = lab()
      .capture.adverts('a', killed)
      .map(({ at }, i, all) => at - (all[i - 1]?.at ?? at));
    assertAtMost(Math.max(...gaps), 1500, killed);
  });

  it('of every process: the clean-up command withdraws what is left', async () => {
    const { vip } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    a.kill('all');
    await sleep(100);
    assert.ok(a.holds(vip), 'nobody was left to withdraw it');
    const released = await a.release();
    assert.equal(released.code, 0, released.stderr + released.stdout);
    assert.equal(ownsAll(lab(), a) || a.holds(vip), false);
    await lab().eventually(() => ownsAll(lab(), b), 6000, 'b takes over');
    assert.deepEqual(lab().owners(), ['b']);
  });

  it('of the supervisor: its children release and end', async () => {
    const b = lab().director('b');
    b.kill('main');
    await lab().eventually(() => !b.holds(lab().vip), 2000, 'the address is withdrawn');
    await lab().eventually(() => b.pids().length === 0, 5000, 'no process is left');
    assert.deepEqual(lab().owners(), []);
  });

  it('of every process, and a start without a clean-up: what is left is adopted', async () => {
    const { vip, capture } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab());
    const before = a.table().map(({ name }) => name);
    a.kill('all');
    await lab().eventually(() => a.pids().length === 0, 5000, 'all are gone');
    assert.ok(a.holds(vip), 'nobody was left to withdraw it');
    assert.deepEqual(
      a.table().map(({ name }) => name),
      before,
    );
    startDirector(lab(), 'a');
    await settled(lab(), 'a', 'b');
    assert.deepEqual(lab().owners(), ['a']);
    // From then on there is one again: b was MASTER meanwhile, and a had the address until it started.
    const together = capture.adverts('b').at(-1)!.at;
    await sleep(2500);
    assert.deepEqual(capture.conflicts(vip, 1000, together + 1), []);
    assert.ok(capture.announcements(vip, 'a', together).length > 0, 'the winner announced it');
    assert.doesNotMatch(a.logs(), /EEXIST|File exists/i);
    assert.equal(b.state(), 'BACKUP');
  });
});
