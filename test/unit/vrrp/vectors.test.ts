/** Packets of another implementation: decoded, and encoded again byte by byte. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { ipFromBytes } from '../../../src/base/ip.js';
import { macFromBytes } from '../../../src/base/mac.js';
import { decodeAdvert, encodeAdvert } from '../../../src/vrrp/advert.js';
import { encodeGratuitousArp } from '../../../src/vrrp/arp.js';
import { encodePassword, NO_AUTH } from '../../../src/vrrp/auth.js';
import { decodeIpv4 } from '../../../src/vrrp/ipv4.js';
import { releaseAdvert } from '../../../src/vrrp/release-advert.js';
import { ROOT } from '../../support/root.js';
import { instanceSettings, virtualAddress } from './fixture.js';

interface Vector {
  readonly about: string;
  readonly configuration: readonly string[];
  readonly interface: { readonly mac: string; readonly address: string };
  readonly adverts: readonly string[];
  readonly gratuitousArps: readonly string[];
}

const FOLDER = `${ROOT}test/vectors/vrrp/`;
const vectors = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => [name, JSON.parse(readFileSync(FOLDER + name, 'utf8')) as Vector] as const);

/** The words after a keyword of the configuration that was used. */
function word(vector: Vector, keyword: string): string | undefined {
  const line = vector.configuration.map((l) => l.trim()).find((l) => l.startsWith(`${keyword} `));
  return line?.split(/\s+/)[1];
}

function addresses(vector: Vector): string[] {
  return vector.configuration.flatMap((line) => /^\s+([\d.]+)\/\d+$/.exec(line)?.[1] ?? []);
}

describe('vrrp: vectors from keepalived', () => {
  it('has some', () => {
    assert.ok(vectors.length >= 6);
  });

  for (const [name, vector] of vectors) {
    describe(`${name}: ${vector.about}`, () => {
      const version = Number(word(vector, 'version')) as 2 | 3;
      const password = word(vector, 'auth_pass');
      const content = {
        version,
        virtualRouterId: Number(word(vector, 'virtual_router_id')),
        interval: Number(word(vector, 'advert_int')) * 1_000_000,
        addressBytes: fromHex(
          addresses(vector)
            .map((ip) =>
              ip
                .split('.')
                .map((n) => Number(n).toString(16).padStart(2, '0'))
                .join(''),
            )
            .join(''),
        ),
        addressCount: addresses(vector).length,
        auth: password ? ({ type: 1, data: encodePassword(password) } as const) : NO_AUTH,
      };
      const priorities = [Number(word(vector, 'priority')), 0];

      vector.adverts.forEach((hex, i) => {
        const priority = priorities[i] as number;
        it(`decodes the advert of priority ${priority}`, () => {
          const ip = decodeIpv4(fromHex(hex));
          assert.ok(ip.ok);
          assert.equal(ipFromBytes(ip.value.source), vector.interface.address);
          const result = decodeAdvert(ip.value.payload, ip.value);
          assert.ok(result.ok);
          const advert = result.value;
          assert.equal(advert.version, version);
          assert.equal(advert.virtualRouterId, content.virtualRouterId);
          assert.equal(advert.priority, priority);
          assert.equal(advert.interval, content.interval);
          assert.equal(toHex(advert.addressBytes), toHex(content.addressBytes));
          assert.equal(advert.checksum, version === 2 ? 'plain' : 'pseudo-header');
          assert.equal(advert.auth?.type, version === 2 ? content.auth.type : undefined);
        });

        it(`encodes the same bytes for priority ${priority}`, () => {
          const source = fromHex(hex).subarray(12, 16);
          const destination = fromHex('e0000012');
          const bytes = encodeAdvert({ ...content, priority }, { source, destination });
          assert.equal(toHex(bytes), hex.slice(40));
        });
      });

      it('releases an instance with the same bytes', () => {
        const settings = instanceSettings({
          version,
          virtualRouterId: content.virtualRouterId,
          advertInterval: content.interval,
          virtualAddresses: addresses(vector).map((ip) => virtualAddress(ip)),
          ...(password && { authentication: { type: 'PASS', password } }),
        });
        const { packet, destination } = releaseAdvert(settings, vector.interface.address);
        assert.equal(destination, '224.0.0.18');
        assert.equal(toHex(packet), vector.adverts[1]?.slice(40));
      });

      it('encodes the same gratuitous ARPs', () => {
        const expected = addresses(vector).map((ip) =>
          toHex(encodeGratuitousArp(vector.interface.mac, ip)),
        );
        assert.deepEqual(vector.gratuitousArps, expected);
        const frame = encodeGratuitousArp(vector.interface.mac, '10.9.0.100');
        assert.equal(macFromBytes(frame.subarray(6, 12)), vector.interface.mac);
      });
    });
  }
});
