import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/bytes.js';
import type { IpDropReason } from '../../../src/vrrp/ip-packet.js';
import { decodeIpv4 } from '../../../src/vrrp/ipv4.js';
import { datagram } from './fixture.js';

function dropped(bytes: Uint8Array, reason: IpDropReason): void {
  assert.deepEqual(decodeIpv4(bytes), { ok: false, reason });
}

/** A datagram with some bytes replaced. */
function patched(patch: Readonly<Record<number, number>>): Uint8Array {
  const bytes = datagram();
  for (const [offset, value] of Object.entries(patch)) bytes[Number(offset)] = value;
  return bytes;
}

describe('vrrp/ipv4', () => {
  it('gives the payload and the addresses', () => {
    const bytes = datagram();
    const result = decodeIpv4(bytes);
    assert.ok(result.ok);
    assert.equal(toHex(result.value.source), '0a000002');
    assert.equal(toHex(result.value.destination), 'e0000012');
    assert.equal(result.value.ttl, 255);
    assert.equal(toHex(result.value.payload), toHex(bytes.subarray(20)));
  });

  it('skips options', () => {
    const result = decodeIpv4(datagram({ optionWords: 2 }));
    assert.ok(result.ok);
    assert.equal(toHex(result.value.payload), toHex(datagram().subarray(20)));
  });

  it('cuts Ethernet padding off by the total length', () => {
    const result = decodeIpv4(datagram({ padding: 6 }));
    assert.ok(result.ok);
    assert.equal(result.value.payload.length, 20);
  });

  it('too-short: less than a header', () => {
    dropped(new Uint8Array(0), 'too-short');
    dropped(datagram().subarray(0, 19), 'too-short');
  });

  it('too-short: the total length promises more than there is, or less than the header', () => {
    const bytes = datagram();
    dropped(bytes.subarray(0, bytes.length - 1), 'too-short');
    dropped(patched({ 2: 0, 3: 19 }), 'too-short');
    dropped(patched({ 0: 0x4f, 2: 0, 3: 59 }), 'too-short');
  });

  it('wrong-ip-version: not 4, or a header of less than 20 bytes', () => {
    dropped(patched({ 0: 0x65 }), 'wrong-ip-version');
    dropped(patched({ 0: 0x44 }), 'wrong-ip-version');
  });

  it('wrong-protocol: not 112', () => {
    dropped(datagram({ protocol: 51 }), 'wrong-protocol');
  });

  it('fragment: more to come, or an offset; "do not fragment" is fine', () => {
    dropped(patched({ 6: 0x20 }), 'fragment');
    dropped(patched({ 7: 0x01 }), 'fragment');
    assert.equal(decodeIpv4(patched({ 6: 0x40 })).ok, true);
  });

  it('leaves TTL and destination to the configuration', () => {
    const result = decodeIpv4(datagram({ ttl: 3, destination: '10.0.0.1' }));
    assert.ok(result.ok);
    assert.equal(result.value.ttl, 3);
    assert.equal(toHex(result.value.destination), '0a000001');
  });
});
