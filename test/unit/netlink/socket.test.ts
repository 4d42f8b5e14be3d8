import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { concat } from '../../../src/netlink/attributes.js';
import { NLMSG_ERROR, RTM_GETADDR, RTM_NEWADDR } from '../../../src/netlink/constants.js';
import { NetlinkError } from '../../../src/netlink/errors.js';
import { decodeMessages, encodeMessage } from '../../../src/netlink/message.js';
import { openRoute } from '../../../src/netlink/route.js';
import { type NetlinkRequest, NetlinkSocket } from '../../../src/netlink/socket.js';
import type { OpenTransport, TransportHandlers } from '../../../src/netlink/transport.js';
import { FakeKernel } from '../../fake/kernel.js';
import { FakeScheduler, turn } from '../../fake/kernel-scheduler.js';

const add = (n: number): NetlinkRequest => ({
  type: RTM_NEWADDR,
  body: new Uint8Array(8).fill(n),
  operation: `add ${n}`,
});
const spec = (n: number) => ({ interfaceIndex: 1, address: `10.0.0.${n}`, prefixLength: 32 });
const error = (code: string) => (thrown: unknown) =>
  thrown instanceof NetlinkError && (thrown.code === code || thrown.errnoName === code);

/** A transport by hand: what was sent, and answers as the test likes. */
function manual() {
  const sent: Uint8Array[] = [];
  let handlers: TransportHandlers | undefined;
  let opened = 0;
  let closed = 0;
  const open: OpenTransport = (given) => {
    handlers = given;
    opened++;
    return { send: (datagram) => void sent.push(datagram), close: () => void closed++ };
  };
  return {
    open,
    sent,
    counts: () => ({ opened, closed }),
    fail: (errno: number) => handlers?.onError(errno, 'by the test'),
    /** Answers a message of the last datagram (0 is its first, -1 its fence). */
    answer: (at: number, errno = 0, datagram = sent.at(-1) as Uint8Array) => {
      const { sequence } = decodeMessages(datagram).at(at)!;
      const body = new Uint8Array(new Int32Array([-errno]).buffer);
      handlers?.onDatagram(encodeMessage({ type: NLMSG_ERROR, flags: 0, sequence, body }));
    },
  };
}

function setup(options: { dumpAttempts?: number } = {}) {
  const kernel = new FakeKernel();
  kernel.route.addLink('eth0');
  const scheduler = new FakeScheduler();
  const route = openRoute({ transport: kernel.routeTransport, scheduler, ...options });
  return { kernel, scheduler, route };
}

