import assert from 'node:assert/strict';
import { concat } from '../../../src/netlink/attributes.js';
import { BlockingNetlink } from '../../../src/netlink/blocking.js';
import {
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from '../../../src/netlink/constants.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { decodeMessages, encodeMessage } from '../../../src/netlink/message.js';

const request = { type: 20, body: Uint8Array.of(1, 2, 3, 4), operation: 'ASK' };

/** A kernel that answers the nth request with the nth list of datagrams. */
function setup(...answers: ((sequence: number) => Uint8Array[])[]) {
  const waiting: Uint8Array[] = [];
  let closed = 0;
  const netlink = new BlockingNetlink({
    send(datagram) {
      const [message] = decodeMessages(datagram);
      waiting.push(...(answers.shift()?.(message?.sequence ?? 0) ?? []));
    },
    receive(into) {
      const next = waiting.shift();
      if (!next) throw Object.assign(new Error('recv'), { errno: 11 });
      into.set(next.subarray(0, into.length));
      return next.length;
    },
    close: () => closed++,
  });
  const seen: number[][] = [];
  const dump = (): void =>
    netlink.dump(request, () => {
      seen.length = 0;
      return (from, to) => void seen.push([...netlink.bytes.subarray(from, to)]);
    });
  return { netlink, seen, dump, closed: () => closed };
}

const message = (type: number, sequence: number, body: number[], flags = 0): Uint8Array =>
  encodeMessage({ type, flags, sequence, body: Uint8Array.from(body) });

const failsWith =
  (code: string, errno = 0) =>
  (error: unknown) =>
    error instanceof NetlinkError && error.code === code && error.errno === errno;

describe('netlink: blocking', () => {
  it('gives every message of a dump, of its own alone', () => {
    const { seen, dump } = setup((n) => [
      concat([message(20, n, [1, 1, 1, 1]), message(20, n + 7, [9]), message(20, n, [2, 2])]),
      message(NLMSG_DONE, n, [0, 0, 0, 0]),
    ]);
    dump();
    assert.deepEqual(seen, [
      [1, 1, 1, 1],
      [2, 2],
    ]);
  });

  it('repeats a dump that was interrupted', () => {
    const { seen, dump } = setup(
      (n) => [message(20, n, [1], NLM_F_DUMP_INTR), message(NLMSG_DONE, n, [0, 0, 0, 0])],
      (n) => [message(20, n, [2]), message(NLMSG_DONE, n, [])],
    );
    dump();
    assert.deepEqual(seen, [[2]]);
  });

  it('ends after eight that were interrupted', () => {
    const again = (n: number) => [message(NLMSG_DONE, n, [], NLM_F_DUMP_INTR)];
    const { dump } = setup(...new Array(8).fill(again), (n) => [message(NLMSG_DONE, n, [])]);
    assert.throws(dump, failsWith('NETLINK_DUMP_INTERRUPTED'));
  });

  it('tells why the kernel refused', () => {
    const { netlink } = setup((n) => [message(NLMSG_ERROR, n, [0xfe, 0xff, 0xff, 0xff])]);
    assert.throws(() => netlink.request(request, () => {}), failsWith('NETLINK_REFUSED', 2));
  });

  it('tells that an answer did not come, was lost or is too long', () => {
    assert.throws(setup(() => []).dump, failsWith('NETLINK_SOCKET', 11));
    assert.throws(
      setup((n) => [message(NLMSG_OVERRUN, n + 1, [])]).dump,
      failsWith('NETLINK_OVERRUN'),
    );
    assert.throws(setup(() => [new Uint8Array(40_000)]).dump, failsWith('NETLINK_MALFORMED'));
  });

  it('closes its socket', () => {
    const { netlink, closed } = setup();
    netlink.close();
    assert.equal(closed(), 1);
  });
});
