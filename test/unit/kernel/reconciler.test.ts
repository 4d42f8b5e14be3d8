import assert from 'node:assert/strict';
import { Reconciler, type ReconcilerOptions } from '../../../src/kernel/reconciler.js';
import { FakeScheduler, turn } from '../../fake/kernel-scheduler.js';

/** A reconciler whose passes the test ends: with a report, or an error. */
function setup(options: Partial<ReconcilerOptions<string>> = {}) {
  const scheduler = new FakeScheduler();
  const running: { resolve(report: string): void; reject(error: unknown): void }[] = [];
  const reports: string[] = [];
  const errors: unknown[] = [];
  let passes = 0;
  const reconciler = new Reconciler<string>({
    pass: () => {
      passes++;
      return new Promise((resolve, reject) => running.push({ resolve, reject }));
    },
    isComplete: (report) => report === 'complete',
    onReport: (report) => reports.push(report),
    onError: (error) => errors.push(error),
    scheduler,
    ...options,
  });
  const end = async (report: string | Error): Promise<void> => {
    const pass = running.shift();
    assert.ok(pass, 'no pass is under way');
    if (typeof report === 'string') pass.resolve(report);
    else pass.reject(report);
    await turn();
  };
  return { reconciler, scheduler, reports, errors, end, passes: () => passes };
}

describe('kernel: reconciler', () => {
  it('does nothing before it is asked, then passes at once', async () => {
    const { reconciler, scheduler, passes, end, reports } = setup();
    await scheduler.advance(60_000);
    assert.equal(passes(), 0);
    reconciler.trigger();
    assert.equal(passes(), 1);
    await end('complete');
    assert.deepEqual(reports, ['complete']);
  });

  it('meets any number of wishes during a pass by one more', async () => {
    const { reconciler, passes, end } = setup();
    reconciler.trigger();
    for (let i = 0; i < 5; i++) reconciler.trigger();
    assert.equal(passes(), 1);
    await end('complete');
    assert.equal(passes(), 2);
    await end('complete');
    assert.equal(passes(), 2);
  });

  it('answers who asks with a pass that began after the question', async () => {
    const { reconciler, end } = setup();
    reconciler.trigger();
    const answers: string[] = [];
    void reconciler.reconcileNow().then((report) => answers.push(report));
    void reconciler.reconcileNow().then((report) => answers.push(report));
    await end('first');
    assert.deepEqual(answers, []);
    await end('complete');
    assert.deepEqual(answers, ['complete', 'complete']);
  });

  it('passes by itself after the interval, not a millisecond before', async () => {
    const { reconciler, scheduler, passes, end } = setup();
    reconciler.trigger();
    await end('complete');
    await scheduler.advance(9_999);
    assert.equal(passes(), 1);
    await scheduler.advance(1);
    assert.equal(passes(), 2);
  });

  it('does not pass by itself with an interval of 0', async () => {
    const { reconciler, scheduler, end } = setup({ intervalMillis: 0 });
    reconciler.trigger();
    await end('complete');
    assert.equal(scheduler.next, undefined);
  });

  it('repeats what failed or stayed incomplete with growing pauses, up to the interval', async () => {
    const { reconciler, scheduler, end, errors } = setup();
    reconciler.trigger();
    const pauses: (number | undefined)[] = [];
    for (let i = 0; i < 10; i++) {
      await end(i % 2 === 0 ? 'incomplete' : new Error('no kernel'));
      pauses.push(scheduler.next);
      await scheduler.advance(scheduler.next ?? 0);
    }
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    assert.equal(errors.length, 5);
    await end('complete');
    assert.equal(scheduler.next, 10_000);
    reconciler.trigger();
    await end('incomplete');
    assert.equal(scheduler.next, 100);
  });

  it('tells who asked of a failure, and goes on', async () => {
    const { reconciler, end, passes } = setup();
    const asked = assert.rejects(reconciler.reconcileNow(), /no kernel/);
    await end(new Error('no kernel'));
    await asked;
    reconciler.trigger();
    assert.equal(passes(), 2);
    await end('complete');
  });

  it('ends with the pass that is under way', async () => {
    const { reconciler, scheduler, end, passes } = setup();
    reconciler.trigger();
    const asked = assert.rejects(reconciler.reconcileNow(), /stopped/);
    let stopped = false;
    const stopping = reconciler.stop().then(() => {
      stopped = true;
    });
    await turn();
    assert.equal(stopped, false);
    await end('incomplete');
    await Promise.all([stopping, asked]);
    await scheduler.advance(60_000);
    reconciler.trigger();
    assert.equal(passes(), 1);
    await assert.rejects(reconciler.reconcileNow(), /stopped/);
  });
});