describe('netlink: requests', () => {
  it('are refused with the kernel’s error number and its name', async () => {
    const { route } = setup();
    await route.addAddress(spec(1));
    await assert.rejects(route.addAddress(spec(1)), (thrown) => {
      assert.ok(thrown instanceof NetlinkError);
      assert.equal(thrown.code, 'NETLINK_REFUSED');
      assert.equal(thrown.errno, constants.errno.EEXIST);
      assert.equal(thrown.errnoName, 'EEXIST');
      assert.equal(thrown.operation, 'RTM_NEWADDR 10.0.0.1/32 interface 1');
      assert.match(thrown.message, /RTM_NEWADDR 10\.0\.0\.1\/32 interface 1: .*\(EEXIST\)/);
      return true;
    });
  });

  it('go one at a time, in the order of their calls', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const first = socket.request(add(1));
    const second = socket.request(add(2));
    await turn();
    assert.equal(wire.sent.length, 1);
    wire.answer(0);
    wire.answer(-1);
    await first;
    await turn();
    assert.equal(wire.sent.length, 2);
    wire.answer(0);
    wire.answer(-1);
    await second;
  });

  it('drop answers to what was asked before', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const first = socket.request(add(1));
    await turn();
    wire.answer(0);
    wire.answer(-1);
    await first;
    const second = socket.request(add(2));
    await turn();
    wire.answer(0, constants.errno.EPERM, wire.sent[0]);
    wire.answer(-1, 0, wire.sent[0]);
    wire.answer(0);
    wire.answer(-1);
    await assert.doesNotReject(second);
    // Long after: nothing waits.
    wire.answer(0, constants.errno.EPERM);
  });

  it('that are done without an answer end with EINTR, not with the time limit', async () => {
    const { kernel, route } = setup();
    kernel.failNext('silent', 'RTM_NEWADDR');
    await assert.rejects(route.addAddress(spec(1)), error('EINTR'));
    assert.deepEqual(kernel.route.lines(), ['eth0 inet 10.0.0.1/32 scope global proto 18']);
  });

  it('without an answer end at the time limit, and the socket is a new one', async () => {
    const { kernel, scheduler, route } = setup();
    kernel.failNext('deaf', 'RTM_NEWADDR');
    const lost = assert.rejects(route.addAddress(spec(1)), error('NETLINK_TIMEOUT'));
    await turn();
    await scheduler.advance(1999);
    assert.equal(kernel.opened, 1);
    await scheduler.advance(1);
    await lost;
    await route.addAddress(spec(2));
    assert.equal(kernel.opened, 2);
  });

  it('whose answer waits to be read when the time is over are not given up', async () => {
    const wire = manual();
    const scheduler = new FakeScheduler();
    const inputs: (() => void)[] = [];
    scheduler.afterInput = (run) => void inputs.push(run);
    const socket = new NetlinkSocket(wire.open, { scheduler });
    const request = socket.request(add(1));
    await turn();
    await scheduler.advance(5000);
    assert.equal(inputs.length, 1);
    wire.answer(0);
    wire.answer(-1);
    await request;
    inputs[0]!();
    assert.deepEqual(wire.counts(), { opened: 1, closed: 0 });
  });

  it('whose answers were lost say so', async () => {
    const { kernel, route } = setup();
    kernel.failNext('overrun', 'RTM_NEWADDR');
    await assert.rejects(route.addAddress(spec(1)), error('NETLINK_OVERRUN'));
    await assert.rejects(route.addAddress(spec(1)), error('EEXIST'));
  });

  it('fail with the socket, and the next opens another', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const request = assert.rejects(socket.request(add(1)), error('NETLINK_SOCKET'));
    await turn();
    wire.fail(constants.errno.EBADF);
    await request;
    const next = socket.request(add(2));
    await turn();
    assert.equal(wire.counts().opened, 2);
    wire.answer(0);
    wire.answer(-1);
    await next;
  });

  it('that wait when the socket is closed are rejected', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const first = assert.rejects(socket.request(add(1)), error('NETLINK_CLOSED'));
    const second = assert.rejects(socket.request(add(2)), error('NETLINK_CLOSED'));
    await turn();
    socket.close();
    await Promise.all([first, second]);
    assert.equal((await socket.batch([add(3)]))[0]?.code, 'NETLINK_CLOSED');
  });

  it('tell when no socket can be had', () => {
    const open: OpenTransport = () => {
      throw Object.assign(new Error('no'), { errno: constants.errno.EMFILE });
    };
    assert.throws(() => new NetlinkSocket(open), error('EMFILE'));
  });
});

describe('netlink: dumps', () => {
  it('give every message', async () => {
    const { kernel, route } = setup();
    kernel.route.addAddress('eth0', '192.0.2.1/24');
    kernel.route.addAddress('eth0', '2001:db8::1/64');
    assert.deepEqual(
      (await route.links()).map(({ name }) => name),
      ['eth0'],
    );
    assert.deepEqual(
      (await route.addresses()).map(({ address }) => address),
      ['192.0.2.1', '2001:db8::1'],
    );
  });

  it('that a change interrupted are repeated', async () => {
    const { kernel, route } = setup();
    kernel.failNext('interrupted', 'RTM_GETADDR');
    kernel.failNext({ errno: 'EINTR' }, 'RTM_GETADDR');
    kernel.failNext('overrun', 'RTM_GETADDR');
    assert.deepEqual(await route.addresses(), []);
    assert.equal(kernel.requests.length, 4);
  });

  it('are not repeated for ever', async () => {
    const { kernel, route } = setup({ dumpAttempts: 3 });
    kernel.faults.push(() => 'interrupted');
    await assert.rejects(route.addresses(), error('NETLINK_DUMP_INTERRUPTED'));
    assert.equal(kernel.requests.length, 3);
  });

  it('take another socket while an older dump is under way on this one', async () => {
    const { kernel, route } = setup();
    kernel.failNext({ errno: 'EBUSY' }, 'RTM_GETADDR');
    assert.deepEqual(await route.addresses(), []);
    assert.equal(kernel.opened, 2);
  });

  it('that are refused are not repeated', async () => {
    const { kernel, route } = setup();
    kernel.failNext({ errno: 'EPERM' }, 'RTM_GETADDR');
    await assert.rejects(route.addresses(), error('EPERM'));
    assert.equal(kernel.requests.length, 1);
  });

  it('do not take a notification for an answer', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    let handlers: TransportHandlers | undefined;
    const spying = new NetlinkSocket(
      (given) => {
        handlers = given;
        return wire.open(given);
      },
      { scheduler: new FakeScheduler() },
    );
    const dump = spying.dump({ type: RTM_GETADDR, body: new Uint8Array(8), operation: 'dump' });
    await turn();
    const body = new Uint8Array(8);
    handlers?.onDatagram(encodeMessage({ type: RTM_NEWADDR, flags: 0, sequence: 0, body }));
    wire.answer(0);
    assert.deepEqual(await dump, []);
    socket.close();
  });
});

