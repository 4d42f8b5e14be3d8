import assert from 'node:assert/strict';
import { diffConfigs, isSame, type ObjectChange } from '../../../src/config/diff/index.js';
import { jsonDiff, renderDiff } from '../../../src/config/diff/render.js';
import { instanceText, loadGood, serverText } from './support.js';

/** The changes from one text to another. */
function changes(old: string, next: string): readonly ObjectChange[] {
  return diffConfigs(loadGood(old), loadGood(next)).changes;
}

/** Each change as `how kind name`, its values as `path: old -> new`, its consequences as kinds. */
function told(old: string, next: string): string[] {
  return changes(old, next).flatMap(({ how, kind, name, values, consequences }) => [
    `${how} ${kind} ${name}`.trim(),
    ...values.map((v) => `  ${v.path.join('/')}: ${v.old ?? 'none'} -> ${v.new ?? 'none'}`),
    ...consequences.map((consequence) => `  ${consequence.kind}`),
  ]);
}

const router = (lines: string, vrid = 1, addresses = '192.0.2.1', name = 'VI_1'): string =>
  `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${vrid}\n${lines}\nvirtual_ipaddress { ${addresses} }\n}\n`;

const HMAC = (digit: string): string =>
  `version 3\nauth_hmac {\nkey 1 hex:${digit.repeat(64)}\nactive_key 1\n}`;

