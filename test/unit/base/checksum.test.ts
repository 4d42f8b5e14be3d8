import assert from 'node:assert/strict';
import { fromHex } from '../../../src/base/bytes.js';
import { internetChecksum } from '../../../src/base/checksum.js';

describe('base/checksum', () => {
  it('sums the example of RFC 1071 3', () => {
    // The words 0001 f203 f4f5 f6f7 sum to ddf2; the checksum is its complement.
    assert.equal(internetChecksum(fromHex('0001 f203 f4f5 f6f7')), ~0xddf2 & 0xffff);
  });

  it('is 0 over data that includes its checksum', () => {
    const data = fromHex('0001 f203 f4f5 f6f7 0000');
    const sum = internetChecksum(data);
    data[8] = sum >> 8;
    data[9] = sum & 0xff;
    assert.equal(internetChecksum(data), 0);
  });

  it('agrees with an IPv4 header whose checksum is known', () => {
    // 4500 0073 0000 4000 4011 .... c0a8 0001 c0a8 00c7: sum 0x2479c, folded 0x479e.
    assert.equal(internetChecksum(fromHex('4500007300004000 4011 0000 c0a80001 c0a800c7')), 0xb861);
  });

  it('of nothing is all ones', () => {
    assert.equal(internetChecksum(), 0xffff);
    assert.equal(internetChecksum(new Uint8Array(0)), 0xffff);
  });

  it('pads an odd length with a zero byte', () => {
    assert.equal(internetChecksum(fromHex('abcd ef')), internetChecksum(fromHex('abcd ef00')));
  });

  it('sums parts as one', () => {
    const whole = fromHex('0102 0304 0506 0708');
    assert.equal(
      internetChecksum(whole.subarray(0, 4), whole.subarray(4)),
      internetChecksum(whole),
    );
  });

  it('folds carries until none is left', () => {
    assert.equal(internetChecksum(new Uint8Array(65_534).fill(0xff)), 0);
    // A sum beyond 32 bits.
    assert.equal(internetChecksum(new Uint8Array(200_000).fill(0xff)), 0);
  });

  it('reads a view at an odd offset of its buffer', () => {
    const padded = fromHex('ff 0001 f203');
    assert.equal(internetChecksum(padded.subarray(1)), internetChecksum(fromHex('0001 f203')));
  });
});
