import assert from 'node:assert/strict';
import type { Notice, NoticeEvent } from '../../../src/notify/notice.js';
import { finished, IDLE, type Offered, offer, type Queue } from '../../../src/notify/queue.js';

let sequence = 0;

function notice(event: NoticeEvent): Notice {
  sequence++;
  return { subject: 'INSTANCE', name: 'VI_1', event, priority: 100, reason: '', sequence };
}

/** Offers all while the first runs; what is run, in order. */
function told(events: readonly NoticeEvent[]): NoticeEvent[] {
  const run: NoticeEvent[] = [];
  let queue: Queue<Notice> = IDLE;
  for (const event of events) {
    const offered = offer(queue, notice(event));
    queue = offered.queue;
    if (offered.start) run.push(offered.start.event);
  }
  while (queue.busy) {
    const next = finished(queue);
    queue = next.queue;
    if (next.start) run.push(next.start.event);
  }
  assert.equal(queue, IDLE);
  return run;
}

describe('notify: the queue of a subject', () => {
  it('one at a time, in order', () => {
    assert.deepEqual(told(['BACKUP', 'MASTER']), ['BACKUP', 'MASTER']);
  });

  it('what waits is replaced by the newest of its class', () => {
    assert.deepEqual(told(['BACKUP', 'MASTER', 'BACKUP', 'FAULT', 'BACKUP', 'MASTER']), [
      'BACKUP',
      'MASTER',
    ]);
    assert.deepEqual(told(['MASTER', 'BACKUP', 'MASTER_RX_LOWER_PRI', 'MASTER', 'BACKUP']), [
      'MASTER',
      'MASTER_RX_LOWER_PRI',
      'BACKUP',
    ]);
  });

  it('whatever comes in whatever order, the last state is told last, and nothing twice', () => {
    const states: readonly NoticeEvent[] = ['MASTER', 'BACKUP', 'FAULT'];
    for (let seed = 0; seed < 200; seed++) {
      let random = seed * 2_654_435_761;
      const dice = (below: number): number => {
        random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
        return random % below;
      };
      let queue: Queue<Notice> = IDLE;
      const run: Notice[] = [];
      let last: Notice | undefined;
      for (let i = 0; i < 50; i++) {
        let step: Offered<Notice>;
        if (dice(3) === 0 && queue.busy) step = finished(queue);
        else {
          last = notice(states[dice(3)] as NoticeEvent);
          step = offer(queue, last);
        }
        queue = step.queue;
        if (step.start) run.push(step.start);
        assert.ok(queue.waiting.length <= 1);
      }
      while (queue.busy) {
        const next = finished(queue);
        queue = next.queue;
        if (next.start) run.push(next.start);
      }
      assert.equal(run.at(-1), last);
      const numbers = run.map((told) => told.sequence);
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
      );
    }
  });
});
