import assert from 'node:assert/strict';
import { renderDiagnostics } from '../../../src/config/diagnostics/render.js';
import { dump } from '../../../src/config/dump/index.js';
import { found, instance, instanceText, load, loadGood, messages, plain } from './support.js';

const SECOND = 1_000_000;
const PEER = 'unicast_peer {\n192.0.2.2\n}\n';
const HEX = '0123456789abcdef'.repeat(4);

const codes = (lines: string): string[] =>
  found(load(instanceText(lines)))
    .filter((line) => !/CONFIG_(?:PLANNED|NOT_RUN|SCRIPT_SECURITY)$/.test(line))
    .map((line) => line.replace(/^.* CONFIG_/, ''));

const notRun = (lines: string, before = ''): string =>
  (messages(load(before + instanceText(lines)), 'CONFIG_NOT_RUN')[0] ?? '').replace(
    /^.* has no (.*) yet$/,
    '$1',
  );

describe("config: how an instance's adverts travel", () => {
  describe('unicast', () => {
    it('peers with their TTLs', () => {
      const { unicast } = instance(
        'unicast_src_ip 192.0.2.1\nunicast_peer {\n192.0.2.2\n192.0.2.3 min_ttl 250 max_ttl 254\n}\nunicast_ttl 9',
      );
      assert.deepEqual(plain(unicast), {
        peers: [
          { address: '192.0.2.2', minTtl: 0, maxTtl: 255 },
          { address: '192.0.2.3', minTtl: 250, maxTtl: 254 },
        ],
        ttl: 9,
        // A range of TTLs turns it on.
        checkSource: true,
        oldChecksum: 'detect',
      });
      assert.equal(instance(PEER).unicast?.checkSource, false);
      assert.equal(instance(`${PEER}old_unicast_checksum`).unicast?.oldChecksum, 'always');
      assert.equal(instance(`${PEER}old_unicast_checksum never`).unicast?.oldChecksum, 'never');
    });

    it('without peers adverts are multicast, or the instance is in FAULT', () => {
      for (const lines of ['unicast_src_ip 192.0.2.9', 'check_unicast_src', 'unicast_ttl 3']) {
        assert.deepEqual(codes(lines), ['UNICAST_NO_PEER'], lines);
        assert.equal(instance(lines).unicast, undefined);
      }
      assert.deepEqual(codes('unicast_peer {\n}'), ['UNICAST_NO_PEER']);
      assert.deepEqual(plain(instance('unicast_fault_no_peer').unicast?.peers), []);
      assert.match(
        messages(load(instanceText('unicast_fault_no_peer')), 'CONFIG_UNICAST_NO_PEER')[0] ?? '',
        /stays in FAULT/,
      );
    });

    it('odd peers', () => {
      assert.deepEqual(codes('unicast_src_ip 192.0.2.9\nunicast_peer {\n192.0.2.9\n}'), [
        'UNICAST_PEER',
      ]);
      assert.deepEqual(codes('unicast_peer {\n192.0.2.2\n192.0.2.2\n}'), ['UNICAST_PEER']);
      assert.deepEqual(codes('unicast_peer {\n192.0.2.2 min_ttl 9 max_ttl 3\n}'), ['UNICAST_PEER']);
      assert.deepEqual(codes(`${PEER}mcast_dst_ip 224.0.0.9`), ['UNICAST_PEER']);
      assert.deepEqual(codes('unicast_peer {\n192.0.2.2/24\n}'), ['EXTRA_WORD']);
      for (const peer of ['192.0.2.2 foo 3', '192.0.2.2 192.0.2.3', 'nobody']) {
        assert.ok(codes(`unicast_peer {\n${peer}\n}`).includes('INVALID_VALUE'), peer);
      }
      assert.ok(codes('unicast_peer {\n192.0.2.2 min_ttl\n}').includes('MISSING_VALUE'));
      assert.ok(codes('unicast_peer {\n192.0.2.2 min_ttl 256\n}').includes('OUT_OF_RANGE'));
      assert.deepEqual(codes('unicast_peer {\n2001:db8::1\n}'), ['FAMILY_MISMATCH']);
    });

    it('an instance can do without an interface', () => {
      const text = (lines: string): string =>
        `vrrp_instance A {\nvirtual_router_id 1\n${lines}\nvirtual_ipaddress {\n192.0.2.1\n}\n}`;
      const [built] = loadGood(text(`${PEER}unicast_src_ip 192.0.2.9\nvrf blue`)).instances;
      assert.equal(built?.interface, '');
      assert.equal(built?.vrf, 'blue');
      // keepalived's default_interface.
      assert.equal(built?.virtualAddresses[0]?.interface, 'eth0');
      assert.ok(found(load(text(PEER))).includes('1:1 CONFIG_MISSING_SETTING'));
      assert.deepEqual(codes(`${PEER}vrf blue`), ['VIRTUAL_INTERFACE']);
    });

    it('a VRID is used again with another group, or with other peers', () => {
      const two = (first: string, second: string): string[] =>
        found(
          load(
            instanceText(first) +
              instanceText(second, 'VI_2').replace('192.0.2.1\n', '').replace('.1 }', '.77 }'),
          ),
        ).filter((line) => line.includes('VRID'));
      assert.equal(two('', '').length, 1);
      assert.equal(two('', 'mcast_dst_ip 224.0.0.9').length, 0);
      assert.equal(two('', PEER).length, 0);
      assert.equal(two(PEER, PEER).length, 1);
      assert.equal(two(PEER, PEER.replace('2.2', '2.3')).length, 0);
    });
  });

  it('groups and sources', () => {
    assert.equal(instance('mcast_dst_ip 224.0.0.99').multicastGroup, '224.0.0.99');
    assert.equal(
      instance('', 'global_defs {\nvrrp_mcast_group4 224.0.0.77\n}\n').multicastGroup,
      '224.0.0.77',
    );
    assert.deepEqual(codes('mcast_dst_ip 192.0.2.3'), ['INVALID_VALUE']);
    assert.deepEqual(codes('mcast_dst_ip ff05::12'), ['INVALID_VALUE']);
    assert.equal(instance('mcast_src_ip 192.0.2.9\ntrack_src_ip').trackSourceAddress, true);
    // Without a source of its own there is nothing to track.
    assert.equal(instance('track_src_ip').trackSourceAddress, false);
  });

  describe('interfaces of its own', () => {
    const own = (lines: string) => plain(instance(lines).virtualInterface);

    it('macvlan', () => {
      assert.deepEqual(own('use_vmac'), { kind: 'macvlan', netlinkNotify: false });
      assert.deepEqual(own('use_vmac vm1 02:0:0:0:0:1 netlink_notify_msg group 7'), {
        kind: 'macvlan',
        name: 'vm1',
        mac: '02:00:00:00:00:01',
        netlinkNotify: true,
        group: 7,
      });
      // The VRID is the sixth octet.
      assert.deepEqual(own('use_vmac name group 02:00:00:00:0a'), {
        kind: 'macvlan',
        name: 'group',
        mac: '02:00:00:00:0a:01',
        netlinkNotify: false,
      });
      for (const words of ['a b', '02:00:00:00', '00:00:5e:00:01:05', '01:00:00:00:00:01', '1:z']) {
        assert.ok(codes(`use_vmac ${words}`).includes('INVALID_VALUE'), words);
      }
      assert.deepEqual(codes('use_vmac group'), ['MISSING_VALUE']);
      assert.deepEqual(codes('use_vmac 2:0:0:0:0:1:7'), ['EXTRA_WORD']);
    });

    it('ipvlan', () => {
      assert.deepEqual(own('use_ipvlan ip1 192.0.2.9/24 vepa'), {
        kind: 'ipvlan',
        name: 'ip1',
        address: { address: '192.0.2.9', prefixLength: 24 },
        mode: 'vepa',
      });
      assert.deepEqual(codes('use_ipvlan'), ['VIRTUAL_INTERFACE']);
      assert.deepEqual(codes('use_ipvlan 2001:db8::9'), ['FAMILY_MISMATCH']);
      for (const words of ['bridge private', '192.0.2.9 192.0.2.8']) {
        assert.ok(codes(`use_ipvlan ${words}`).includes('INVALID_VALUE'), words);
      }
      assert.deepEqual(codes('use_vmac\nuse_ipvlan 192.0.2.9'), ['VIRTUAL_INTERFACE']);
    });

    it('with unicast adverts are on the interface below', () => {
      assert.equal(instance(`${PEER}use_vmac`).transmitOnBase, true);
      assert.deepEqual(codes(`${PEER}use_vmac`), ['VIRTUAL_INTERFACE']);
      assert.deepEqual(codes(`${PEER}use_vmac\nvmac_xmit_base`), []);
      assert.deepEqual(codes('vmac_xmit_base'), ['VIRTUAL_INTERFACE']);
    });

    it('what it implies need not be said', () => {
      assert.deepEqual(codes('use_vmac\npromote_secondaries'), ['VIRTUAL_INTERFACE']);
      assert.equal(instance('use_vmac\npromote_secondaries').promoteSecondaries, false);
      const address = (lines: string, options: string): string[] =>
        codes(`${lines}\nvirtual_ipaddress {\n192.0.2.7 ${options} use_vmac\n}`);
      assert.deepEqual(address('use_vmac', ''), ['WITHOUT_EFFECT']);
      assert.deepEqual(address('use_vmac_addr', 'dev eth1'), ['WITHOUT_EFFECT']);
      assert.deepEqual(address('use_vmac', 'dev eth1'), []);
    });

    it('none is made on top of itself', () => {
      const loaded = load(instanceText('use_vmac eth0'));
      assert.equal(loaded.config, undefined);
      assert.equal(messages(loaded, 'CONFIG_VIRTUAL_INTERFACE').length, 1);
    });

    it('two cannot have one name', () => {
      const loaded = load(
        instanceText('use_vmac v') +
          instanceText('use_vmac v', 'VI_2').replace('router_id 1', 'router_id 2'),
      );
      assert.equal(loaded.config, undefined);
      assert.equal(messages(loaded, 'CONFIG_VIRTUAL_INTERFACE').length, 1);
    });
  });

  describe('auth_hmac', () => {
    const hmac = (lines: string, others = ''): string =>
      `${others}\nauth_hmac {\nkey 1 hex:${HEX}\nactive_key 1\n${lines}\n}`;

    it('keys as hexadecimal, text and file; defaults', () => {
      const built = instance(
        hmac(`key 2 file:/run/key\nkey 3 "a passphrase, 32 bytes at least!"`),
      ).hmac;
      assert.deepEqual(plain(built), {
        keys: [
          { id: 1, hex: HEX },
          { id: 2, file: '/run/key' },
          { id: 3, hex: Buffer.from('a passphrase, 32 bytes at least!').toString('hex') },
        ],
        activeKey: 1,
        antiReplay: 'time',
        timeWindow: 5 * SECOND,
        mode: 'enforce',
      });
      const window = (lines: string) => instance(hmac('', lines)).hmac?.timeWindow;
      assert.equal(window('advert_int 3'), 9 * SECOND);
      assert.equal(window('version 3\nadvert_int 2.5'), 8 * SECOND);
      assert.equal(window('advert_int 255'), 300 * SECOND);
    });

    it('what does not fit together', () => {
      assert.deepEqual(codes('auth_hmac {\n}'), ['AUTH_HMAC']);
      assert.deepEqual(codes(`auth_hmac {\nkey 1 hex:${HEX}\n}`), ['AUTH_HMAC']);
      assert.deepEqual(codes(`auth_hmac {\nkey 1 hex:${HEX}\nactive_key 2\n}`), ['AUTH_HMAC']);
      assert.deepEqual(codes(hmac(`key 1 hex:${HEX}`)), ['AUTH_HMAC']);
      assert.deepEqual(codes(hmac('mode permissive', 'strict_mode')), ['AUTH_HMAC']);
      assert.deepEqual(codes(hmac('', 'authentication {\nauth_type PASS\nauth_pass x\n}')), [
        'AUTHENTICATION_IGNORED',
      ]);
      assert.deepEqual(codes(hmac('key 2 short')), ['OUT_OF_RANGE']);
      assert.deepEqual(codes(hmac('key 2 hex:012')), ['INVALID_VALUE']);
      assert.deepEqual(codes(hmac('key 2 file:')), ['MISSING_VALUE']);
      assert.deepEqual(codes(hmac(`key 256 hex:${HEX}`)), ['OUT_OF_RANGE']);
      assert.deepEqual(codes(hmac('time_window 301')), ['OUT_OF_RANGE']);
      assert.deepEqual(codes(hmac('mode off')), ['INVALID_VALUE']);
    });

    it('keys are shown nowhere', () => {
      const text = instanceText(hmac(`key 2 hex:${HEX.slice(1)}\nkey 3 ${'secret'.repeat(6)}`));
      const loaded = load(text);
      const shown = renderDiagnostics(loaded.diagnostics, loaded.sources);
      assert.doesNotMatch(shown, /0123456789|123456789|secretsecret/);
      const dumped = dump(loadGood(instanceText(hmac('key 2 file:/run/key'))));
      assert.doesNotMatch(dumped, /0123456789/);
      assert.match(dumped, /key 2 file:\/run\/key/);
      assert.match(dumped, /key 1 \*+\n/);
    });
  });

  it('what cannot be run as written is left out', () => {
    const reasons: readonly [string, string][] = [
      ['use_vmac', ''],
      ['use_ipvlan 192.0.2.9\nuse_vmac_addr', ''],
      ['no_accept', ''],
      ['no_accept\npriority 255', ''],
      ['strict_mode no\ndown_timer_adverts 3\nmcast_dst_ip 224.0.0.18', ''],
      ['timer_expired_backup', ''],
      ['notify /bin/true\nsmtp_alert\npromote_secondaries\nkernel_rx_buf_size 9', ''],
    ];
    for (const [lines, missing] of reasons) assert.equal(notRun(lines), missing, lines);
    const group =
      'bfd_instance B {\nneighbor_ip 192.0.2.7\n}\nvrrp_sync_group G {\ngroup {\nVI_1\n}\ntrack_bfd {\nB\n}\n}\n';
    assert.equal(notRun('', group), 'track_bfd');
  });
});
