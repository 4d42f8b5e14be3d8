import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { toHex } from '../../../src/base/bytes.js';
import { concat, LITTLE_ENDIAN } from '../../../src/netlink/attributes.js';
import { NLMSG_ERROR } from '../../../src/netlink/constants.js';
import { decodeErrno, decodeMessages, encodeMessage } from '../../../src/netlink/message.js';
import { exchange } from './vectors.js';

const message = (sequence: number, length: number) => ({
  type: 20,
  flags: 5,
  sequence,
  body: new Uint8Array(length).fill(sequence),
});

describe('netlink: messages', () => {
  it('have a header of sixteen bytes and are padded to four', function () {
    if (!LITTLE_ENDIAN) this.skip();
    assert.equal(toHex(encodeMessage(message(1, 1))), '1100000014000500010000000000000001000000');
  });

  it('come many in a datagram', () => {
    const datagram = concat([1, 2, 3].map((n) => encodeMessage(message(n, n))));
    assert.deepEqual(
      decodeMessages(datagram),
      [1, 2, 3].map((n) => message(n, n)),
    );
  });

  it('end at the first header that does not fit', () => {
    const datagram = concat([encodeMessage(message(1, 4)), encodeMessage(message(2, 4))]);
    for (const length of [39, 36, 35, 21]) {
      assert.equal(decodeMessages(datagram.subarray(0, length)).length, 1, String(length));
    }
    assert.equal(decodeMessages(new Uint8Array(16)).length, 0);
    assert.equal(decodeMessages(new Uint8Array(0)).length, 0);
  });

  it('carry the kernel’s verdict as `ip` received it', () => {
    const verdict = (command: string, nth = 0) => {
      const last = exchange('netlink/ip.json', command, nth).received.at(-1);
      assert.equal(last?.type, NLMSG_ERROR);
      return decodeErrno(last.body);
    };
    assert.equal(verdict('ip addr add 192.0.2.1/24 dev v0'), 0);
    assert.equal(verdict('ip addr add 192.0.2.1/24 dev v0', 1), constants.errno.EEXIST);
    assert.equal(verdict('ip addr del 192.0.2.2/24 dev v0', 1), constants.errno.EADDRNOTAVAIL);
    assert.equal(decodeErrno(new Uint8Array(3)), undefined);
  });
});
