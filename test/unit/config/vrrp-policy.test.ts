import assert from 'node:assert/strict';
import { found, instance, instanceText, load, loadGood, messages, plain } from './support.js';

const codes = (lines: string, before = ''): string[] =>
  found(load(before + instanceText(lines)))
    .filter((line) => !/CONFIG_(?:PLANNED|NOT_RUN|SCRIPT_SECURITY)$/.test(line))
    .map((line) => line.replace(/^.* CONFIG_/, ''));

const globals = (lines: string): string => `global_defs {\n${lines}\n}\n`;

describe('config: the policy of an instance', () => {
  it('is inherited from global_defs', () => {
    const built = instance(
      '',
      globals(
        'vrrp_lower_prio_no_advert\nvrrp_higher_prio_send_advert\nvrrp_owner_ignore_adverts\nvrrp_skip_check_adv_addr\nvrrp_down_timer_adverts 5\nvrrp_garp_extra_if all 60\nvrrp_notify_priority_changes\nsmtp_alert_vrrp',
      ),
    );
    assert.equal(built.lowerPrioNoAdvert, true);
    assert.equal(built.higherPrioSendAdvert, true);
    assert.equal(built.ownerIgnoreAdverts, true);
    assert.equal(built.skipCheckAdvAddr, true);
    assert.equal(built.downTimerAdverts, 5);
    assert.deepEqual(built.garpExtra, { interval: 60_000_000, all: true });
    assert.equal(built.notify.priorityChanges, true);
    assert.equal(built.notify.mail, true);
    assert.equal(built.origins['lower_prio_no_advert']?.line, 2);
    assert.equal(
      instance('lower_prio_no_advert no', globals('vrrp_lower_prio_no_advert')).lowerPrioNoAdvert,
      false,
    );
  });

  it('a keyword that asks for what happens anyway is no matter', () => {
    for (const lines of ['smtp_alert no', 'strict_mode off', 'down_timer_adverts 3']) {
      assert.deepEqual(found(load(instanceText(lines))), [], lines);
    }
  });

  describe('strict_mode', () => {
    it('overrides what VRRP does not have, as keepalived', () => {
      const built = instance('strict_mode');
      assert.deepEqual(
        [built.accept, built.lowerPrioNoAdvert, built.higherPrioSendAdvert],
        [false, true, false],
      );
      assert.deepEqual([built.garp.lowerPrioDelay, built.garp.lowerPrioRepeat], [0, 0]);
      assert.equal(instance('', globals('vrrp_strict')).strict, true);
      assert.equal(instance('strict_mode no', globals('vrrp_strict')).strict, false);
      assert.equal(instance('strict_mode\npriority 255').accept, true);
      assert.equal(instance('strict_mode\nversion 3\naccept').accept, true);
    });

    it('says what it overrides', () => {
      for (const lines of [
        'state MASTER\npriority 100',
        'state BACKUP\npriority 255',
        'accept',
        'garp_lower_prio_repeat 3',
        'garp_lower_prio_delay 3',
        'lower_prio_no_advert no',
        'higher_prio_send_advert',
        'down_timer_adverts 5',
      ]) {
        assert.deepEqual(codes(`strict_mode\n${lines}`), ['STRICT'], lines);
      }
      assert.equal(instance('strict_mode\nstate MASTER\npriority 100').state, 'BACKUP');
      assert.deepEqual(codes('strict_mode\npreempt_delay 3'), ['PREEMPT_CONFLICT']);
      assert.deepEqual(codes('strict_mode\nauthentication {\nauth_type PASS\nauth_pass x\n}'), [
        'AUTHENTICATION_IGNORED',
      ]);
    });

    it('a service on an address that accepts no packets', () => {
      const service =
        'virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method DR\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}\n';
      const said = (lines: string, before = ''): string =>
        messages(load(before + instanceText(lines) + service), 'CONFIG_STRICT_SERVICE')[0] ?? '';
      assert.match(
        said('no_accept'),
        /VI_1 drops every packet to this address \(no_accept, .*:2:1\)/,
      );
      assert.match(said('', globals('vrrp_strict')), /strict_mode, .*:2:1/);
      assert.equal(said(''), '');
      assert.equal(said('no_accept\npriority 255'), '');
    });
  });

  it('MASTER counts, be it first or last', () => {
    assert.equal(instance('state MASTER\nstate BACKUP\npriority 9').state, 'MASTER');
    assert.equal(instance('state BACKUP\nstate MASTER\npriority 9').state, 'MASTER');
    assert.deepEqual(codes('state MASTER\nstate BACKUP\npriority 9'), ['REPEATED']);
  });

  it('AH needs an advert of others first', () => {
    const lines = 'state MASTER\npriority 9\nauthentication {\nauth_type AH\nauth_pass x\n}';
    assert.equal(instance(lines).state, 'BACKUP');
    assert.deepEqual(codes(lines), ['WITHOUT_EFFECT']);
  });

  describe('IPv6', () => {
    const six = (lines: string, addresses = 'fe80::1\n2001:db8::1/64'): string =>
      `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${lines}\nvirtual_ipaddress {\n${addresses}\n}\n}`;
    const codes6 = (lines: string, addresses?: string): string[] =>
      found(load(six(lines, addresses))).filter((line) => !/PLANNED|NOT_RUN/.test(line));

    it('has version 3 only', () => {
      assert.equal(loadGood(six('')).instances[0]?.version, 3);
      assert.equal(loadGood(six('version 2')).instances[0]?.version, 3);
      assert.deepEqual(codes6('version 2'), ['4:9 CONFIG_VERSION']);
      assert.equal(loadGood(six('')).instances[0]?.multicastGroup, 'ff02::12');
    });

    it('should begin with a link-local address', () => {
      assert.deepEqual(codes6(''), []);
      assert.deepEqual(codes6('', '2001:db8::1'), ['6:1 CONFIG_LINK_LOCAL']);
      assert.equal(load(six('', '2001:db8::1')).diagnostics.at(-1)?.severity, 'info');
      assert.equal(load(six('strict_mode', '2001:db8::1')).diagnostics.at(-1)?.severity, 'warning');
    });

    it('native_ipv6 is an old form', () => {
      assert.deepEqual(codes6('native_ipv6'), ['4:1 CONFIG_OLD_NAME']);
      assert.deepEqual(codes('native_ipv6'), ['FAMILY_MISMATCH']);
      assert.deepEqual(codes6('authentication {\nauth_type AH\nauth_pass x\n}'), [
        '4:1 CONFIG_AUTHENTICATION_IGNORED',
      ]);
    });
  });

  it('no address on purpose', () => {
    const none = (lines: string): string[] =>
      found(load(`vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${lines}\n}`));
    assert.deepEqual(none(''), ['1:1 CONFIG_NO_VIRTUAL_ADDRESS']);
    assert.deepEqual(none('no_virtual_ipaddress'), []);
    assert.deepEqual(none('no_virtual_ipaddress\nversion 3'), []);
  });

  describe('notifications', () => {
    it('scripts and who runs them', () => {
      const { notify } = instance(
        'notify "/bin/n a" root\nnotify_master /bin/m nobody nogroup\nnotify_deleted\nnotify_master_rx_lower_pri /bin/l',
      );
      assert.deepEqual(plain(notify), {
        any: { command: ['/bin/n', 'a'], user: 'root' },
        master: { command: ['/bin/m'], user: 'nobody', group: 'nogroup' },
        masterRxLowerPri: { command: ['/bin/l'] },
        tellDeleted: true,
        priorityChanges: false,
        mail: false,
      });
      assert.deepEqual(plain(instance('notify_deleted /bin/d').notify.deleted), {
        command: ['/bin/d'],
      });
      // The first counts.
      assert.deepEqual(codes('notify /bin/a\nnotify /bin/b'), ['REPEATED']);
      assert.deepEqual(instance('notify /bin/a\nnotify /bin/b').notify.any?.command, ['/bin/a']);
    });

    it('priority changes: own, of the group, global', () => {
      const group = (word: string): string =>
        `vrrp_sync_group G {\ngroup {\nVI_1\n}\nnotify_priority_changes ${word}\n}\n`;
      const told = (lines: string, before: string): boolean =>
        instance(lines, before).notify.priorityChanges;
      assert.equal(told('', group('yes')), true);
      assert.equal(told('notify_priority_changes no', group('yes')), false);
      assert.equal(told('', globals('vrrp_notify_priority_changes') + group('no')), false);
    });
  });

  it('old forms', () => {
    assert.deepEqual(codes('linkbeat_use_polling'), ['IGNORED', 'OLD_NAME']);
    assert.deepEqual(codes('vmac_garp_intvl 5'), ['OLD_NAME']);
    const daemon = load(instanceText('lvs_sync_daemon_interface eth1'));
    assert.deepEqual(plain(daemon.config?.global.syncDaemon), {
      interface: 'eth1',
      instance: 'VI_1',
      syncId: 1,
    });
    assert.deepEqual(found(daemon), ['2:27 CONFIG_OLD_NAME']);
    assert.deepEqual(
      codes('lvs_sync_daemon_interface eth1', globals('lvs_sync_daemon eth0 VI_1')),
      ['OLD_NAME', 'REPEATED'],
    );
    assert.deepEqual(codes('debug'), ['MISSING_VALUE']);
    assert.equal(load(instanceText('debug')).diagnostics[0]?.severity, 'error');
    assert.deepEqual(codes('debug 5'), ['IGNORED', 'OUT_OF_RANGE']);
  });

  it('instances that say nothing of a thing share one object for it', () => {
    const { instances } = loadGood(
      globals('vrrp_garp_master_delay 7') +
        instanceText('') +
        instanceText('', 'VI_2').replace('router_id 1', 'router_id 2'),
    );
    const [first, second] = instances;
    assert.equal(first?.garp, second?.garp);
    assert.equal(first?.tracks, second?.tracks);
    assert.equal(first?.notify, second?.notify);
    assert.equal(first?.origins['garp_master_delay']?.line, 2);
  });
});