describe('netlink: batches', () => {
  it('put many requests into one datagram, each with its own outcome', async () => {
    const { kernel, route } = setup();
    kernel.route.addAddress('eth0', '10.0.0.2/32');
    const results = await route.applyAddresses([
      { kind: 'add', spec: spec(1) },
      { kind: 'add', spec: spec(2) },
      { kind: 'add', spec: { ...spec(3), interfaceIndex: 9 } },
      { kind: 'delete', spec: spec(4) },
      { kind: 'add', spec: spec(5) },
    ]);
    assert.equal(kernel.datagrams.length, 1);
    assert.deepEqual(
      results.map((result) => result?.errnoName),
      [undefined, 'EEXIST', 'ENODEV', 'EADDRNOTAVAIL', undefined],
    );
    assert.equal(kernel.route.lines().length, 3);
  });

  it('split where a datagram would be too long, and keep the order', async () => {
    const { kernel, route } = setup();
    const results = await route.applyAddresses(
      Array.from({ length: 600 }, (_, i) => ({
        kind: 'add' as const,
        spec: { ...spec(1), address: `10.0.${i >> 8}.${i & 255}` },
      })),
    );
    assert.equal(results.length, 600);
    assert.ok(results.every((result) => result === undefined));
    assert.deepEqual(
      kernel.datagrams.map((names) => names.length),
      [256, 256, 88],
    );
  });

  it('are short where few answers fit into the receive buffer', async () => {
    const wire = manual();
    const open: OpenTransport = (handlers) => ({ ...wire.open(handlers), receiveBuffer: 6_000 });
    const socket = new NetlinkSocket(open, { scheduler: new FakeScheduler() });
    const batch = socket.batch([add(1), add(2), add(3)]);
    await turn();
    assert.equal(decodeMessages(wire.sent[0]!).length, 2 + 1);
    wire.answer(-1);
    await turn();
    wire.answer(-1);
    assert.equal((await batch).length, 3);
  });

  it('send a request alone that is longer than a datagram should be', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const batch = socket.batch([add(1), { ...add(2), body: new Uint8Array(40_000) }, add(3)]);
    for (let i = 0; i < 3; i++) {
      await turn();
      assert.equal(wire.sent.length, i + 1);
      wire.answer(-1);
    }
    assert.deepEqual(await batch, [undefined, undefined, undefined]);
  });

  it('of nothing send nothing', async () => {
    const { kernel, route } = setup();
    assert.deepEqual(await route.applyAddresses([]), []);
    assert.equal(kernel.datagrams.length, 0);
  });

  it('keep the errors that are known when the rest of the answers is lost', async () => {
    const wire = manual();
    const socket = new NetlinkSocket(wire.open, { scheduler: new FakeScheduler() });
    const batch = socket.batch([add(1), add(2), add(3)]);
    await turn();
    wire.answer(1, constants.errno.EPERM);
    wire.fail(constants.errno.ENOBUFS);
    assert.deepEqual(
      (await batch).map((result) => result?.code),
      ['NETLINK_OVERRUN', 'NETLINK_REFUSED', 'NETLINK_OVERRUN'],
    );
  });

  it('never reject, whatever the kernel sends', async () => {
    const wire = manual();
    let handlers: TransportHandlers | undefined;
    const socket = new NetlinkSocket(
      (given) => {
        handlers = given;
        return wire.open(given);
      },
      { scheduler: new FakeScheduler() },
    );
    const batch = socket.batch([add(1), add(2)]);
    await turn();
    const { sequence } = decodeMessages(wire.sent[0]!)[0]!;
    handlers?.onDatagram(
      concat([
        encodeMessage({ type: NLMSG_ERROR, flags: 0, sequence, body: new Uint8Array(2) }),
        new Uint8Array([1, 2, 3]),
      ]),
    );
    wire.answer(-1);
    assert.deepEqual(
      (await batch).map((result) => result?.code),
      ['NETLINK_MALFORMED', undefined],
    );
  });
});
