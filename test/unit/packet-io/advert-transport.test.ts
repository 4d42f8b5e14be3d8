/** The raw sockets, on the loopback interface. */
import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { monotonicMicros } from '../../../src/base/clock.js';
import type { Family } from '../../../src/base/ip.js';
import { ipFromBytes } from '../../../src/base/ip.js';
import { AdvertTransport } from '../../../src/packet-io/advert-transport.js';
import { decodeIp } from '../../../src/vrrp/ip-header.js';
import { skip } from '../../support/skip.js';

const LOOPBACK_INDEX = 1;
/** Its last four bytes are this process's: another's packets on lo come in as well, and are not counted. */
const PAYLOAD = fromHex(`3163640100640000${process.pid.toString(16).padStart(8, '0')}`);
const isOurs = (datagram: Uint8Array): boolean => toHex(datagram).endsWith(toHex(PAYLOAD));
/** Of 5,000 µs: a virtual machine's two clocks need not agree to the microsecond. */
const WAITED_AT_LEAST = 4_500;

describe('packet-io/advert-transport', () => {
  const cases: readonly (readonly [Family, string, string])[] = [
    [4, '127.0.0.1', '127.0.0.2'],
    [6, '::1', '::1'],
  ];
  for (const [family, source, destination] of cases) {
    it(`IPv${family}: what is sent comes in with its addresses and its TTL`, async function () {
      const received: Uint8Array[] = [];
      const errors: Error[] = [];
      let transport: AdvertTransport;
      try {
        transport = new AdvertTransport({ interface: 'lo', family, groups: [] }, LOOPBACK_INDEX, {
          onDatagram: (datagram) => {
            if (isOurs(datagram)) received.push(datagram);
          },
          onError: (error) => errors.push(error),
        });
      } catch (error) {
        skip(this, `no raw socket: ${(error as Error).message}`);
        return;
      }
      try {
        for (const ttl of [255, 7]) transport.send(PAYLOAD, source, destination, ttl);
        for (let turn = 0; turn < 1000 && received.length < 2; turn++) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (errors.length > 0) skip(this, `nothing can be sent: ${errors[0]?.message}`);
        const packets = received.map(decodeIp).map((ip) => {
          assert.ok(ip.ok);
          const { payload, ttl } = ip.value;
          return [
            ipFromBytes(ip.value.source),
            ipFromBytes(ip.value.destination),
            ttl,
            toHex(payload),
          ];
        });
        assert.deepEqual(packets, [
          [source, destination, 255, toHex(PAYLOAD)],
          [source, destination, 7, toHex(PAYLOAD)],
        ]);
      } finally {
        transport.close();
      }
    });
  }

  it('reads at once what has come, and tells how long it waited', function () {
    const ages: number[] = [];
    let transport: AdvertTransport;
    try {
      transport = new AdvertTransport({ interface: 'lo', family: 4, groups: [] }, LOOPBACK_INDEX, {
        onDatagram: (datagram, age) => {
          if (isOurs(datagram)) ages.push(age);
        },
        onError: (error) => assert.fail(error),
      });
    } catch (error) {
      skip(this, `no raw socket: ${(error as Error).message}`);
      return;
    }
    try {
      assert.equal(transport.readAll(), true);
      // The first reading asks the kernel for instants; it begins to note them when its work queue comes to
      // it (net_enable_timestamp()), so that the packets of a busy machine's first moments have none.
      for (let sent = 0; sent < 200 && (ages.at(-1) ?? 0) < WAITED_AT_LEAST; sent++) {
        transport.send(PAYLOAD, '127.0.0.1', '127.0.0.2', 255);
        const until = monotonicMicros() + 5_000;
        while (monotonicMicros() < until);
        assert.equal(transport.readAll(), true);
        assert.equal(ages.length, sent + 1);
      }
    } finally {
      transport.close();
    }
    assert.ok((ages.at(-1) as number) >= WAITED_AT_LEAST, `${ages.at(-1)} µs`);
  });

  it('a group that cannot be joined is an error at once, and leaves no socket open', () => {
    const open = (): AdvertTransport =>
      new AdvertTransport({ interface: 'lo', family: 6, groups: ['ff02::12'] }, 0x7fff_ffff, {
        onDatagram: () => {},
        onError: () => {},
      });
    assert.throws(open, Error);
  });
});