describe('config: diff', () => {
  it('of the same text, laid out in another way, is nothing', () => {
    const text = router('priority 100') + serverText('');
    assert.equal(
      isSame(diffConfigs(loadGood(text), loadGood(text.replaceAll('\n', '\n\n')))),
      true,
    );
    const none = diffConfigs(loadGood(text), loadGood(text));
    assert.equal(renderDiff(none), 'no difference: a reload changes nothing\n');
  });

  it('a default that is written down is no difference', () => {
    assert.deepEqual(told(router(''), router('priority 100\nadvert_int 1')), []);
  });

  describe('of virtual server groups', () => {
    const group = (entries: string, protocol = 'TCP', rest = '') =>
      `virtual_server_group web {\n${entries}\n}\nvirtual_server group web {\nlvs_sched rr\nlvs_method NAT\nprotocol ${protocol}\n${rest}\nreal_server 10.0.0.1 80 {\n}\n}\n`;

    it('addresses that leave drop their connections, those that only move in the text do not', () => {
      const old = group('192.0.2.1-9 80\n192.0.2.20 443\nfwmark 5', 'TCP', 'drain_timeout 0');
      const texts = (next: string) =>
        changes(old, group(next, 'TCP', 'drain_timeout 0')).flatMap(({ kind, consequences }) =>
          consequences.map(({ kind: how, text }) => `${kind} ${how} ${text}`),
        );
      const end = 'the kernel: connections end, new ones are refused';
      assert.deepEqual(texts('192.0.2.1-9 80\n192.0.2.20 443\nfwmark 5\n192.0.2.30 80'), []);
      assert.deepEqual(texts('fwmark 5\n192.0.2.6-9 80\n192.0.2.0-5 80\n192.0.2.20 443'), []);
      assert.deepEqual(texts('192.0.2.3-8 80\n192.0.2.20 443\nfwmark 5'), [
        `virtual_server_group drops-connections 192.0.2.1-192.0.2.2 80, 192.0.2.9 80 leave ${end}`,
      ]);
      assert.deepEqual(texts('192.0.2.1-9 80\n192.0.2.20 444\nfwmark 6'), [
        `virtual_server_group drops-connections 192.0.2.20 443, fwmark 5 leave ${end}`,
      ]);
    });

    it('with time to drain they may', () => {
      const [change] = changes(group('192.0.2.1 80\n192.0.2.2 80'), group('192.0.2.1 80'));
      assert.equal(change?.consequences[0]?.kind, 'may-drop-connections');
    });

    it('one with two protocols is two virtual servers', () => {
      const [tcp, udp] = [group('192.0.2.1 80'), group('192.0.2.1 80', 'UDP')].map((text) =>
        text.slice(text.indexOf('virtual_server group')),
      );
      const head = 'virtual_server_group web {\n192.0.2.1 80\n}\n';
      assert.deepEqual(changes(`${head}${tcp}${udp}`, `${head}${udp}${tcp}`), []);
      assert.deepEqual(told(`${head}${tcp}${udp}`, `${head}${udp}`).slice(0, 1), [
        'removed virtual_server group web',
      ]);
    });
  });

  describe('of virtual routers', () => {
    it('what is there on one side only is added or removed', () => {
      const both = router('') + router('', 2, '192.0.2.2', 'VI_2');
      assert.deepEqual(told(router(''), both), ['added vrrp_instance VI_2']);
      assert.deepEqual(told(both, router('')), ['removed vrrp_instance VI_2', '  moves-address']);
    });

    it('another interface, VRID or version is another router', () => {
      assert.deepEqual(told(router(''), router('', 7)), [
        'restarted vrrp_instance VI_1',
        '  virtual_router_id: 1 -> 7',
        '  moves-address',
      ]);
      assert.equal(changes(router(''), router('version 3'))[0]?.how, 'restarted');
      const owner = changes(router(''), router('priority 255', 7))[0];
      assert.match(owner?.consequences.at(-1)?.text ?? '', /MASTER at once/);
    });

    it('another name alone is a change in place, as the engine has it', () => {
      assert.deepEqual(told(router(''), router('', 1, '192.0.2.1', 'VI_new')), [
        'changed vrrp_instance VI_1',
        '  vrrp_instance: VI_1 -> VI_new',
      ]);
      const a = (vrid: number): string => router('', vrid, `192.0.2.${vrid}`, 'A');
      const b = (vrid: number): string => router('', vrid, `192.0.2.${vrid}`, 'B');
      assert.deepEqual(told(a(1) + b(2), a(2) + b(1)), [
        'changed vrrp_instance A',
        '  vrrp_instance: A -> B',
        'changed vrrp_instance B',
        '  vrrp_instance: B -> A',
      ]);
    });

    it('a name that takes the place of another router', () => {
      const old = router('', 1, '192.0.2.1', 'A') + router('', 2, '192.0.2.2', 'B');
      const next = router('', 2, '192.0.2.2', 'A');
      assert.deepEqual(told(old, next), [
        'removed vrrp_instance A',
        '  moves-address',
        'changed vrrp_instance B',
        '  vrrp_instance: B -> A',
      ]);
    });

    const priorities: [string, string, string[]][] = [
      ['priority 100', 'priority 90', ['may-move-address']],
      ['priority 100', 'priority 110', ['may-move-address']],
      ['nopreempt\npriority 100', 'nopreempt\npriority 110', []],
      ['nopreempt', '', ['may-move-address']],
      ['priority 100', 'priority 255', ['moves-address']],
      ['state BACKUP', 'state BACKUP\ngarp_master_repeat 3', []],
      ['advert_int 1', 'advert_int 2', ['may-move-address']],
      ['version 3\nadvert_int 1', 'version 3\nadvert_int 2', []],
      ['unicast_peer {\n192.0.2.7\n}', 'unicast_peer {\n192.0.2.8\n}', ['may-move-address']],
      [HMAC('0'), HMAC('1'), ['may-move-address']],
    ];
    for (const [old, next, expected] of priorities) {
      it(`${JSON.stringify(old)} to ${JSON.stringify(next)}: ${expected.join() || 'nothing moves'}`, () => {
        const [change] = changes(router(old), router(next));
        assert.equal(change?.how, 'changed');
        assert.deepEqual(
          change.consequences.map(({ kind }) => kind),
          expected,
        );
      });
    }

    it('an address that goes, comes, or moves to another instance', () => {
      assert.deepEqual(told(router('', 1, '192.0.2.1\n192.0.2.2\n'), router('')), [
        'changed vrrp_instance VI_1',
        '  virtual_ipaddress/192.0.2.2/32: dev eth0 scope global -> none',
        '  moves-address',
        '  may-move-address',
      ]);
      const old = router('', 1, '192.0.2.1\n192.0.2.2\n') + router('', 2, '192.0.2.3', 'B');
      const next = router('') + router('', 2, '192.0.2.3\n192.0.2.2\n', 'B');
      assert.match(
        changes(old, next)[0]?.consequences[0]?.text ?? '',
        /192\.0\.2\.2 now follows vrrp_instance B/,
      );
      const labelled = changes(router(''), router('', 1, '192.0.2.1 label eth0:1'));
      assert.match(labelled[0]?.consequences[0]?.text ?? '', /when it is put on/);
    });

    it('a group that grows may take a MASTER back', () => {
      const two =
        router('') + router('', 2, '192.0.2.2', 'VI_2') + router('', 3, '192.0.2.3', 'VI_3');
      const group = (...names: string[]): string =>
        `vrrp_sync_group G {\ngroup {\n${names.join('\n')}\n}\n}\n`;
      assert.deepEqual(told(two + group('VI_1', 'VI_2'), two + group('VI_1', 'VI_2', 'VI_3')), [
        'changed vrrp_sync_group G',
        '  group/VI_3: none -> ',
        '  may-move-address',
      ]);
      assert.deepEqual(
        changes(two + group('VI_1', 'VI_2', 'VI_3'), two + group('VI_1', 'VI_2'))[0]?.consequences,
        [{ kind: 'note', text: 'VI_3 changes state alone from now on' }],
      );
    });

    it('what this version does not run is not there for the engine', () => {
      const v6 = router('version 3', 1, 'fe80::1\n2001:db8::1\n');
      const [change] = changes(v6, v6.replace('db8::1', 'db8::2'));
      assert.equal(change?.how, 'changed');
      assert.ok(change.consequences.length > 0);
    });
  });

  describe('of services', () => {
    const real = (n: number, inner = ''): string => `real_server 10.0.0.${n} 80 {\n${inner}\n}\n`;
    const service = (lines: string, port = 80): string =>
      `virtual_server 192.0.2.1 ${port} {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n${lines}}\n`;

    const cases: [string, string, string, string[]][] = [
      [
        'a service that goes',
        service(real(1)) + service(real(1), 81),
        service(real(1)),
        ['may-drop-connections'],
      ],
      [
        'another port is another service',
        service(real(1)),
        service(real(1), 81),
        ['may-drop-connections'],
      ],
      [
        'a server that goes',
        service(real(1) + real(2)),
        service(real(1)),
        ['may-drop-connections'],
      ],
      [
        'a server that goes at once',
        service(real(1) + real(2)),
        service(`drain_timeout 0\n${real(1)}`),
        ['drops-connections'],
      ],
      [
        'a service that goes at once',
        service(`drain_timeout 0\n${real(1)}`),
        service(real(1), 81),
        ['drops-connections'],
      ],
      ['a server that comes', service(real(1)), service(real(1) + real(2)), []],
      ['weight 0', service(real(1) + real(2)), service(real(1) + real(2, 'weight 0')), ['note']],
      ['another scheduler', service(real(1)), service(real(1)).replace('rr', 'wlc'), []],
      ['another method', service(real(1)), service(real(1)).replace('NAT', 'DR'), ['note']],
      [
        'no inhibition any more',
        service(real(1, 'inhibit_on_failure')),
        service(real(1)),
        ['may-drop-connections'],
      ],
      [
        'another sorry server',
        service(`sorry_server 10.0.0.8 80\n${real(1)}`),
        service(`sorry_server 10.0.0.9 80\n${real(1)}`),
        ['may-drop-connections'],
      ],
      [
        'weight 0 everywhere with a sorry server loses the quorum',
        service(`sorry_server 10.0.0.8 80\n${real(1)}`),
        service(`sorry_server 10.0.0.8 80\n${real(1, 'weight 0')}`),
        ['note', 'drops-connections'],
      ],
      ['another check', service(real(1, 'TCP_CHECK {\n}')), service(real(1)), []],
    ];
    for (const [what, old, next, expected] of cases) {
      it(what, () => {
        const found = changes(old, next);
        assert.ok(found.length > 0);
        assert.deepEqual(
          found.flatMap(({ consequences }) => consequences.map(({ kind }) => kind)),
          expected,
        );
      });
    }

    it('values inside of servers and checks are told with their way', () => {
      const check = (seconds: number): string =>
        service(real(1, `TCP_CHECK {\nconnect_timeout ${seconds}\n}`));
      assert.deepEqual(told(check(3), check(4)), [
        'changed virtual_server 192.0.2.1 80',
        '  real_server 10.0.0.1 80/TCP_CHECK/connect_timeout: 3 -> 4',
      ]);
    });

    it('one address and port with two protocols are two services', () => {
      const both = service(real(1)) + service(real(1)).replace('TCP', 'UDP');
      assert.deepEqual(told(both, service(real(1))), [
        'removed virtual_server 192.0.2.1 80',
        '  may-drop-connections',
      ]);
    });
  });

  it('a secret that changes is told and not shown', () => {
    const secret = (word: string): string =>
      router(`authentication {\nauth_type PASS\nauth_pass ${word}\n}`);
    const diff = diffConfigs(loadGood(secret('hunter2')), loadGood(secret('swordfsh')));
    const text = renderDiff(diff) + JSON.stringify(jsonDiff(diff));
    assert.doesNotMatch(text, /hunter2|swordfsh|\0/);
    assert.match(text, /authentication \/ auth_pass: changed \(not shown\)/);
  });

  it('lvs_flush and the sync daemon are told of', () => {
    const before = 'global_defs {\nlvs_sync_daemon eth0 VI_1\n}\n';
    assert.match(
      changes(router(''), router('') + before)[0]?.consequences[0]?.text ?? '',
      /started anew/,
    );
    assert.match(changes(router('') + before, router(''))[0]?.consequences[0]?.text ?? '', /stops/);
  });

  it('reads well', () => {
    const text = renderDiff(
      diffConfigs(
        loadGood(instanceText('priority 100') + serverText('')),
        loadGood(instanceText('priority 90')),
      ),
    );
    assert.equal(
      text,
      `~ vrrp_instance VI_1: changed in place
    priority: 100 -> 90  # /etc/tandem/tandem.conf:2:10
    ! if it is MASTER here, a backup with a priority above the new one takes over
- virtual_server 192.0.2.1 80: removed
    ! the service leaves the kernel: its connections go on for up to 300 s, new ones are refused
0 added, 1 removed, 1 changed in place, 0 restarted
virtual addresses may move: vrrp_instance VI_1
connections may end: virtual_server 192.0.2.1 80
`,
    );
  });
});
