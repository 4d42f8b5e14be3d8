import assert from 'node:assert/strict';
import { vrrpSettings } from '../../../src/process/settings.js';
import { found, instance, instanceText, load, loadGood, messages, plain } from './support.js';

const SECOND = 1_000_000;

describe('config: vrrp_instance', () => {
  it("has keepalived's defaults", () => {
    assert.deepEqual(plain(instance('')), {
      name: 'VI_1',
      interface: 'eth0',
      virtualRouterId: 1,
      version: 2,
      family: 4,
      state: 'BACKUP',
      priority: 100,
      advertInterval: SECOND,
      downTimerAdverts: 3,
      preempt: true,
      preemptDelay: 0,
      trackSourceAddress: false,
      multicastGroup: '224.0.0.18',
      vmacForAddresses: false,
      transmitOnBase: false,
      virtualAddresses: [{ address: '192.0.2.1', prefixLength: 32, interface: 'eth0', scope: 0 }],
      excludedAddresses: [],
      virtualRoutes: [],
      virtualRules: [],
      garp: {
        masterDelay: 5 * SECOND,
        masterRepeat: 5,
        masterRefresh: 0,
        masterRefreshRepeat: 1,
        lowerPrioDelay: 5 * SECOND,
        lowerPrioRepeat: 5,
      },
      allowNoAddress: false,
      promoteSecondaries: false,
      garpExtra: { interval: 0, all: false },
      trackPrimary: true,
      tracks: { interfaces: [], scripts: [], files: [], processes: [], bfds: [] },
      strict: false,
      accept: true,
      lowerPrioNoAdvert: false,
      higherPrioSendAdvert: true,
      ownerIgnoreAdverts: false,
      skipCheckAdvAddr: false,
      v3ChecksumAsV2: false,
      linkbeatPolling: false,
      notify: { tellDeleted: false, priorityChanges: false, mail: false },
    });
  });

  it('takes from global_defs, wherever it stands', () => {
    const globals =
      'global_defs {\nvrrp_version 3\nvrrp_garp_master_delay 7\nvrrp_garp_master_repeat 2\n}\n';
    for (const text of [globals + instanceText(''), instanceText('') + globals]) {
      const [built] = loadGood(text).instances;
      assert.equal(built?.version, 3);
      assert.equal(built?.garp.masterDelay, 7 * SECOND);
      // The global ones for losing adverts follow the global ones for becoming MASTER.
      assert.equal(built?.garp.lowerPrioDelay, 7 * SECOND);
      assert.equal(built?.garp.lowerPrioRepeat, 2);
      assert.equal(built?.origins['garp_master_delay']?.file, '/etc/tandem/tandem.conf');
    }
  });

  it('its own garp_master_delay does not change garp_lower_prio_delay', () => {
    const { garp } = instance(
      'garp_master_delay 9\ngarp_master_repeat 3\ngarp_master_refresh 60\ngarp_master_refresh_repeat 2',
    );
    assert.deepEqual(garp, {
      masterDelay: 9 * SECOND,
      masterRepeat: 3,
      masterRefresh: 60 * SECOND,
      masterRefreshRepeat: 2,
      lowerPrioDelay: 5 * SECOND,
      lowerPrioRepeat: 5,
    });
  });

  it('several global_defs count as one', () => {
    const config = loadGood(
      'global_defs {\nvrrp_version 3\nrouter_id a\n}\nglobal_defs {\nrouter_id b\n}\n',
    );
    assert.equal(config.global.vrrpVersion, 3);
    assert.equal(config.global.routerId, 'b');
  });

  it('derives state and priority from each other', () => {
    const both = (lines: string): string => {
      const { state, priority } = instance(lines);
      return `${state} ${priority}`;
    };
    assert.equal(both(''), 'BACKUP 100');
    assert.equal(both('state MASTER'), 'MASTER 255');
    assert.equal(both('priority 255'), 'MASTER 255');
    assert.equal(both('state BACKUP\npriority 255'), 'BACKUP 255');
    assert.equal(both('state MASTER\npriority 150'), 'MASTER 150');
    assert.deepEqual(found(load(instanceText('state MASTER'))), ['2:7 CONFIG_OWNER_BY_DEFAULT']);
  });

  describe('nopreempt and preempt_delay', () => {
    const outcome = (lines: string): string => {
      const loaded = load(instanceText(lines));
      const [built] = loaded.config?.instances ?? [];
      const codes = loaded.diagnostics.map(({ code }) => code.replace('CONFIG_', '')).join(' ');
      return `${built?.preempt} ${built?.preemptDelay} ${codes}`.trim();
    };

    it('work as BACKUP', () => {
      assert.equal(outcome('nopreempt'), 'false 0');
      assert.equal(outcome('preempt_delay 3'), 'true 3000000');
      assert.equal(outcome('nopreempt\npreempt'), 'true 0');
      assert.equal(outcome('preempt\nnopreempt'), 'false 0');
    });

    it('do not work with state MASTER, together, or for the owner', () => {
      assert.equal(outcome('state MASTER\npriority 150\nnopreempt'), 'true 0 PREEMPT_CONFLICT');
      assert.equal(
        outcome('state MASTER\npriority 150\npreempt_delay 3'),
        'true 0 PREEMPT_CONFLICT',
      );
      assert.equal(outcome('nopreempt\npreempt_delay 3'), 'false 0 PREEMPT_CONFLICT');
      assert.equal(outcome('state BACKUP\npriority 255\nnopreempt'), 'true 0 PREEMPT_CONFLICT');
    });
  });

  describe('advert_int', () => {
    const codes = (lines: string): string[] => found(load(instanceText(lines)));

    it('version 2 carries whole seconds from 1 to 255', () => {
      assert.equal(instance('advert_int 255').advertInterval, 255 * SECOND);
      assert.equal(instance('advert_int 2.0').advertInterval, 2 * SECOND);
      assert.deepEqual(codes('advert_int 0.1'), ['2:12 CONFIG_ADVERT_INT']);
      assert.deepEqual(codes('advert_int 1.5'), ['2:12 CONFIG_ADVERT_INT']);
      assert.deepEqual(codes('advert_int 256'), ['2:12 CONFIG_OUT_OF_RANGE']);
      assert.deepEqual(codes('advert_int 0'), ['2:12 CONFIG_OUT_OF_RANGE']);
    });

    it('version 3 carries hundredths up to 40.95', () => {
      assert.equal(instance('version 3\nadvert_int 0.01').advertInterval, 10_000);
      assert.equal(instance('version 3\nadvert_int 40.95').advertInterval, 40_950_000);
      assert.deepEqual(codes('version 3\nadvert_int 40.96'), ['3:12 CONFIG_ADVERT_INT']);
      assert.deepEqual(codes('version 3\nadvert_int 0.105'), ['3:12 CONFIG_ADVERT_INT']);
    });
  });

  describe('authentication', () => {
    const block = (inner: string, lines = ''): string =>
      instanceText(`${lines}\nauthentication {\n${inner}\n}`);

    it('PASS with at most 8 bytes', () => {
      const secret = (text: string) =>
        loadGood(block(`auth_type PASS\nauth_pass ${text}`)).instances[0]?.authentication;
      assert.deepEqual(secret('1234'), { type: 'PASS', password: '1234' });
      assert.deepEqual(secret('"a b#c"'), { type: 'PASS', password: 'a b#c' });
      assert.deepEqual(secret('123456789'), { type: 'PASS', password: '12345678' });
      assert.deepEqual(found(load(block('auth_type PASS\nauth_pass 123456789'))), [
        '5:11 CONFIG_TRUNCATED',
      ]);
    });

    it('is ignored with a warning where it cannot be', () => {
      for (const text of [
        block('auth_type PASS\nauth_pass 1234', 'version 3'),
        block('auth_type PASS'),
        block('auth_pass 1234'),
      ]) {
        const loaded = load(text);
        assert.deepEqual(found(loaded), ['3:1 CONFIG_AUTHENTICATION_IGNORED']);
        assert.equal(loaded.config?.instances[0]?.authentication, undefined);
      }
    });

    it('AH is read and not run', () => {
      const loaded = load(block('auth_type AH\nauth_pass 1234'));
      assert.deepEqual(found(loaded), ['1:1 CONFIG_NOT_RUN', '4:11 CONFIG_NOT_RUN']);
      assert.deepEqual(loaded.config?.instances[0]?.authentication, {
        type: 'AH',
        password: '1234',
      });
      assert.deepEqual(found(load(block('auth_type pass\nauth_pass 1234'))), [
        '4:11 CONFIG_INVALID_VALUE',
      ]);
    });
  });

  describe('virtual addresses', () => {
    const entry = (line: string) =>
      load(
        `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n${line}\n}\n}`,
      );
    const built = (line: string) => plain(entry(line).config?.instances[0]?.virtualAddresses);

    it('with all options', () => {
      assert.deepEqual(built('192.0.2.9/24 brd 192.0.2.255 dev eth1 scope link label eth1:9'), [
        {
          address: '192.0.2.9',
          prefixLength: 24,
          interface: 'eth1',
          scope: 253,
          broadcast: '192.0.2.255',
          label: 'eth1:9',
        },
      ]);
      assert.deepEqual(built('192.0.2.9/20 brd +'), [
        {
          address: '192.0.2.9',
          prefixLength: 20,
          interface: 'eth0',
          scope: 0,
          broadcast: '192.0.15.255',
        },
      ]);
      assert.deepEqual(built('192.0.2.9/24 broadcast - scope 100'), [
        {
          address: '192.0.2.9',
          prefixLength: 24,
          interface: 'eth0',
          scope: 100,
          broadcast: '192.0.2.0',
        },
      ]);
      assert.deepEqual(
        ['global', 'site', 'link', 'host', 'nowhere'].map(
          (scope) => built(`192.0.2.9 scope ${scope}`)?.[0]?.scope,
        ),
        [0, 200, 253, 254, 255],
      );
    });

    it('keep their order, from several blocks', () => {
      const text = instanceText(
        'virtual_ipaddress {\n192.0.2.9\n192.0.2.3\n}\nvirtual_ipaddress_excluded { 192.0.2.4/24 }',
      );
      const [built] = loadGood(text).instances;
      assert.deepEqual(
        built?.virtualAddresses.map(({ address }) => address),
        ['192.0.2.9', '192.0.2.3', '192.0.2.1'],
      );
      assert.deepEqual(
        built?.excludedAddresses.map(({ address }) => address),
        ['192.0.2.4'],
      );
    });

    it('what is wrong with one', () => {
      const wrong: readonly [string, string][] = [
        ['192.0.2', '5:1 CONFIG_INVALID_VALUE'],
        ['192.0.2.9/33', '5:1 CONFIG_OUT_OF_RANGE'],
        ['192.0.2.9/255.255.255.0', '5:1 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 192.0.2.10', '5:11 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 dev', '5:11 CONFIG_MISSING_VALUE'],
        ['192.0.2.9 scope far', '5:17 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 brd x', '5:15 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 foo', '5:11 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 label eth0:0123456789abc', '5:17 CONFIG_INVALID_VALUE'],
        ['2001:db8::1/64 brd +', '5:20 CONFIG_INVALID_VALUE'],
        ['192.0.2.9 {', '5:1 CONFIG_UNEXPECTED_OPEN_BRACE'],
      ];
      for (const [line, expected] of wrong)
        assert.ok(found(entry(line)).includes(expected), `${line}: ${found(entry(line))}`);
    });

    it('and a source address of another family are told', () => {
      assert.deepEqual(found(load(instanceText('mcast_src_ip 2001:db8::1'))), [
        '2:14 CONFIG_FAMILY_MISMATCH',
      ]);
    });

    it('of two families are told', () => {
      const loaded = load(instanceText('virtual_ipaddress {\n192.0.2.9\n2001:db8::1\n}'));
      assert.ok(found(loaded).includes('4:1 CONFIG_FAMILY_MISMATCH'));
    });

    it('none: an error with version 3, a warning with version 2', () => {
      const none = (lines: string) =>
        load(`vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${lines}\n}`);
      assert.ok(none('').config);
      assert.equal(none('').diagnostics[0]?.severity, 'warning');
      assert.equal(none('version 3').config, undefined);
    });

    it('twice, within one instance and in two', () => {
      assert.deepEqual(found(load(instanceText('virtual_ipaddress_excluded { 192.0.2.1 }'))), [
        '2:30 CONFIG_DUPLICATE_ADDRESS',
      ]);
      const two =
        instanceText('') +
        instanceText('', 'VI_2').replace('virtual_router_id 1', 'virtual_router_id 2');
      assert.match(
        messages(load(two), 'CONFIG_DUPLICATE_ADDRESS')[0] ?? '',
        /belongs to vrrp_instance VI_1 too/,
      );
    });

    it('beyond 255 are excluded ones', () => {
      const lines = Array.from({ length: 260 }, (_, i) => `10.0.${i >> 7}.${1 + (i & 127)}`).join(
        '\n',
      );
      const loaded = entry(lines);
      assert.deepEqual(found(loaded), ['260:1 CONFIG_TOO_MANY_ADDRESSES']);
      assert.equal(loaded.config?.instances[0]?.virtualAddresses.length, 255);
      assert.equal(loaded.config?.instances[0]?.excludedAddresses[0]?.address, '10.0.1.128');
    });
  });

  describe('between objects', () => {
    const two = (first: string, second: string): string =>
      `vrrp_instance A {\n${first}\nvirtual_ipaddress { 192.0.2.1 }\n}\nvrrp_instance B {\n${second}\nvirtual_ipaddress { 192.0.2.2 }\n}\n`;

    it('a VRID twice on one interface, not on two', () => {
      const same = load(
        two('interface eth0\nvirtual_router_id 5', 'interface eth0\nvirtual_router_id 5'),
      );
      assert.deepEqual(found(same), ['8:19 CONFIG_DUPLICATE_VRID']);
      assert.match(
        messages(same, 'CONFIG_DUPLICATE_VRID')[0] ?? '',
        /vrrp_instance A too \(.*:3:19\)/,
      );
      assert.deepEqual(
        found(
          load(two('interface eth0\nvirtual_router_id 5', 'interface eth1\nvirtual_router_id 5')),
        ),
        [],
      );
    });

    it('interfaces, where they are known', () => {
      const text = two(
        'interface eth0\nvirtual_router_id 5',
        'interface eht1\nvirtual_router_id 6',
      );
      assert.deepEqual(found(load(text)), []);
      const loaded = load(text, { interfaces: ['eth0', 'eth1'] });
      assert.deepEqual(found(loaded), ['7:11 CONFIG_UNKNOWN_INTERFACE']);
      assert.equal(loaded.diagnostics[0]?.suggestion, "'eth1'");
      assert.equal(loaded.diagnostics[0]?.expected, 'one of eth0, eth1');
    });

    it('the interface of an address and of the sync daemon', () => {
      const text = `global_defs {\nlvs_sync_daemon eth8 VI_1\n}\n${instanceText('virtual_ipaddress { 192.0.2.9 dev eth9 }')}`;
      assert.deepEqual(found(load(text, { interfaces: ['eth0'] })), [
        '2:17 CONFIG_UNKNOWN_INTERFACE',
        '5:35 CONFIG_UNKNOWN_INTERFACE',
      ]);
    });

    it('sync groups', () => {
      const pair = two(
        'interface eth0\nvirtual_router_id 5',
        'interface eth0\nvirtual_router_id 6',
      );
      const lines = pair.split('\n').length;
      const codesAfter = (text: string) =>
        load(`${pair}${text}`).diagnostics.map(
          ({ at, code, severity }) => `${at.line - lines + 1}:${at.column} ${severity} ${code}`,
        );
      assert.deepEqual(codesAfter('vrrp_sync_group G {\ngroup {\nA\nB\n}\n}'), []);
      assert.deepEqual(codesAfter('vrrp_sync_group G { group { A B } }'), []);
      assert.deepEqual(codesAfter('vrrp_sync_group G {\ngroup {\nA\nB\nC\n}\n}'), [
        '5:1 error CONFIG_UNKNOWN_REFERENCE',
      ]);
      assert.deepEqual(codesAfter('vrrp_sync_group G {\ngroup {\nA\n}\n}'), [
        '1:1 warning CONFIG_SYNC_GROUP_SMALL',
      ]);
      assert.deepEqual(codesAfter('vrrp_sync_group G {\n}'), [
        '1:1 warning CONFIG_SYNC_GROUP_SMALL',
      ]);
      assert.deepEqual(codesAfter('vrrp_sync_group G {\ngroup {\nA\nA\nB\n}\n}'), [
        '4:1 warning CONFIG_SYNC_GROUP_OVERLAP',
      ]);
      assert.deepEqual(
        codesAfter('vrrp_sync_group G { group { A B } }\nvrrp_sync_group G { group { A B } }'),
        [
          '2:1 error CONFIG_DUPLICATE_NAME',
          '2:29 warning CONFIG_SYNC_GROUP_OVERLAP',
          '2:31 warning CONFIG_SYNC_GROUP_OVERLAP',
        ],
      );
    });

    it('a sync group takes names only', () => {
      const text = 'vrrp_sync_group G {\ngroup {\nA {\n}\n}\n}';
      assert.ok(found(load(text)).includes('3:1 CONFIG_UNEXPECTED_OPEN_BRACE'));
    });

    it('the sync daemon of an instance that is not there', () => {
      const loaded = load(`global_defs {\nlvs_sync_daemon eth0 VI_2\n}\n${instanceText('')}`);
      assert.deepEqual(found(loaded), ['2:22 CONFIG_UNKNOWN_REFERENCE']);
      assert.equal(loaded.diagnostics[0]?.suggestion, "'VI_1'");
    });
  });

  it('becomes what the vrrp process is told', () => {
    const config = loadGood(
      `global_defs {\nlvs_sync_daemon eth1 VI_1 id 3\n}\nvrrp_sync_group G { group { VI_1 VI_1 VI_2 } }\n` +
        instanceText(
          'state MASTER\npriority 150\nvirtual_ipaddress { 192.0.2.1 }\ndont_track_primary',
        ) +
        instanceText('virtual_ipaddress_excluded { 192.0.2.3/24 }', 'VI_2').replace(
          'virtual_router_id 1',
          'virtual_router_id 2',
        ),
    );
    const settings = vrrpSettings(config);
    assert.deepEqual(settings.syncDaemon, { interface: 'eth1', instance: 'VI_1', syncId: 3 });
    assert.deepEqual(settings.syncGroups, [{ name: 'G', instances: ['VI_1', 'VI_2'] }]);
    const [first] = settings.instances;
    assert.equal(first?.initialState, 'MASTER');
    assert.equal(first?.trackPrimary, false);
    // Listed twice, one address.
    assert.deepEqual(first?.virtualAddresses, [
      { address: '192.0.2.1', prefixLength: 32, interface: 'eth0', scope: 0 },
    ]);
    assert.equal(JSON.stringify(settings).includes('origins'), false);
    assert.equal(JSON.stringify(settings).includes('"at"'), false);
    assert.equal(JSON.stringify(settings).includes('"state"'), false);
  });
});
