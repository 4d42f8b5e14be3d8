import assert from 'node:assert/strict';
import { encodeOperation } from '../../../src/ipvs/codec.js';
import { IPVS_GENL_VERSION } from '../../../src/ipvs/constants.js';
import { DestinationBodies } from '../../../src/ipvs/destination-bodies.js';
import type { ServiceId } from '../../../src/ipvs/model.js';
import type { IpvsOperation } from '../../../src/ipvs/operations.js';
import { encodeGeneric } from '../../../src/netlink/genl.js';
import { Random } from '../../sim/random.js';

const SERVICES: readonly ServiceId[] = [
  { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 },
  { kind: 'address', protocol: 'UDP', address: '2001:db8::1', port: 53 },
  { kind: 'fwmark', family: 4, fwmark: 7 },
  { kind: 'fwmark', family: 6, fwmark: 4_000_000_000 },
];

function encodeBody(operation: IpvsOperation): Uint8Array {
  const { command, attributes } = encodeOperation(operation);
  return encodeGeneric(command, IPVS_GENL_VERSION, attributes);
}

describe('ipvs: prepared requests', () => {
  it('are those of the codec, byte for byte', () => {
    const random = new Random(24);
    const bodies = new DestinationBodies(encodeBody);
    for (let i = 0; i < 500; i++) {
      const v6 = random.chance(0.3);
      const operation: IpvsOperation = {
        kind: random.pick(['add-destination', 'set-destination']),
        id: random.pick(SERVICES),
        destination: {
          address: v6
            ? `2001:db8::${random.int(1, 65_535).toString(16)}`
            : `10.${random.int(0, 255)}.${random.int(0, 255)}.${random.int(0, 255)}`,
          port: random.int(0, 65_535),
          method: random.pick(['NAT', 'DR', 'TUN']),
          weight: random.pick([0, 1, 255, 65_535, 2_147_483_647]),
          upperThreshold: random.int(0, 4_294_967_295),
          lowerThreshold: random.int(0, 70_000),
        },
      };
      assert.deepEqual([...(bodies.encode(operation) ?? [])], [...encodeBody(operation)]);
    }
  });

  it('leave everything else to it', () => {
    const [id] = SERVICES as [ServiceId];
    const bodies = new DestinationBodies(encodeBody);
    assert.equal(bodies.encode({ kind: 'delete-service', id }), undefined);
    const tunnel = { type: 'gue', port: 6080, checksum: 'csum' } as const;
    const plain = { address: '10.0.0.1', port: 80, method: 'TUN', weight: 1 } as const;
    const destination = { ...plain, upperThreshold: 0, lowerThreshold: 0, tunnel };
    assert.equal(bodies.encode({ kind: 'add-destination', id, destination }), undefined);
  });
});
