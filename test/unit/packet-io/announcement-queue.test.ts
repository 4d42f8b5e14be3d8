import assert from 'node:assert/strict';
import {
  type AnnouncedAddress,
  AnnouncementQueue,
} from '../../../src/packet-io/announcement-queue.js';
import type { PaceSettings } from '../../../src/vrrp/settings.js';

const MILLI = 1000;

/** A wire, and a clock that the test moves. */
function fixture(pace?: PaceSettings) {
  const sent: string[] = [];
  const told: string[] = [];
  const errors: string[] = [];
  const timers: { at: number; run: () => void }[] = [];
  const state = { now: 1_000_000, room: Number.POSITIVE_INFINITY, broken: '' };
  const queue = new AnnouncementQueue({
    send({ interface: name, address }) {
      if (state.broken === address) throw new Error('no');
      if (state.room === 0) return false;
      state.room--;
      sent.push(`${(state.now - 1_000_000) / MILLI} ${name} ${address}`);
      return true;
    },
    onSent: ({ address }, repeat) => told.push(`${address} ${repeat}`),
    onError: ({ address }, error) => errors.push(`${address} ${error.message}`),
    now: () => state.now,
    later: (wait, run) => timers.push({ at: state.now + wait, run }),
  });
  queue.setPace(pace);
  /** Lets the time pass, timer by timer. */
  const pass = (micros: number): void => {
    const end = state.now + micros;
    for (;;) {
      timers.sort((a, b) => a.at - b.at);
      const [next] = timers;
      if (!next || next.at > end) break;
      timers.shift();
      state.now = Math.max(state.now, next.at);
      next.run();
    }
    state.now = end;
  };
  return { queue, sent, told, errors, state, pass };
}

const at = (address: string, name = 'eth0'): AnnouncedAddress => ({ interface: name, address });
const pace = (overrides: Partial<PaceSettings>): PaceSettings => ({
  garpInterval: 0,
  gnaInterval: 0,
  groups: [],
  ...overrides,
});

