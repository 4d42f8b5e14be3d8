/**
 * Captured datagrams with seeded damage against every decoder of netlink and IPVS: whatever comes,
 * they give a value or nothing, never throw, and what they give can be used.
 */
import assert from 'node:assert/strict';
import { decodeDestination, decodeService } from '../../src/ipvs/codec.js';
import { decodeDaemon, decodeInfo, decodeTimeouts } from '../../src/ipvs/control-codec.js';
import { destinationKey, serviceKey } from '../../src/ipvs/model.js';
import { decodeAttributes } from '../../src/netlink/attributes.js';
import { decodeGeneric } from '../../src/netlink/genl.js';
import { decodeErrno, decodeMessages, encodeMessage } from '../../src/netlink/message.js';
import { decodeAddress, decodeLink } from '../../src/netlink/rtnl.js';
import { readExchanges, readMonitor } from '../unit/netlink/vectors.js';

const ROUNDS = 20_000;

/** mulberry32 */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

function damage(bytes: Uint8Array, roll: (below: number) => number): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let n = 1 + roll(4); n > 0 && result.length > 0; n--) {
    const at = roll(result.length);
    switch (roll(5)) {
      case 0:
        result[at] = roll(256);
        break;
      case 1:
        result[at] = [0, 1, 3, 4, 0x7f, 0x80, 0xff][roll(7)] as number;
        break;
      case 2:
        result = result.slice(0, at);
        break;
      case 3:
        result.copyWithin(at, roll(result.length));
        break;
      default:
        result = Uint8Array.from([...result.subarray(0, at), roll(256), ...result.subarray(at)]);
    }
  }
  return result;
}

/** Uses whatever the decoders give. Returns how much that was. */
function decodeAll(datagram: Uint8Array): number {
  let values = 0;
  for (const message of decodeMessages(datagram)) {
    decodeErrno(message.body);
    const link = decodeLink(message);
    if (link) values += link.name.length >= 0 && link.mac.length === 17 ? 1 : assert.fail();
    const entry = decodeAddress(message);
    if (entry) values += entry.address.length > 1 ? 1 : assert.fail();
    const attributes = decodeAttributes(decodeGeneric(message.body)?.attributes ?? message.body);
    const service = decodeService(attributes);
    if (service) {
      values += serviceKey(service.id).length > 4 ? 1 : assert.fail();
      assert.ok(service.persistencePrefix >= 0);
    }
    for (const family of [4, 6] as const) {
      const destination = decodeDestination(attributes, family);
      if (destination) values += destinationKey(destination).length > 3 ? 1 : assert.fail();
    }
    for (const decode of [decodeDaemon, decodeTimeouts, decodeInfo]) {
      if (decode(attributes)) values++;
    }
  }
  return values;
}

describe('fuzz: netlink', function () {
  this.timeout(60_000);
  const messages = [
    ...readExchanges('netlink/ip.json').flatMap(({ sent, received }) => [...sent, ...received]),
    ...readExchanges('ipvs/ipvsadm.json').flatMap(({ sent, received }) => [...sent, ...received]),
    ...readMonitor().received,
  ].map(encodeMessage);

  it('reads the captured messages undamaged', () => {
    assert.ok(messages.length > 100);
    assert.ok(messages.reduce((sum, message) => sum + decodeAll(message), 0) > 50);
  });

  for (const seed of [1, 20_260, 0xdead]) {
    it(`survives ${ROUNDS} damaged messages, seed ${seed}`, () => {
      const roll = dice(seed);
      let values = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = damage(messages[roll(messages.length)] as Uint8Array, roll);
        try {
          values += decodeAll(bytes);
        } catch (error) {
          assert.fail(`round ${round}: ${Buffer.from(bytes).toString('hex')}: ${error}`);
        }
      }
      assert.ok(values > 0);
    });
  }
});
