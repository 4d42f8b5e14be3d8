import assert from 'node:assert/strict';
import { load, loadGood, messages, serverText } from './support.js';

function codes(text: string): string[] {
  return load(text)
    .diagnostics.map(({ code }) => code)
    .filter((code) => code !== 'CONFIG_PLANNED' && code !== 'CONFIG_NOT_RUN');
}

describe('config: intervals and deadlines of checks', () => {
  const interval = (service: string, inner: string) =>
    messages(load(serverText(service, inner)), 'CONFIG_CHECK_INTERVAL');

  it('an attempt may last as long as the pause, not longer', () => {
    assert.deepEqual(interval('', 'TCP_CHECK {\ndelay_loop 5\n}'), []);
    assert.equal(interval('', 'TCP_CHECK {\ndelay_loop 4.999999\n}').length, 1);
    assert.deepEqual(interval('', 'MISC_CHECK {\nmisc_path /x\nmisc_timeout 60\n}'), []);
    assert.equal(interval('', 'MISC_CHECK {\nmisc_path /x\nmisc_timeout 61\n}').length, 1);
    assert.deepEqual(interval('delay_loop 1', 'MISC_CHECK {\nmisc_path /x\n}'), []);
  });

  it('says what follows', () => {
    assert.deepEqual(
      interval(
        '',
        'TCP_CHECK {\ndelay_loop 2\nconnect_timeout 5\nretry 2\ndelay_before_retry 1\n}',
      ),
      [
        'delay_loop 2 is shorter than the deadline of an attempt, connect_timeout 5: a server that is silent is tried every 7 seconds, and is out of service after 17',
      ],
    );
    assert.deepEqual(interval('', 'MISC_CHECK {\nmisc_path /x\ndelay_loop 2\nmisc_timeout 3\n}'), [
      'delay_loop 2 is shorter than the deadline of an attempt, misc_timeout 3: a server that is silent is tried every 3 seconds, and is out of service after 3',
    ]);
  });

  it('a line that many inherit is told once', () => {
    const many = 'TCP_CHECK {\n}\nTCP_CHECK {\nconnect_port 81\n}\nPING_CHECK {\n}';
    assert.equal(interval('delay_loop 2', many).length, 1);
  });
});

describe('config: addresses that no server can have', () => {
  const told = (address: string, vip = '192.0.2.1') =>
    load(serverText('').replace('10.0.0.1', address).replace('192.0.2.1', vip)).diagnostics.map(
      ({ code, severity, at }) => `${at.line} ${severity} ${code}`,
    );

  it('are told, and the service runs without the server', () => {
    const wrong = ['224.0.0.1', '239.255.255.255', '255.255.255.255', '0.0.0.0', '0.1.2.3'];
    for (const address of wrong) {
      assert.deepEqual(told(address), ['6 warning CONFIG_SERVER_ADDRESS'], address);
    }
    for (const address of ['ff02::1', '::', 'fe80::1', 'febf::1']) {
      assert.deepEqual(told(address, '2001:db8::1'), ['6 warning CONFIG_SERVER_ADDRESS'], address);
    }
    for (const address of ['223.255.255.255', '240.0.0.1', '127.0.0.1', '169.254.1.1']) {
      assert.deepEqual(told(address), [], address);
    }
    for (const address of ['::1', 'fec0::1', 'fd00::1']) {
      assert.deepEqual(told(address, '2001:db8::1'), [], address);
    }
    assert.ok(load(serverText('').replace('10.0.0.1', '224.0.0.1')).config);
    const sorry = load(serverText('sorry_server 224.0.0.1 80')).diagnostics;
    assert.deepEqual(
      sorry.map(({ code }) => code),
      ['CONFIG_SERVER_ADDRESS'],
    );
  });
});