describe('packet-io/announcement-queue', () => {
  it('sends all at once without a pace, and repeats it a moment later', () => {
    const { queue, sent, told, pass } = fixture();
    queue.push([at('10.0.0.1'), at('10.0.0.2')], 2);
    // What comes before the first have been repeated does not wait for that.
    queue.push([at('10.0.0.3')], 2);
    assert.deepEqual(sent, ['0 eth0 10.0.0.1', '0 eth0 10.0.0.2', '0 eth0 10.0.0.3']);
    assert.deepEqual(told, ['10.0.0.1 2', '10.0.0.2 2', '10.0.0.3 2']);
    pass(MILLI);
    assert.deepEqual(sent.slice(3), ['1 eth0 10.0.0.1', '1 eth0 10.0.0.2', '1 eth0 10.0.0.3']);
    assert.ok(queue.isEmpty);
  });

  it('gives other work its turn after some hundred packets, the first of each address first', () => {
    const { queue, sent, pass } = fixture();
    const all = Array.from({ length: 1000 }, (_, i) => at(`10.0.${i >> 8}.${i & 0xff}`));
    queue.push(all, 2);
    assert.equal(sent.length, 512);
    pass(MILLI);
    assert.equal(sent.length, 2000);
    const firsts = new Set(sent.slice(0, 1000).map((line) => line.split(' ')[2]));
    assert.equal(firsts.size, 1000);
    assert.ok(queue.isEmpty);
  });

  it('keeps the distance on each interface, gratuitous ARP and neighbour advertisements apart', () => {
    const { queue, sent, pass } = fixture(
      pace({ garpInterval: 20 * MILLI, gnaInterval: 5 * MILLI }),
    );
    queue.push([at('10.0.0.1'), at('10.0.0.2'), at('10.0.0.3', 'eth1'), at('2001:db8::1')], 2);
    pass(19_999);
    assert.deepEqual(sent, [
      '0 eth0 10.0.0.1',
      '0 eth1 10.0.0.3',
      '0 eth0 2001:db8::1',
      '5 eth0 2001:db8::1',
    ]);
    pass(1);
    assert.deepEqual(sent.slice(4), ['20 eth0 10.0.0.2', '20 eth1 10.0.0.3']);
    pass(100 * MILLI);
    assert.deepEqual(sent.slice(6), ['40 eth0 10.0.0.1', '60 eth0 10.0.0.2']);
    // The last packet counts for what comes later, too.
    queue.push([at('10.0.0.9')], 1);
    assert.equal(sent.at(-1), '120 eth0 10.0.0.9');
    queue.push([at('10.0.0.8')], 1);
    pass(20 * MILLI);
    assert.equal(sent.at(-1), '140 eth0 10.0.0.8');
  });

  it('keeps the rate of distances below a timer’s grain', () => {
    const { queue, sent, pass } = fixture(pace({ garpInterval: 250 }));
    queue.push(
      Array.from({ length: 40 }, (_, i) => at(`10.0.0.${i}`)),
      1,
    );
    assert.equal(sent.length, 4);
    pass(5 * MILLI);
    assert.ok(sent.length >= 20 && sent.length <= 24, `${sent.length}`);
    pass(5 * MILLI);
    assert.equal(sent.length, 40);
  });

  it('has the pace of a group, one for each interface or one for all', () => {
    const group = { garpInterval: 10 * MILLI, gnaInterval: 0 };
    const { queue, sent, pass } = fixture(
      pace({
        garpInterval: 50 * MILLI,
        groups: [
          { ...group, interfaces: ['eth0'], shared: false },
          { ...group, interfaces: ['eth1', 'eth2'], shared: true },
        ],
      }),
    );
    queue.push([at('10.0.0.1'), at('10.0.0.2', 'eth1'), at('10.0.0.3', 'eth2')], 1);
    queue.push([at('10.0.0.4', 'eth3'), at('10.0.0.5', 'eth3')], 1);
    pass(60 * MILLI);
    assert.deepEqual(sent, [
      '0 eth0 10.0.0.1',
      '0 eth1 10.0.0.2',
      '0 eth3 10.0.0.4',
      '10 eth2 10.0.0.3',
      '50 eth3 10.0.0.5',
    ]);
  });

  it('throws away what is not wanted any more, before it is sent', () => {
    const { queue, sent, pass } = fixture(pace({ garpInterval: 10 * MILLI }));
    queue.push([at('10.0.0.1'), at('10.0.0.2')], 5);
    queue.retain(({ address }) => address === '10.0.0.2');
    pass(15 * MILLI);
    assert.deepEqual(sent, ['0 eth0 10.0.0.1', '10 eth0 10.0.0.2']);
    queue.retain(() => false);
    pass(100 * MILLI);
    assert.equal(sent.length, 2);
    assert.ok(queue.isEmpty);
  });

  it('does not pile up: what waits for an address counts', () => {
    const { queue, sent, pass } = fixture(pace({ garpInterval: 10 * MILLI }));
    for (let i = 0; i < 10; i++) queue.push([at('10.0.0.1')], 3);
    pass(1000 * MILLI);
    // One before the second order came, and then three.
    assert.equal(sent.length, 4);
  });

  it('waits when the buffer is full, and goes on', () => {
    const { queue, sent, state, pass } = fixture();
    state.room = 1;
    queue.push([at('10.0.0.1'), at('10.0.0.2')], 1);
    assert.deepEqual(sent, ['0 eth0 10.0.0.1']);
    state.room = 5;
    pass(MILLI);
    assert.deepEqual(sent, ['0 eth0 10.0.0.1', '1 eth0 10.0.0.2']);
  });

  it('tells of what cannot be sent once, and sends the rest', () => {
    const { queue, sent, state, errors, pass } = fixture();
    state.broken = '10.0.0.1';
    queue.push([at('10.0.0.1'), at('10.0.0.2')], 2);
    pass(MILLI);
    assert.deepEqual(errors, ['10.0.0.1 no']);
    assert.equal(sent.length, 2);
  });

  it('a reload changes the pace of what waits', () => {
    const { queue, sent, pass } = fixture(pace({ garpInterval: 1000 * MILLI }));
    queue.push([at('10.0.0.1'), at('10.0.0.2')], 1);
    queue.setPace(undefined);
    assert.equal(sent.length, 2);
    pass(2000 * MILLI);
    assert.equal(sent.length, 2);
  });
});
