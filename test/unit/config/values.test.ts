import assert from 'node:assert/strict';
import {
  connectionCheck,
  found,
  instance,
  instanceText,
  load,
  messages,
  server,
  serverText,
} from './support.js';

/** The codes of an instance with these lines, without places. */
function codes(lines: string): string[] {
  return load(instanceText(lines)).diagnostics.map(({ code }) => code);
}

function serverCodes(lines: string, real = ''): string[] {
  return load(serverText(lines, real)).diagnostics.map(({ code }) => code);
}

describe('config: values', () => {
  it('whole numbers are decimal, within their range', () => {
    assert.equal(instance('priority 1').priority, 1);
    assert.equal(instance('priority 254').priority, 254);
    assert.equal(instance('priority +12').priority, 12);
    assert.equal(instance('priority 007').priority, 7);
    assert.deepEqual(codes('priority 0'), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(codes('priority 256'), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(codes('priority -1'), ['CONFIG_OUT_OF_RANGE']);
    for (const wrong of ['0x10', '1.5', '1e2', 'ten', '1,0', '--1']) {
      assert.deepEqual(codes(`priority ${wrong}`), ['CONFIG_INVALID_VALUE'], wrong);
    }
  });

  it('a message names the keyword, the place of the word, and the range', () => {
    const loaded = load(instanceText('  priority 256'));
    assert.deepEqual(found(loaded), ['2:12 CONFIG_OUT_OF_RANGE']);
    assert.equal(loaded.diagnostics[0]?.message, 'priority: 256 is out of range');
    assert.equal(loaded.diagnostics[0]?.expected, 'a whole number from 1 to 255');
  });

  it('times are seconds with fractions down to a microsecond', () => {
    assert.equal(instance('preempt_delay 4.12').preemptDelay, 4_120_000);
    assert.equal(instance('preempt_delay 0.000001').preemptDelay, 1);
    assert.equal(instance('preempt_delay .5').preemptDelay, 500_000);
    assert.equal(instance('preempt_delay 1000').preemptDelay, 1_000_000_000);
    assert.deepEqual(codes('preempt_delay 1000.1'), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(codes('preempt_delay -1'), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(codes('preempt_delay 1s'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('preempt_delay .'), ['CONFIG_INVALID_VALUE']);
  });

  it('gratuitous ARP takes whole seconds, as in keepalived', () => {
    assert.equal(instance('garp_master_delay 0').garp.masterDelay, 0);
    assert.deepEqual(codes('garp_master_delay 0.5'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('garp_master_repeat 0'), ['CONFIG_DEFAULTED']);
    assert.equal(instance('garp_lower_prio_repeat 0').garp.lowerPrioRepeat, 0);
  });

  it('one of some words; upper and lower case differ, but not for protocols', () => {
    assert.equal(instance('state BACKUP').state, 'BACKUP');
    const wrong = load(instanceText('state BACKUPP'));
    assert.equal(wrong.diagnostics[0]?.suggestion, "'BACKUP'");
    assert.deepEqual(codes('state master'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(server('protocol udp').id, {
      kind: 'address',
      protocol: 'UDP',
      address: '192.0.2.1',
      port: 80,
    });
  });

  it('yes and no', () => {
    for (const [word, value] of [
      ['', true],
      ['on', true],
      ['true', true],
      ['yes', true],
      ['off', false],
      ['false', false],
      ['no', false],
    ] as const) {
      assert.equal(
        server('', `inhibit_on_failure ${word}`).realServers[0]?.inhibitOnFailure,
        value,
      );
    }
    assert.deepEqual(serverCodes('', 'alpha maybe'), ['CONFIG_INVALID_VALUE']);
  });

  it('addresses become canonical', () => {
    assert.equal(instance('mcast_src_ip 192.0.2.7').sourceAddress, '192.0.2.7');
    assert.equal(
      connectionCheck(server('', 'TCP_CHECK {\nconnect_ip 2001:DB8:0:0::1\n}').realServers[0])
        .target.address,
      '2001:db8::1',
    );
    for (const wrong of ['192.0.2', '192.0.2.256', 'localhost', '192.0.2.1:80', '::g']) {
      assert.deepEqual(codes(`mcast_src_ip ${wrong}`), ['CONFIG_INVALID_VALUE'], wrong);
    }
    // keepalived passes over a prefix length there.
    assert.deepEqual(codes('mcast_src_ip 192.0.2.7/24'), ['CONFIG_EXTRA_WORD']);
  });

  it('ports are numbers; 0 counts as none', () => {
    const withPort = (port: string) =>
      load(
        `virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.0.1 ${port} {\n}\n}`,
      );
    assert.equal(withPort('8080').config?.virtualServers[0]?.realServers[0]?.port, 8080);
    assert.equal(withPort('0').config?.virtualServers[0]?.realServers[0]?.port, 80);
    assert.equal(withPort('').config?.virtualServers[0]?.realServers[0]?.port, 80);
    assert.ok(found(withPort('http')).includes('5:22 CONFIG_INVALID_VALUE'));
    assert.ok(found(withPort('65536')).includes('5:22 CONFIG_OUT_OF_RANGE'));
  });

  it('interface names fit into the kernel', () => {
    assert.deepEqual(codes('interface a234567890123456'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('interface eth/0'), ['CONFIG_INVALID_VALUE']);
  });

  it('status codes and their ranges', () => {
    const url = (codesText: string) => `HTTP_GET {\nurl {\npath /\nstatus_code ${codesText}\n}\n}`;
    const check = server('', url('200-299 404')).realServers[0]?.checks[0];
    assert.deepEqual(check?.type === 'HTTP_GET' && check.urls[0]?.statusCodes, [
      { from: 200, to: 299 },
      { from: 404, to: 404 },
    ]);
    assert.deepEqual(serverCodes('', url('700')), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(serverCodes('', url('5')), ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(serverCodes('', url('299-200')), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(serverCodes('', url('2xx')), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(serverCodes('', url('200-')), ['CONFIG_INVALID_VALUE']);
  });

  it('digests are 32 hexadecimal digits', () => {
    const url = (digest: string) => `HTTP_GET {\nurl {\npath /\ndigest ${digest}\n}\n}`;
    const check = server('', url('9B3A0C85A887A256D6939DA88AABD8CD')).realServers[0]?.checks[0];
    assert.equal(
      check?.type === 'HTTP_GET' && check.urls[0]?.digest,
      '9b3a0c85a887a256d6939da88aabd8cd',
    );
    assert.deepEqual(serverCodes('', url('12')), ['CONFIG_INVALID_VALUE']);
  });

  it('the sync daemon in all its forms', () => {
    const daemon = (args: string) => {
      const { config, diagnostics } = load(
        `global_defs {\nlvs_sync_daemon ${args}\n}\n${instanceText('')}`,
      );
      const { interface: device, instance: name, syncId } = config?.global.syncDaemon ?? {};
      return {
        is: config && `${device} ${name} ${syncId}`,
        codes: diagnostics.map(({ code }) => code),
      };
    };
    assert.deepEqual(daemon('eth1 VI_1 id 51'), { is: 'eth1 VI_1 51', codes: [] });
    assert.deepEqual(daemon('eth1 inst VI_1 id 0'), { is: 'eth1 VI_1 0', codes: [] });
    // Without an id that of the instance.
    assert.deepEqual(daemon('eth1 VI_1'), { is: 'eth1 VI_1 1', codes: [] });
    assert.deepEqual(daemon('eth1 VI_1 7'), { is: 'eth1 VI_1 7', codes: ['CONFIG_OLD_NAME'] });
    assert.deepEqual(daemon('eth1 VI_1 id 256').codes, ['CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(daemon('eth1 VI_1 id').codes, ['CONFIG_MISSING_VALUE']);
    assert.deepEqual(daemon('eth1 VI_1 what 3').codes, ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(daemon('eth1 VI_1 id 3 port 9000'), { is: 'eth1 VI_1 3', codes: [] });
    // Without an instance master and backup run both.
    assert.deepEqual(daemon('eth1'), { is: 'eth1 undefined 0', codes: [] });
    assert.deepEqual(daemon('eth1 id 3'), { is: 'eth1 undefined 3', codes: [] });
  });

  it('how the table is flushed at stop', () => {
    const flush = (args: string) => load(`global_defs {\n${args}\n}`);
    assert.equal(flush('').config?.global.lvsFlushOnStop, 'no');
    assert.equal(flush('lvs_flush_on_stop').config?.global.lvsFlushOnStop, 'all');
    assert.equal(flush('lvs_flush_on_stop VS').config?.global.lvsFlushOnStop, 'services');
    assert.equal(flush('lvs_flush_onstop').config?.global.lvsFlushOnStop, 'all');
    assert.deepEqual(found(flush('lvs_flush_on_stop RS')), ['2:19 CONFIG_INVALID_VALUE']);
  });

  it('the name of a service', () => {
    const name = (text: string) =>
      load(
        `virtual_server ${text} {\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 80 {\n}\n}`,
      );
    assert.deepEqual(name('fwmark 5').config?.virtualServers[0]?.id, {
      kind: 'fwmark',
      family: 4,
      fwmark: 5,
    });
    assert.deepEqual(messages(name('fwmark'), 'CONFIG_MISSING_VALUE'), [
      "virtual_server: 'fwmark' needs a number",
    ]);
    assert.deepEqual(found(name('fwmark 0')), ['1:23 CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(messages(name('group'), 'CONFIG_MISSING_VALUE'), [
      "virtual_server: 'group' needs a name",
    ]);
    assert.deepEqual(found(name('web 80')), ['1:16 CONFIG_INVALID_VALUE']);
    assert.deepEqual(found(name('')), ['1:1 CONFIG_MISSING_VALUE']);
  });
});
