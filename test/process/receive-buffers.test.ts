/** The receive buffer of adverts' sockets, as the kernel tells it. Which size is asked for: the unit tests. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { AdvertTransport } from '../../src/packet-io/advert-transport.js';
import { getSocketOption } from '../../src/packet-io/libc.js';
import { skip } from '../support/skip.js';

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
/** Below the least net.core.rmem_max of any machine, and nobody's default. */
const BYTES = 34_567;

/** The receive buffers of all sockets of this process. The kernel tells twice what was asked for. */
function buffers(): number[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [Buffer.from(getSocketOption(Number(fd), SOL_SOCKET, SO_RCVBUF, 4)).readInt32LE()];
    } catch {
      return [];
    }
  });
}

describe("receive buffers of adverts' sockets", () => {
  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'raw sockets want root');
  });

  for (const family of [4, 6] as const) {
    it(`IPv${family}: the size that is asked for, and another one without`, () => {
      const place = { interface: 'lo', family, groups: [] };
      const handlers = { onDatagram: () => {}, onError: () => {} };
      const sized = new AdvertTransport(place, 1, handlers, BYTES);
      try {
        assert.equal(buffers().filter((size) => size === 2 * BYTES).length, 1);
      } finally {
        sized.close();
      }
      const usual = new AdvertTransport(place, 1, handlers);
      try {
        assert.equal(buffers().filter((size) => size === 2 * BYTES).length, 0);
      } finally {
        usual.close();
      }
    });
  }
});
