import assert from 'node:assert/strict';
import { toHex } from '../../../src/base/bytes.js';
import {
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from '../../../src/netlink/constants.js';
import {
  type AddressSpec,
  decodeAddress,
  decodeLink,
  encodeDeleteAddress,
  encodeNewAddress,
} from '../../../src/netlink/rtnl.js';
import { attributesByType, exchange, readMonitor } from './vectors.js';

const IFA_PROTO = 11;

describe('netlink: addresses and links', () => {
  describe('ask for what `ip` asks for', () => {
    const cases: readonly (readonly [string, Omit<AddressSpec, 'interfaceIndex'>])[] = [
      ['ip addr add 192.0.2.1/24 dev v0', { address: '192.0.2.1', prefixLength: 24 }],
      [
        'ip addr add 192.0.2.2/24 broadcast 192.0.2.255 dev v0 label v0:vip',
        { address: '192.0.2.2', prefixLength: 24, broadcast: '192.0.2.255', label: 'v0:vip' },
      ],
      [
        'ip addr add 192.0.2.3/32 dev v0 scope link',
        { address: '192.0.2.3', prefixLength: 32, scope: 253 },
      ],
      [
        'ip addr add 198.51.100.1 peer 198.51.100.2 dev v0',
        { address: '198.51.100.1', prefixLength: 32, peer: '198.51.100.2' },
      ],
      [
        'ip addr add 192.0.2.4/32 dev v0 valid_lft 600 preferred_lft 300',
        { address: '192.0.2.4', prefixLength: 32, lifetime: { valid: 600, preferred: 300 } },
      ],
      ['ip addr del 192.0.2.2/24 dev v0', { address: '192.0.2.2', prefixLength: 24 }],
      ['ip -6 addr del 2001:db8::1/64 dev v0', { address: '2001:db8::1', prefixLength: 64 }],
    ];
    for (const [command, spec] of cases) {
      it(command, () => {
        const theirs = exchange('netlink/ip.json', command).sent.at(-1);
        const encode = command.includes(' add ') ? encodeNewAddress : encodeDeleteAddress;
        const ours = encode({ interfaceIndex: 7, protocol: 0, ...spec });
        assert.ok(theirs);
        assert.equal(ours.type, theirs.type);
        assert.equal(toHex(ours.body.subarray(0, 8)), toHex(theirs.body.subarray(0, 8)));
        assert.deepEqual(
          attributesByType(ours.body.subarray(8)),
          attributesByType(theirs.body.subarray(8)),
        );
        // Besides REQUEST and ACK: CREATE and EXCL.
        if (ours.type === RTM_NEWADDR) assert.equal(ours.flags, theirs.flags & ~5);
      });
    }

    it('ip -6 addr add 2001:db8::1/64 dev v0 nodad', () => {
      const theirs = exchange('netlink/ip.json', 'ip -6 addr add 2001:db8::1/64 dev v0 nodad');
      const body = theirs.sent.at(-1)?.body as Uint8Array;
      const ours = encodeNewAddress({
        interfaceIndex: 7,
        address: '2001:db8::1',
        prefixLength: 64,
        protocol: 0,
      });
      const attributes = attributesByType(ours.body.subarray(8));
      // `ip` puts NODAD, which fits, into the header's eight bits; we into IFA_FLAGS (8).
      assert.equal(body[2], 0x02);
      assert.equal(attributes[8], '02000000');
      delete attributes[8];
      assert.deepEqual(attributes, attributesByType(body.subarray(8)));
    });
  });

  it('mark what they add as keepalived’s', () => {
    const { body } = encodeNewAddress({
      interfaceIndex: 7,
      address: '192.0.2.1',
      prefixLength: 24,
    });
    assert.equal(attributesByType(body.subarray(8))[IFA_PROTO], '12');
    const deletion = encodeDeleteAddress({
      interfaceIndex: 7,
      address: '192.0.2.1',
      prefixLength: 24,
    });
    assert.equal(attributesByType(deletion.body.subarray(8))[IFA_PROTO], undefined);
  });

  it('read the links that `ip link show` reads', () => {
    const { received } = exchange('netlink/ip.json', 'ip link show');
    const links = received.map(decodeLink).filter((link) => link !== undefined);
    assert.deepEqual(
      links.map(({ index, name, up, loopback, operState, mac, mtu }) => [
        ...[index, name, up, loopback, operState, mac, mtu],
      ]),
      [
        [1, 'lo', true, true, 0, '00:00:00:00:00:00', 65536],
        [7, 'v0', true, false, 6, '02:00:00:00:00:07', 1500],
        [8, 'v1', true, false, 6, '02:00:00:00:00:08', 1500],
      ],
    );
  });

  it('read the addresses that `ip addr show` reads', () => {
    const { received } = exchange('netlink/ip.json', 'ip addr show');
    const entries = received
      .filter(({ type }) => type === RTM_NEWADDR)
      .map(decodeAddress)
      .filter((entry) => entry?.interfaceIndex === 7)
      .map((entry) => {
        const { address, prefixLength, scope, secondary } = entry!;
        const { peer, broadcast, label, lifetime } = entry!;
        const words = [`${address}/${prefixLength}`, `scope ${scope}`];
        if (secondary) words.push('secondary');
        if (peer !== undefined) words.push(`peer ${peer}`);
        if (broadcast !== undefined) words.push(`broadcast ${broadcast}`);
        if (label !== undefined) words.push(label);
        if (lifetime) words.push(`valid ${lifetime.valid} preferred ${lifetime.preferred}`);
        return words.join(' ');
      });
    assert.deepEqual(entries, [
      '192.0.2.3/32 scope 253 v0',
      '192.0.2.1/24 scope 0 v0',
      '198.51.100.1/32 scope 0 peer 198.51.100.2 v0',
      '192.0.2.4/32 scope 0 v0 valid 600 preferred 300',
      '192.0.2.2/24 scope 0 secondary broadcast 192.0.2.255 v0:vip',
      '2001:db8::1/64 scope 0',
      'fe80::ff:fe00:7/64 scope 253',
    ]);
  });

  it('read what `ip monitor` hears, and nothing of a bridge’s ports', () => {
    const { received } = readMonitor();
    const heard = received
      .map((message) => {
        if (message.type === RTM_NEWLINK || message.type === RTM_DELLINK) {
          const link = decodeLink(message);
          const gone = message.type === RTM_DELLINK ? 'gone ' : '';
          return link && `${gone}${link.name} ${link.up ? 'up' : 'down'}`;
        }
        if (message.type === RTM_NEWADDR || message.type === RTM_DELADDR) {
          const entry = decodeAddress(message);
          const gone = message.type === RTM_DELADDR ? 'gone ' : '';
          return entry && `${gone}${entry.address} on ${entry.interfaceIndex}`;
        }
        return undefined;
      })
      .filter((line) => line !== undefined);
    // First the dump that `ip monitor` begins with. When its port leaves, the bridge too announces
    // RTM_DELLINK of v0, of family AF_BRIDGE: v0 goes once.
    assert.deepEqual(heard, [
      'lo up',
      'v0 up',
      'v1 up',
      'v0 down',
      'gone fe80::ff:fe00:7 on 7',
      'v1 down',
      'v0 down',
      'v0 up',
      'v1 up',
      '203.0.113.9 on 7',
      'gone 203.0.113.9 on 7',
      'br0 down',
      'v0 up',
      'v0 up',
      'br0 down',
      'br0 down',
      'v0 down',
      'gone fe80::ff:fe00:7 on 7',
      'v1 down',
      'gone fe80::ff:fe00:8 on 8',
      'br0 down',
      'br0 down',
      'gone v0 down',
      'gone v1 down',
    ]);
  });

  it('ignore what is too short or of another family', () => {
    const link = exchange('netlink/ip.json', 'ip link show').received[0]!;
    assert.equal(decodeLink({ ...link, body: link.body.subarray(0, 15) }), undefined);
    assert.equal(decodeLink({ ...link, body: link.body.subarray(0, 16) }), undefined);
    const entry = exchange('netlink/ip.json', 'ip addr show').received.find(
      ({ type }) => type === RTM_NEWADDR,
    )!;
    assert.equal(decodeAddress({ ...entry, body: entry.body.subarray(0, 7) }), undefined);
    assert.equal(decodeAddress({ ...entry, body: entry.body.subarray(0, 8) }), undefined);
    const other = Uint8Array.from(entry.body);
    other[0] = 7;
    assert.equal(decodeAddress({ ...entry, body: other }), undefined);
  });
});
