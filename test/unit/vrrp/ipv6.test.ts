import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/bytes.js';
import { decodeIp } from '../../../src/vrrp/ip-header.js';
import type { IpDropReason } from '../../../src/vrrp/ip-packet.js';
import { decodeIpv6 } from '../../../src/vrrp/ipv6.js';
import { encodeNeighbourAdvertisement } from '../../../src/vrrp/ndp.js';
import { datagram } from './fixture.js';

function dropped(bytes: Uint8Array, reason: IpDropReason): void {
  assert.deepEqual(decodeIp(bytes), { ok: false, reason });
}

describe('vrrp/ipv6', () => {
  it('gives the payload, the addresses and the hop limit', () => {
    const bytes = datagram({ ipv6: true, ttl: 7 });
    const result = decodeIp(bytes);
    assert.ok(result.ok);
    assert.equal(result.value.family, 6);
    assert.equal(toHex(result.value.source), 'fe800000000000000000000000000002');
    assert.equal(toHex(result.value.destination), 'ff020000000000000000000000000012');
    assert.equal(result.value.ttl, 7);
    assert.equal(toHex(result.value.payload), toHex(bytes.subarray(40)));
  });

  it('cuts padding off by the payload length', () => {
    const result = decodeIp(datagram({ ipv6: true, padding: 9 }));
    assert.ok(result.ok);
    assert.equal(result.value.payload.length, 24);
  });

  it('too-short: less than a header, or than the payload length says', () => {
    const bytes = datagram({ ipv6: true });
    dropped(bytes.subarray(0, 39), 'too-short');
    dropped(bytes.subarray(0, bytes.length - 1), 'too-short');
  });

  it('wrong-protocol: not 112', () => {
    dropped(datagram({ ipv6: true, protocol: 58 }), 'wrong-protocol');
  });

  it('wrong-ip-version: not 6', () => {
    const bytes = datagram({ ipv6: true });
    bytes[0] = 0x4c;
    assert.deepEqual(decodeIpv6(bytes), { ok: false, reason: 'wrong-ip-version' });
  });
});

describe('vrrp/ndp', () => {
  it('says that this node is a router, if it is', () => {
    const frame = encodeNeighbourAdvertisement('02:00:00:00:00:01', 'fe80::100', true);
    assert.equal(toHex(frame.subarray(58, 62)), 'a0000000');
    // The checksum of the vector, less the flag: 559d - 8000, and the carry.
    assert.equal(toHex(frame.subarray(56, 58)), 'd59c');
  });
});
