import assert from 'node:assert/strict';
import {
  compareIp,
  familyOf,
  ipFromBytes,
  ipToBytes,
  maxPrefixLength,
  parseIp,
} from '../../../src/base/ip.js';

describe('base/ip', () => {
  // RFC 5952: the section, what somebody types, what it is written as.
  const canonical: readonly (readonly [string, string, string])[] = [
    ['4.1 leading zeros go', '2001:0db8::0001', '2001:db8::1'],
    ['4.1 one zero stays', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.1 :: takes all it can', '2001:db8::0:1', '2001:db8::1'],
    ['4.2.1 a long way written out', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['4.2.2 :: never stands for one word', '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.3 the longest run is shortened', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['4.2.3 the first of equal runs', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['4.3 lower case', '2001:DB8:AAAA::ABCD', '2001:db8:aaaa::abcd'],
    ['5 a mapped address', '::ffff:c000:0201', '::ffff:192.0.2.1'],
    ['5 a mapped address, dotted', '::FFFF:192.0.2.1', '::ffff:192.0.2.1'],
    ['the unspecified address', '0:0:0:0:0:0:0:0', '::'],
    ['loopback', '0:0:0:0:0:0:0:1', '::1'],
    ['a run at the end', 'fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['a dotted end that is not mapped', '64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['all eight words', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ['IPv4', '192.0.2.1', '192.0.2.1'],
    ['IPv4, lowest', '0.0.0.0', '0.0.0.0'],
    ['IPv4, highest', '255.255.255.255', '255.255.255.255'],
  ];

  for (const [what, typed, written] of canonical) {
    it(`writes ${typed} as ${written} (${what})`, () => {
      assert.equal(parseIp(typed), written);
      assert.equal(parseIp(written), written);
      assert.equal(ipFromBytes(ipToBytes(written)), written);
    });
  }

  for (const typed of [
    '',
    ' 192.0.2.1',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.1.5',
    '192.0.02.1',
    '0x7f.0.0.1',
    '192.0.2.1/24',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'fe80::1%eth0',
    'example',
  ]) {
    it(`takes ${JSON.stringify(typed)} for no address`, () => {
      assert.equal(parseIp(typed), undefined);
    });
  }

  it('reads and writes bytes in network order', () => {
    assert.deepEqual([...ipToBytes('192.0.2.1')], [192, 0, 2, 1]);
    assert.deepEqual(
      [...ipToBytes('2001:db8::ff00:42:8329')],
      [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29],
    );
    assert.equal(ipFromBytes(Uint8Array.of(224, 0, 0, 18)), '224.0.0.18');
  });

  it('reads a part of a longer array', () => {
    const packet = Uint8Array.of(9, 9, 192, 0, 2, 7, 9);
    assert.equal(ipFromBytes(packet.subarray(2, 6)), '192.0.2.7');
  });

  for (const length of [0, 3, 5, 15, 17]) {
    it(`refuses ${length} bytes`, () => {
      assert.throws(() => ipFromBytes(new Uint8Array(length)), RangeError);
    });
  }

  it('knows families and their longest prefixes', () => {
    assert.equal(familyOf('192.0.2.1'), 4);
    assert.equal(familyOf('::ffff:192.0.2.1'), 6);
    assert.equal(maxPrefixLength(4), 32);
    assert.equal(maxPrefixLength(6), 128);
  });

  it('orders as unsigned numbers, not as text', () => {
    assert.ok(compareIp('10.0.0.9', '10.0.0.10') < 0);
    assert.ok(compareIp('200.0.0.1', '100.0.0.1') > 0);
    assert.ok(compareIp('128.0.0.0', '127.255.255.255') > 0);
    assert.equal(compareIp('192.0.2.1', '192.0.2.1'), 0);
    assert.ok(compareIp('fe80::2', 'fe80::10') < 0);
    assert.ok(compareIp('255.255.255.255', '::') < 0);
  });

  it('orders any set the same way from any start', () => {
    const sorted = [
      '0.0.0.1',
      '10.0.0.2',
      '10.0.0.10',
      '192.0.2.1',
      '::1',
      '2001:db8::1',
      'ff02::1',
    ];
    assert.deepEqual([...sorted].reverse().sort(compareIp), sorted);
  });
});
