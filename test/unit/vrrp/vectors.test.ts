/** Packets of another implementation: decoded, and encoded again byte by byte. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fromHex, toHex } from '../../../src/base/bytes.js';
import { familyOf, ipFromBytes, ipToBytes } from '../../../src/base/ip.js';
import { macFromBytes } from '../../../src/base/mac.js';
import { decodeAdvert, encodeAdvert } from '../../../src/vrrp/advert.js';
import { encodeGratuitousArp } from '../../../src/vrrp/arp.js';
import { encodePassword, NO_AUTH } from '../../../src/vrrp/auth.js';
import { decodeIp, encodeIp } from '../../../src/vrrp/ip-header.js';
import { encodeNeighbourAdvertisement } from '../../../src/vrrp/ndp.js';
import { releaseAdverts } from '../../../src/vrrp/release-advert.js';
import { ROOT } from '../../support/root.js';
import { instanceSettings, unicast, virtualAddress } from './fixture.js';

interface Vector {
  readonly about: string;
  readonly configuration: readonly string[];
  readonly interface: { readonly mac: string; readonly address: string };
  /** With their IP header: those of the priority, then those of priority 0. */
  readonly adverts: readonly string[];
  readonly gratuitousArps?: readonly string[];
  readonly neighbourAdvertisements?: readonly string[];
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

function has(vector: Vector, keyword: string): boolean {
  return vector.configuration.some((line) => line.trim() === keyword);
}

function addresses(vector: Vector): string[] {
  return vector.configuration.flatMap((line) => /^\s+([\da-f.:]+)\/\d+$/.exec(line)?.[1] ?? []);
}

function peers(vector: Vector): string[] {
  return vector.configuration.flatMap(
    (line) => /^\s+([\da-f]+[.:][\da-f.:]+)$/.exec(line)?.[1] ?? [],
  );
}

describe('vrrp: vectors from keepalived', () => {
  it('has some', () => {
    assert.ok(vectors.length >= 11);
  });

  for (const [name, vector] of vectors) {
    describe(`${name}: ${vector.about}`, () => {
      const version = Number(word(vector, 'version')) as 2 | 3;
      const password = word(vector, 'auth_pass');
      const source = vector.interface.address;
      const family = familyOf(source);
      const isPlain = version === 2 ? family === 4 : has(vector, 'v3_checksum_as_v2');
      const form = isPlain ? 'plain' : 'pseudo-header';
      const content = {
        version,
        virtualRouterId: Number(word(vector, 'virtual_router_id')),
        interval: Number(word(vector, 'advert_int')) * 1_000_000,
        addressBytes: fromHex(
          addresses(vector)
            .map((ip) => toHex(ipToBytes(ip)))
            .join(''),
        ),
        addressCount: addresses(vector).length,
        auth: password ? ({ type: 1, data: encodePassword(password) } as const) : NO_AUTH,
      };
      const half = vector.adverts.length / 2;

      vector.adverts.forEach((hex, i) => {
        const priority = i < half ? Number(word(vector, 'priority')) : 0;
        const datagram = fromHex(hex);
        const ip = decodeIp(datagram);
        assert.ok(ip.ok);
        const to = ipFromBytes(ip.value.destination);

        it(`decodes the advert of priority ${priority} to ${to}`, () => {
          assert.equal(ipFromBytes(ip.value.source), source);
          const result = decodeAdvert(ip.value.payload, ip.value);
          assert.ok(result.ok);
          const advert = result.value;
          assert.equal(advert.version, version);
          assert.equal(advert.virtualRouterId, content.virtualRouterId);
          assert.equal(advert.priority, priority);
          assert.equal(advert.interval, content.interval);
          assert.equal(toHex(advert.addressBytes), toHex(content.addressBytes));
          assert.equal(advert.checksum, form);
          assert.equal(advert.auth?.type, version === 2 ? content.auth.type : undefined);
          assert.equal(advert.trailer, undefined);
        });

        it(`encodes the same bytes for priority ${priority} to ${to}`, () => {
          const payload = encodeAdvert({ ...content, priority }, ip.value, form);
          assert.equal(toHex(payload), toHex(ip.value.payload));
          const whole = encodeIp({
            ...ip.value,
            payload,
            identification: (datagram[4] as number) * 256 + (datagram[5] as number),
          });
          // IPv4: the kernel fills in the header's checksum. IPv6: it chooses a flow label.
          const blank = family === 4 ? [10, 12] : [1, 4];
          const expected = Uint8Array.from(datagram).fill(0, blank[0], blank[1]);
          assert.equal(toHex(whole.fill(0, blank[0], blank[1])), toHex(expected));
        });
      });

      it('releases an instance with the same bytes', () => {
        const settings = instanceSettings({
          version,
          family,
          virtualRouterId: content.virtualRouterId,
          advertInterval: content.interval,
          virtualAddresses: addresses(vector).map((ip) => virtualAddress(ip)),
          checksum: { plain: has(vector, 'v3_checksum_as_v2'), oldUnicast: 'auto' },
          ...(password && { authentication: { type: 'PASS', password } }),
          ...(peers(vector).length > 0 && { unicast: unicast(peers(vector)) }),
        });
        const releases = releaseAdverts(settings, source, 0);
        const expected = vector.adverts.slice(half).map(fromHex).map(decodeIp);
        assert.deepEqual(
          releases.map(({ packet, destination }) => [destination, toHex(packet)]),
          expected.map((ip) => {
            assert.ok(ip.ok);
            return [ipFromBytes(ip.value.destination), toHex(ip.value.payload)];
          }),
        );
      });

      it('encodes the same announcements', () => {
        const { mac } = vector.interface;
        const expected = addresses(vector).map((ip) =>
          toHex(
            familyOf(ip) === 4
              ? encodeGratuitousArp(mac, ip)
              : encodeNeighbourAdvertisement(mac, ip, false),
          ),
        );
        const { gratuitousArps = [], neighbourAdvertisements = [] } = vector;
        assert.deepEqual([...gratuitousArps, ...neighbourAdvertisements], expected);
        assert.equal(macFromBytes(encodeGratuitousArp(mac, '10.9.0.100').subarray(6, 12)), mac);
      });
    });
  }
});
