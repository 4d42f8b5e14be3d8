/** From the language to what the vrrp process is told: the protocol's keywords. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadKeyFile } from '../../../src/config/check/hmac-keys.js';
import { readKeyFile } from '../../../src/process/key-files.js';
import { vrrpSettings } from '../../../src/process/settings.js';
import type { InstanceSettings } from '../../../src/vrrp/settings.js';
import { found, instanceText, load, loadGood, messages } from '../config/support.js';

function settings(lines: string, before = '', read?: ReadKeyFile): InstanceSettings | undefined {
  return vrrpSettings(loadGood(before + instanceText(lines)), read).instances[0];
}

const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

describe('process/settings: the protocol of an instance', () => {
  it('has defaults: multicast, down after 3 adverts, checksums as keepalived', () => {
    const one = settings('');
    assert.equal(one?.unicast, undefined);
    assert.equal(one?.hmac, undefined);
    assert.equal(one?.multicastGroup, '224.0.0.18');
    assert.equal(one?.downTimerAdverts, 3);
    assert.deepEqual(one?.checksum, { plain: false, oldUnicast: 'auto' });
  });

  it('unicast peers with their limits, which check the source', () => {
    const one = settings(
      'unicast_src_ip 192.0.2.11\nunicast_ttl 64\nunicast_peer {\n192.0.2.12 min_ttl 62\n192.0.2.13\n}\nold_unicast_checksum never',
    );
    assert.equal(one?.sourceAddress, '192.0.2.11');
    assert.deepEqual(one?.unicast, {
      peers: [
        { address: '192.0.2.12', minTtl: 62, maxTtl: 255 },
        { address: '192.0.2.13', minTtl: 0, maxTtl: 255 },
      ],
      ttl: 64,
      checkSource: true,
    });
    assert.equal(one?.checksum.oldUnicast, 'never');
  });

  it('unicast_fault_no_peer: unicast without peers; unicast_ttl is 255', () => {
    const one = settings('unicast_fault_no_peer\nunicast_peer { }');
    assert.deepEqual(one?.unicast, { peers: [], ttl: 255, checkSource: false });
  });

  it('what global_defs says for all instances', () => {
    const one = settings(
      'track_src_ip\nmcast_src_ip 192.0.2.11',
      'global_defs {\nvrrp_mcast_group4 224.0.0.99\nvrrp_down_timer_adverts 5\nvrrp_lower_prio_no_advert\nvrrp_higher_prio_send_advert\nvrrp_owner_ignore_adverts\nvrrp_skip_check_adv_addr\nv3_checksum_as_v2\n}\n',
    );
    assert.equal(one?.multicastGroup, '224.0.0.99');
    assert.equal(one?.downTimerAdverts, 5);
    assert.equal(one?.lowerPrioNoAdvert, true);
    assert.equal(one?.higherPrioSendAdvert, true);
    assert.equal(one?.ownerIgnoreAdverts, true);
    assert.equal(one?.skipCheckAddresses, true);
    assert.equal(one?.checksum.plain, true);
    assert.equal(one?.trackSource, true);
  });

  it('IPv6: version 3, ff02::12, and addresses with all bits are no source of connections', () => {
    const text =
      'vrrp_instance VI_6 {\ninterface eth0\nvirtual_router_id 6\nvirtual_ipaddress {\nfe80::100\n2001:db8::100/64\n2001:db8::101 -nodad\n}\n}\n';
    const [one] = vrrpSettings(loadGood(text)).instances;
    assert.equal(one?.family, 6);
    assert.equal(one?.version, 3);
    assert.equal(one?.multicastGroup, 'ff02::12');
    assert.deepEqual(
      one?.virtualAddresses.map(({ address, prefixLength, preferredLifetime }) => [
        address,
        prefixLength,
        preferredLifetime,
      ]),
      [
        ['fe80::100', 128, 0],
        ['2001:db8::100', 64, undefined],
        ['2001:db8::101', 128, 0],
      ],
    );
    assert.equal(one?.virtualAddresses[2]?.duplicateDetection, true);
  });

  it('auth_hmac with keys that are written, and keys in files', () => {
    const lines = `advert_int 2\nauth_hmac {\nkey 1 hex:${KEY}\nkey 2 file:/key\nactive_key 2\nmode permissive\n}`;
    const one = settings(lines, '', () => ({ text: `hex:${KEY}00\n`, isShared: false }));
    assert.deepEqual(one?.hmac, {
      mode: 'permissive',
      activeKey: 2,
      keys: [
        { id: 1, secret: KEY },
        { id: 2, secret: `${KEY}00` },
      ],
      antiReplay: 'time',
      timeWindow: 6,
    });
  });
});

describe('auth_hmac: key files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function check(content: string | undefined, mode = 0o600) {
    const path = join(folder, 'key');
    if (content !== undefined) {
      writeFileSync(path, content);
      chmodSync(path, mode);
    }
    const text = instanceText(`auth_hmac {\nkey 1 file:${path}\nactive_key 1\n}`);
    return load(text, { readKeyFile });
  }

  it('takes hexadecimal digits and text, with the end of the line', () => {
    for (const content of [`hex:${KEY}`, `hex:${KEY}\n`, `${'k'.repeat(32)}\n`]) {
      assert.deepEqual(found(check(content)), []);
    }
  });

  it('refuses a file that is not there, is a folder, or holds no key', () => {
    for (const content of [undefined, '', 'hex:0011', 'short', 'hex:zz']) {
      const loaded = check(content);
      assert.equal(loaded.config, undefined);
      assert.deepEqual(found(loaded), ['3:5 CONFIG_AUTH_HMAC']);
      assert.equal(messages(loaded, 'CONFIG_AUTH_HMAC')[0]?.includes('zz'), false);
    }
    assert.ok(readKeyFile(folder) instanceof Error);
  });

  it('warns of a file that others may read', () => {
    const loaded = check(`hex:${KEY}`, 0o640);
    assert.ok(loaded.config);
    assert.match(messages(loaded, 'CONFIG_AUTH_HMAC')[0] ?? '', /others may read key 1/);
  });
});