describe('config: one mistake in a service is one message', () => {
  const cases: Readonly<Record<string, string>> = {
    'real server': serverText('').replace('10.0.0.1', '10.0.0.256'),
    weight: serverText('quorum 5', 'weight x'),
    'weight of the service': serverText('quorum 5\nweight x'),
    'sorry server': serverText('sorry_server 10.0.0.256 80\nsorry_server_inhibit'),
    scheduler: serverText('sh-port').replace('lvs_sched rr', 'lvs_sched x'),
    persistence: serverText('persistence_timeout x\npersistence_engine sip')
      .replace('192.0.2.1 80', '192.0.2.1')
      .replace('TCP', 'UDP'),
    url: serverText('', 'HTTP_GET {\nurll {\npath /\n}\n}'),
  };
  for (const [what, text] of Object.entries(cases)) {
    it(what, () => {
      assert.equal(codes(text).length, 1, codes(text).join());
    });
  }
});

describe('config: rules between servers', () => {
  it('thresholds that the kernel refuses', () => {
    const lower = (lines: string) => {
      const text = serverText('', lines);
      return [loadGood(text).virtualServers[0]?.realServers[0]?.lowerThreshold, ...codes(text)];
    };
    assert.deepEqual(lower('uthreshold 5\nlthreshold 5'), [5]);
    assert.deepEqual(lower('uthreshold 5\nlthreshold 6'), [0, 'CONFIG_THRESHOLDS']);
    assert.deepEqual(lower('lthreshold 1'), [0, 'CONFIG_THRESHOLDS']);
  });

  it('no weight at all', () => {
    assert.deepEqual(codes(serverText('', 'weight 0')), ['CONFIG_QUORUM']);
    assert.deepEqual(codes(serverText('real_server 10.0.0.2 80 {\n}', 'weight 0')), []);
  });

  it('alpha and inhibit_on_failure of a server without a check', () => {
    assert.deepEqual(codes(serverText('alpha\ninhibit_on_failure')), [
      'CONFIG_WITHOUT_EFFECT',
      'CONFIG_WITHOUT_EFFECT',
    ]);
    assert.deepEqual(codes(serverText('alpha', 'alpha no')), []);
    assert.deepEqual(codes(serverText('alpha\ninhibit_on_failure', 'TCP_CHECK {\n}')), []);
  });

  it('a flag before the line that chooses its scheduler', () => {
    const flags = (lines: string) => {
      const text = `virtual_server 192.0.2.1 80 {\n${lines}\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.0.1 80 {\n}\n}`;
      return [loadGood(text).virtualServers[0]?.flags.flag2, ...codes(text)];
    };
    assert.deepEqual(flags('lvs_sched sh\nsh-port'), [true]);
    assert.deepEqual(flags('sh-port\nlvs_sched sh'), [false, 'CONFIG_WITHOUT_EFFECT']);
  });

  it('ha_suspend needs an address', () => {
    assert.equal(loadGood(serverText('ha_suspend')).virtualServers[0]?.haSuspend, true);
    const mark =
      'virtual_server fwmark 5 {\nlvs_sched rr\nlvs_method NAT\nha_suspend\nreal_server 10.0.0.1 {\n}\n}';
    assert.equal(loadGood(mark).virtualServers[0]?.haSuspend, false);
    assert.deepEqual(codes(mark), ['CONFIG_WITHOUT_EFFECT']);
  });

  describe('connection sync', () => {
    const daemon =
      'global_defs {\nlvs_sync_daemon eth0 VI\n}\nvrrp_instance VI {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.1\n}\n}\n';
    const tunnel = serverText('sorry_server 2001:db8::1 80').replace('NAT', 'TUN');
    const synced = (text: string) =>
      load(text).diagnostics.filter(({ code }) => code === 'CONFIG_SYNC_FAMILIES').length;

    it('knows no server of another family than its service', () => {
      assert.equal(synced(daemon + tunnel), 1);
      assert.equal(synced(tunnel), 0);
      assert.equal(synced(daemon + tunnel.replace('sorry_server 2001:db8::1 80', '')), 0);
    });

    it('knows services of both families', () => {
      const six = serverText('')
        .replace('192.0.2.1', '2001:db8::1')
        .replace('10.0.0.1', '2001:db8::2');
      assert.equal(synced(daemon + serverText('') + six), 0);
    });
  });
});
