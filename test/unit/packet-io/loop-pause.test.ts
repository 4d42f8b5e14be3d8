/** Sleeping without turning the event loop. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { monotonicMicros } from '../../../src/base/clock.js';
import { loopPause } from '../../../src/packet-io/loop-pause.js';

describe('packet-io/loop-pause', () => {
  it('ends when time is up, or when something is there for the event loop', async () => {
    const pause = loopPause();
    assert.ok(pause, 'this Node exports no functions of libuv');
    const socket = createSocket('udp4');
    const sender = createSocket('udp4');
    try {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
      const received: string[] = [];
      socket.on('message', (message) => received.push(message.toString()));
      sender.connect(socket.address().port, '127.0.0.1');
      await once(sender, 'connect');
      await new Promise((resolve) => setTimeout(resolve, 20));

      const begin = monotonicMicros();
      assert.equal(pause(1_500), true);
      assert.ok(monotonicMicros() - begin >= 1_500);

      // One that is connected sends at once.
      sender.send('word');
      assert.equal(pause(60_000_000), false);
      assert.deepEqual(received, []);
      for (let i = 0; i < 1_000 && received.length === 0; i++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      assert.deepEqual(received, ['word']);
    } finally {
      socket.close();
      sender.close();
    }
  });
});
