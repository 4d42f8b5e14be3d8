import assert from 'node:assert/strict';
import { fromHex, sameBytes, toHex, viewOf } from '../../../src/base/bytes.js';
import { macFromBytes, macToBytes } from '../../../src/base/mac.js';
import { fail, ok } from '../../../src/base/result.js';

describe('base/bytes', () => {
  it('turns bytes into hexadecimal text and back', () => {
    assert.equal(toHex(Uint8Array.of(0, 0x0f, 0xa0, 0xff)), '000fa0ff');
    assert.deepEqual(fromHex('000F a0\n ff'), Uint8Array.of(0, 0x0f, 0xa0, 0xff));
    assert.deepEqual(fromHex(''), new Uint8Array(0));
  });

  it('sees only its part of a buffer', () => {
    const part = Uint8Array.of(1, 2, 3, 4).subarray(1, 3);
    assert.equal(toHex(part), '0203');
    assert.equal(viewOf(part).getUint16(0), 0x0203);
    assert.equal(viewOf(part).byteLength, 2);
  });

  for (const text of ['0', '0g', 'abc', '0x01']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => fromHex(text), RangeError);
    });
  }

  it('compares contents, not arrays', () => {
    assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(0, 1, 2).subarray(1)), true);
    assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
    assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)), false);
  });
});

describe('base/mac', () => {
  it('writes the virtual router address of VRID 51 (RFC 9568 7.3)', () => {
    assert.equal(macFromBytes(Uint8Array.of(0, 0, 0x5e, 0, 1, 51)), '00:00:5e:00:01:33');
  });

  it('reads upper and lower case', () => {
    assert.deepEqual([...macToBytes('00:00:5E:00:01:33')], [0, 0, 0x5e, 0, 1, 0x33]);
    assert.equal(macFromBytes(macToBytes('de:ad:be:ef:00:01')), 'de:ad:be:ef:00:01');
  });

  for (const text of [
    '',
    '00:00:5e:00:01',
    '00:00:5e:00:01:33:00',
    '0:0:5e:0:1:33',
    '00-00-5e-00-01-33',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => macToBytes(text), RangeError);
    });
  }
});

describe('base/result', () => {
  it('is a value or a reason', () => {
    assert.deepEqual(ok(5), { ok: true, value: 5 });
    assert.deepEqual(fail('too-short'), { ok: false, reason: 'too-short' });
  });
});
