import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import {
  attribute,
  be16,
  be32,
  concat,
  decodeAttributes,
  LITTLE_ENDIAN,
  nested,
  text,
  u8,
  u16,
  u32,
  u64,
} from '../../../src/netlink/attributes.js';

describe('netlink: attributes', () => {
  it('have the length of header and value, and are padded to four bytes', function () {
    if (!LITTLE_ENDIAN) this.skip();
    assert.equal(toHex(u8(11, 18)), '05000b0012000000');
    assert.equal(toHex(text(3, 'eth0')), '090003006574683000000000');
    assert.equal(toHex(attribute(1, new Uint8Array(0))), '04000100');
  });

  it('keep network order where it is asked for', () => {
    assert.deepEqual([...be16(4, 80).subarray(4, 6)], [0, 80]);
    assert.deepEqual([...be32(9, 0xffffff00).subarray(4)], [255, 255, 255, 0]);
  });

  it('are read back as they were written, nested ones too', () => {
    const bytes = concat([
      u8(1, 200),
      u16(2, 60_000),
      u32(3, 4_000_000_000),
      u64(4, 2n ** 63n),
      be16(5, 443),
      be32(6, 0xc0000201),
      text(7, 'wlan0'),
      nested(8, [u32(1, -5), nested(2, [u8(1, 1)])]),
    ]);
    const attributes = decodeAttributes(bytes);
    assert.equal(attributes.u8(1), 200);
    assert.equal(attributes.u16(2), 60_000);
    assert.equal(attributes.u32(3), 4_000_000_000);
    assert.equal(attributes.u64(4), 2n ** 63n);
    assert.equal(attributes.be16(5), 443);
    assert.equal(attributes.be32(6), 0xc0000201);
    assert.equal(attributes.text(7), 'wlan0');
    assert.equal(attributes.nested(8)?.s32(1), -5);
    assert.equal(attributes.nested(8)?.nested(2)?.u8(1), 1);
    assert.deepEqual(attributes.types(), [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('of another size than the type needs are as absent', () => {
    const attributes = decodeAttributes(concat([u32(1, 7), u16(2, 7)]));
    assert.equal(attributes.u16(1), undefined);
    assert.equal(attributes.u32(2), undefined);
    assert.equal(attributes.u8(1), undefined);
    assert.equal(attributes.u64(1), undefined);
    assert.equal(attributes.bytes(1, 16), undefined);
    assert.equal(attributes.text(9), undefined);
  });

  it('that come twice count as they came last', () => {
    assert.equal(decodeAttributes(concat([u8(1, 1), u8(1, 2)])).u8(1), 2);
  });

  it('end at the first header that does not fit', () => {
    const whole = concat([u32(1, 7), u32(2, 8)]);
    assert.deepEqual(decodeAttributes(whole.subarray(0, 15)).types(), [1]);
    assert.deepEqual(decodeAttributes(whole.subarray(0, 11)).types(), [1]);
    assert.deepEqual(decodeAttributes(whole.subarray(0, 7)).types(), []);
    assert.deepEqual(decodeAttributes(fromHex('03000100')).types(), []);
    assert.deepEqual(decodeAttributes(fromHex('00000000')).types(), []);
  });

  it('longer than a header can say are refused', () => {
    assert.throws(() => attribute(1, new Uint8Array(65_532)), RangeError);
    assert.equal(attribute(1, new Uint8Array(65_531)).length, 65_536);
  });
});
