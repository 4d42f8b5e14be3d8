import assert from 'node:assert/strict';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import {
  type AdvertContent,
  type AdvertDropReason,
  advertAddresses,
  decodeAdvert,
  encodeAdvert,
} from '../../../src/vrrp/advert.js';
import { AUTH_PASS, encodePassword, NO_AUTH } from '../../../src/vrrp/auth.js';
import { datagram, type PacketDescription } from './fixture.js';

const ADDRESSES = { source: fromHex('0a000002'), destination: fromHex('e0000012') };

function pdu(of: PacketDescription): Uint8Array {
  return datagram(of).subarray(20);
}

function dropped(bytes: Uint8Array, reason: AdvertDropReason): void {
  assert.deepEqual(decodeAdvert(bytes, ADDRESSES), { ok: false, reason });
}

describe('vrrp/advert', () => {
  describe('decode', () => {
    it('reads version 2', () => {
      const result = decodeAdvert(
        pdu({
          addresses: ['10.0.0.100', '10.0.0.101'],
          authType: 1,
          password: 'tandem',
          interval: 3,
        }),
        ADDRESSES,
      );
      assert.ok(result.ok);
      const advert = result.value;
      assert.equal(advert.version, 2);
      assert.equal(advert.virtualRouterId, 51);
      assert.equal(advert.priority, 150);
      assert.equal(advert.interval, 3_000_000);
      assert.equal(advert.checksum, 'plain');
      assert.deepEqual(advertAddresses(advert), ['10.0.0.100', '10.0.0.101']);
      assert.equal(advert.auth?.type, 1);
      assert.equal(toHex(advert.auth?.data ?? new Uint8Array()), '74616e64656d0000');
    });

    it('reads version 3: 12 bits of centiseconds, reserved bits ignored', () => {
      const result = decodeAdvert(pdu({ version: 3, interval: 0xafff }), ADDRESSES);
      assert.ok(result.ok);
      assert.equal(result.value.version, 3);
      assert.equal(result.value.interval, 40_950_000);
      assert.equal(result.value.auth, undefined);
    });

    it('tells the two version 3 checksums apart', () => {
      for (const checksum of ['pseudo-header', 'plain'] as const) {
        const result = decodeAdvert(pdu({ version: 3, checksum }), ADDRESSES);
        assert.ok(result.ok);
        assert.equal(result.value.checksum, checksum);
      }
    });

    it('reads an advert without addresses', () => {
      const result = decodeAdvert(pdu({ version: 3, addresses: [] }), ADDRESSES);
      assert.ok(result.ok);
      assert.deepEqual(advertAddresses(result.value), []);
    });

    it('too-short: fixed fields, addresses, authentication data', () => {
      dropped(new Uint8Array(0), 'too-short');
      dropped(pdu({ cut: 7 }), 'too-short');
      dropped(pdu({ cut: 19 }), 'too-short');
      dropped(pdu({ version: 3, cut: 11 }), 'too-short');
      dropped(pdu({ count: 2 }), 'too-short');
    });

    it('too-long: bytes that no field claims', () => {
      dropped(pdu({ extra: 1 }), 'too-long');
      dropped(pdu({ version: 3, count: 0 }), 'too-long');
    });

    it('wrong-vrrp-version: neither 2 nor 3', () => {
      for (const version of [0, 1, 4, 15]) dropped(pdu({ version }), 'wrong-vrrp-version');
    });

    it('wrong-type: not an ADVERTISEMENT', () => {
      dropped(pdu({ type: 0 }), 'wrong-type');
      dropped(pdu({ version: 3, type: 2 }), 'wrong-type');
    });

    it('bad-checksum: in both versions, and a pseudo-header in version 2', () => {
      dropped(pdu({ checksum: 'wrong' }), 'bad-checksum');
      dropped(pdu({ version: 3, checksum: 'wrong' }), 'bad-checksum');
      dropped(pdu({ checksum: 'pseudo-header' }), 'bad-checksum');
    });

    it('bad-checksum: every single flipped bit behind the version is noticed', () => {
      const good = pdu({ version: 3 });
      for (let bit = 32; bit < good.length * 8; bit++) {
        const bytes = Uint8Array.from(good);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        dropped(bytes, 'bad-checksum');
      }
    });
  });

  describe('encode', () => {
    const content: AdvertContent = {
      version: 3,
      virtualRouterId: 54,
      priority: 100,
      interval: 1_000_000,
      addressBytes: fromHex('0a090064'),
      addressCount: 1,
      auth: NO_AUTH,
    };

    it('writes the plain version 3 checksum (added up by hand: ~(3136+6401+0064+0a09+0064))', () => {
      assert.equal(toHex(encodeAdvert(content, ADDRESSES, 'plain')), '3136640100645ff70a090064');
    });

    it('writes 12 bits of centiseconds', () => {
      const bytes = encodeAdvert({ ...content, interval: 40_950_000 }, ADDRESSES);
      assert.equal(toHex(bytes.subarray(4, 6)), '0fff');
    });

    it('writes authentication in version 2 only', () => {
      const auth = { type: AUTH_PASS, data: encodePassword('tandem') } as const;
      assert.equal(encodeAdvert({ ...content, auth }, ADDRESSES).length, 12);
      const two = encodeAdvert({ ...content, version: 2, auth }, ADDRESSES);
      assert.equal(two[4], 1);
      assert.equal(toHex(two.subarray(12)), '74616e64656d0000');
    });

    it('is read back by the decoder, whatever the fields', () => {
      for (const version of [2, 3] as const) {
        for (const priority of [0, 1, 254, 255]) {
          const result = decodeAdvert(
            encodeAdvert({ ...content, version, priority }, ADDRESSES),
            ADDRESSES,
          );
          assert.ok(result.ok);
          assert.equal(result.value.priority, priority);
          assert.equal(result.value.interval, 1_000_000);
        }
      }
    });
  });
});
