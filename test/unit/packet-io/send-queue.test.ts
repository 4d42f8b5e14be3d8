import assert from 'node:assert/strict';
import { MAX_WAITING, SendQueue } from '../../../src/packet-io/send-queue.js';

/** A socket that takes `room` packets, and a clock that the test moves. */
function fixture() {
  const sent: number[] = [];
  const errors: string[] = [];
  const state = { room: 0, later: undefined as (() => void) | undefined, broken: false };
  const queue = new SendQueue<number>({
    send(packet) {
      if (state.broken) throw new Error(`cannot send ${packet}`);
      if (state.room === 0) return false;
      state.room--;
      sent.push(packet);
      return true;
    },
    later: (run) => {
      state.later = run;
    },
    onError: (error) => errors.push(error.message),
  });
  const wait = (): void => {
    const run = state.later;
    state.later = undefined;
    run?.();
  };
  return { queue, sent, errors, state, wait };
}

describe('packet-io/send-queue', () => {
  it('sends at once while there is room', async () => {
    const { queue, sent, state } = fixture();
    state.room = 2;
    queue.push(1);
    queue.push(2);
    assert.deepEqual(sent, [1, 2]);
    assert.equal(state.later, undefined);
    await queue.flushed();
  });

  it('keeps the order of what has to wait', async () => {
    const { queue, sent, state, wait } = fixture();
    for (const packet of [1, 2, 3, 4]) queue.push(packet);
    state.room = 3;
    queue.push(5);
    assert.deepEqual(sent, [], 'no packet overtakes another');
    wait();
    assert.deepEqual(sent, [1, 2, 3]);
    let flushed = false;
    const waiting = queue.flushed().then(() => {
      flushed = true;
    });
    assert.equal(flushed, false);
    state.room = 9;
    wait();
    await waiting;
    assert.deepEqual(sent, [1, 2, 3, 4, 5]);
    queue.push(6);
    assert.equal(sent.at(-1), 6);
  });

  it('throws what cannot be sent at once, and reports what cannot be sent later', () => {
    const { queue, sent, errors, state, wait } = fixture();
    state.broken = true;
    assert.throws(() => queue.push(1), /cannot send 1/);
    state.broken = false;
    queue.push(2);
    queue.push(3);
    state.broken = true;
    wait();
    assert.deepEqual(errors, ['cannot send 2', 'cannot send 3']);
    assert.deepEqual(sent, []);
  });

  it('is bounded: the oldest goes', () => {
    const { queue, sent, errors, state, wait } = fixture();
    for (let packet = 0; packet <= MAX_WAITING; packet++) queue.push(packet);
    assert.equal(errors.length, 1);
    state.room = 1;
    wait();
    assert.deepEqual(sent, [1]);
  });

  it('closed: what waits is forgotten, and nobody waits for it', async () => {
    const { queue, sent, state, wait } = fixture();
    queue.push(1);
    const flushed = queue.flushed();
    queue.close();
    await flushed;
    state.room = 1;
    wait();
    assert.deepEqual(sent, []);
  });
});
