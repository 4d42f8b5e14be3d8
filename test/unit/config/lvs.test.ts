import assert from 'node:assert/strict';
import type { RealServerConfig } from '../../../src/config/model/index.js';
import { checkerSettings } from '../../../src/process/checker-settings.js';
import {
  type ConnectionCheck,
  connectionCheck,
  found,
  load,
  loadGood,
  plain,
  server,
  serverText,
} from './support.js';

const SECOND = 1_000_000;

function real(lines: string, service = ''): RealServerConfig {
  return server(service, lines).realServers.at(0) as RealServerConfig;
}

function check(lines: string, service = ''): ConnectionCheck {
  return connectionCheck(real(lines, service));
}

describe('config: virtual_server', () => {
  it("has keepalived's defaults", () => {
    assert.deepEqual(plain(server('')), {
      id: { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 },
      scheduler: 'rr',
      flags: { ops: false, flag1: false, flag2: false, flag3: false },
      persistenceTimeout: 0,
      persistencePrefix: 32,
      quorum: 1,
      hysteresis: 0,
      drainTimeout: 300_000_000,
      omega: false,
      haSuspend: false,
      smtpAlert: false,
      realServers: [
        {
          address: '10.0.0.1',
          port: 80,
          method: 'NAT',
          weight: 1,
          upperThreshold: 0,
          lowerThreshold: 0,
          inhibitOnFailure: false,
          alpha: false,
          smtpAlert: true,
          checks: [],
        },
      ],
    });
  });

  it('nothing chosen: UDP, wlc, NAT, each with a warning', () => {
    const loaded = load('virtual_server 192.0.2.1 80 {\nreal_server 10.0.0.1 80 {\n}\n}');
    assert.deepEqual(found(loaded), Array(3).fill('1:1 CONFIG_DEFAULTED'));
    const [built] = loaded.config?.virtualServers ?? [];
    assert.equal(built?.id.kind === 'address' && built.id.protocol, 'UDP');
    assert.equal(built?.scheduler, 'wlc');
    assert.equal(built?.realServers.at(0)?.method, 'NAT');
  });

  it('no warning for the method if every server has its own', () => {
    const text =
      'virtual_server 192.0.2.1 80 {\nlvs_sched rr\nprotocol TCP\nreal_server 10.0.0.1 80 {\nlvs_method DR\n}\n}';
    assert.deepEqual(found(load(text)), []);
  });

  it('knows all schedulers', () => {
    for (const name of 'rr wrr lc wlc lblc lblcr sh mh dh sed nq fo ovf twos'.split(' ')) {
      assert.equal(
        loadGood(serverText('').replace('lvs_sched rr', `lvs_sched ${name}`)).virtualServers[0]
          ?.scheduler,
        name,
      );
    }
    assert.deepEqual(found(load(serverText('').replace('lvs_sched rr', 'lvs_sched xx'))), [
      '2:11 CONFIG_INVALID_VALUE',
    ]);
  });

  it('flags, by their own name or by that of their scheduler', () => {
    const flags = (scheduler: string, lines: string) => {
      const loaded = load(serverText(lines).replace('lvs_sched rr', `lvs_sched ${scheduler}`));
      assert.ok(loaded.config);
      const bits = checkerSettings(loaded.config).virtualServers[0]?.flags ?? -1;
      return `0x${bits.toString(16)} ${loaded.diagnostics.map(({ code }) => code).join()}`.trim();
    };
    assert.equal(flags('rr', 'flag-1'), '0x8');
    assert.equal(flags('rr', 'flag-2'), '0x10');
    assert.equal(flags('rr', 'flag-3'), '0x20');
    assert.equal(flags('sh', 'sh-fallback'), '0x8');
    assert.equal(flags('sh', 'sh-port'), '0x10');
    assert.equal(flags('mh', 'mh-fallback\nmh-port'), '0x18');
    assert.equal(flags('rr', 'sh-port'), '0x0 CONFIG_WITHOUT_EFFECT');
    assert.equal(flags('sh', 'mh-port'), '0x0 CONFIG_WITHOUT_EFFECT');
    assert.equal(flags('rr', 'ops'), '0x0 CONFIG_WITHOUT_EFFECT');
    assert.equal(flags('rr', 'ops\nprotocol UDP'), '0x4 CONFIG_REPEATED');
  });

  it('persistence', () => {
    const persistence = (lines: string): string => {
      const { persistenceTimeout, persistencePrefix } = server(lines);
      return `${persistenceTimeout}/${persistencePrefix}`;
    };
    assert.equal(persistence('persistence_timeout'), '360/32');
    assert.equal(persistence('persistence_timeout 50'), '50/32');
    assert.equal(persistence('persistence_granularity 255.255.255.0'), '360/24');
    assert.equal(
      persistence('persistence_timeout 50\npersistence_granularity 255.255.0.0'),
      '50/16',
    );
    assert.equal(persistence('persistence_timeout 0'), '0/32');
    assert.equal(
      persistence('persistence_timeout 0\npersistence_granularity 255.255.255.0'),
      '360/24',
    );
    assert.deepEqual(found(load(serverText('persistence_timeout 0\npersistence_engine sip'))), [
      '5:21 CONFIG_OUT_OF_RANGE',
      '6:20 CONFIG_WITHOUT_EFFECT',
    ]);
    assert.deepEqual(found(load(serverText('persistence_timeout 2678401'))), [
      '5:21 CONFIG_OUT_OF_RANGE',
    ]);
  });

  it('without a port is persistent', () => {
    const text = (lines: string) =>
      serverText(lines).replace('192.0.2.1 80', '192.0.2.1').replace('10.0.0.1 80', '10.0.0.1');
    const loaded = load(text(''));
    assert.deepEqual(found(loaded), ['1:1 CONFIG_PORT_NEEDS_PERSISTENCE']);
    assert.equal(loaded.config?.virtualServers[0]?.persistenceTimeout, 360);
    assert.deepEqual(found(load(text('persistence_timeout 5'))), []);
    const zero = load(text('persistence_timeout 0'));
    assert.deepEqual(found(zero), [
      '1:1 CONFIG_PORT_NEEDS_PERSISTENCE',
      '5:21 CONFIG_OUT_OF_RANGE',
    ]);
    assert.equal(zero.config?.virtualServers[0]?.persistenceTimeout, 360);
  });

  it('of IPv6', () => {
    const config = loadGood(
      'virtual_server 2001:DB8::1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\npersistence_granularity 64\nreal_server 2001:db8::10 80 {\n}\n}',
    );
    assert.deepEqual(config.virtualServers[0]?.id, {
      kind: 'address',
      protocol: 'TCP',
      address: '2001:db8::1',
      port: 80,
    });
    assert.equal(config.virtualServers[0]?.persistencePrefix, 64);
  });

  describe('by firewall mark', () => {
    const mark = (lines: string, server: string, inner = '') =>
      load(
        `virtual_server fwmark 5 {\nlvs_sched rr\n${lines}\nreal_server ${server} {\n${inner}\n}\n}`,
      );
    const family = (lines: string, server: string) => {
      const id = mark(lines, server).config?.virtualServers[0]?.id;
      return id?.kind === 'fwmark' && id.family;
    };

    it('takes its family from ip_family, the mask, or the servers', () => {
      assert.equal(family('lvs_method NAT', '10.0.0.1'), 4);
      assert.equal(family('lvs_method NAT', '2001:db8::1'), 6);
      assert.equal(family('lvs_method TUN', '2001:db8::1'), 6);
      assert.equal(family('lvs_method TUN\nip_family inet', '2001:db8::1'), 4);
      assert.equal(family('lvs_method TUN\npersistence_granularity 64', '10.0.0.1'), 6);
    });

    it('keeps the port of the packet unless NAT is told another', () => {
      const port = (lines: string, server: string) =>
        mark(lines, server).config?.virtualServers[0]?.realServers.at(0)?.port;
      assert.equal(port('lvs_method NAT', '10.0.0.1'), 0);
      assert.equal(port('lvs_method NAT', '10.0.0.1 8080'), 8080);
      assert.equal(port('lvs_method DR', '10.0.0.1 80'), 0);
      assert.deepEqual(found(mark('lvs_method DR', '10.0.0.1 80')), ['4:1 CONFIG_PORT_MISMATCH']);
    });

    it('its checks need a port: their own or the one that was written', () => {
      const target = (server: string, inner: string) =>
        connectionCheck(
          mark('lvs_method NAT', server, inner).config?.virtualServers[0]?.realServers.at(0),
        ).target.port;
      assert.equal(target('10.0.0.1', 'TCP_CHECK {\nconnect_port 81\n}'), 81);
      assert.equal(target('10.0.0.1 80', 'TCP_CHECK {\n}'), 80);
      assert.ok(
        found(mark('lvs_method NAT', '10.0.0.1', 'TCP_CHECK {\n}')).includes(
          '5:1 CONFIG_CHECK_INCOMPLETE',
        ),
      );
    });

    it('has no protocol', () => {
      assert.deepEqual(found(mark('lvs_method NAT\nprotocol TCP', '10.0.0.1')), [
        '4:10 CONFIG_WITHOUT_EFFECT',
      ]);
    });
  });

  describe('ports', () => {
    const one = (method: string, port: string) =>
      load(
        serverText('', 'TCP_CHECK {\n}')
          .replace('lvs_method NAT', `lvs_method ${method}`)
          .replace('10.0.0.1 80', `10.0.0.1 ${port}`),
      );
    const ports = (method: string, port: string): string => {
      const built = one(method, port).config?.virtualServers[0]?.realServers.at(0);
      return `${built?.port} ${connectionCheck(built).target.port}`;
    };

    it('NAT can change them, DR and TUN cannot; the check goes where it was told', () => {
      assert.equal(ports('NAT', '8080'), '8080 8080');
      assert.equal(ports('DR', '8080'), '80 8080');
      assert.equal(ports('TUN', '8080'), '80 8080');
      assert.equal(ports('DR', ''), '80 80');
      assert.deepEqual(found(one('DR', '8080')), ['6:1 CONFIG_PORT_MISMATCH']);
    });
  });

  describe('quorum and hysteresis', () => {
    const quorum = (lines: string): string => {
      const { quorum: needed, hysteresis } = server(lines, 'weight 4');
      return `${needed} ${hysteresis} ${load(serverText(lines, 'weight 4')).diagnostics.length}`;
    };

    it('stay within what can be reached and lost', () => {
      assert.equal(quorum('quorum 4\nhysteresis 3'), '4 3 0');
      assert.equal(quorum('quorum 5'), '4 0 1');
      assert.equal(quorum('quorum 2\nhysteresis 2'), '2 1 1');
      assert.equal(quorum('quorum 9\nhysteresis 9'), '4 3 2');
    });

    it('servers of weight 0 leave a quorum of 1', () => {
      assert.equal(server('', 'weight 0').quorum, 1);
    });
  });

  it('without a real server is left out', () => {
    const loaded = load(
      'virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n}',
    );
    assert.deepEqual(found(loaded), ['1:1 CONFIG_NO_REAL_SERVER']);
    assert.deepEqual(loaded.config?.virtualServers, []);
  });

  it('twice is an error', () => {
    assert.deepEqual(found(load(serverText('') + serverText(''))), [
      '10:1 CONFIG_DUPLICATE_VIRTUAL_SERVER',
    ]);
    assert.deepEqual(found(load(serverText('') + serverText('').replace('TCP', 'UDP'))), []);
  });

  it('a real server twice: the first stays', () => {
    const loaded = load(serverText('real_server 10.0.0.1 80 {\nweight 7\n}'));
    assert.deepEqual(found(loaded), ['8:1 CONFIG_DUPLICATE_REAL_SERVER']);
    assert.deepEqual(
      loaded.config?.virtualServers[0]?.realServers.map(({ weight }) => weight),
      [7],
    );
  });

  it('families', () => {
    const text = (method: string) =>
      serverText('').replace('10.0.0.1', '2001:db8::1').replace('NAT', method);
    assert.deepEqual(found(load(text('NAT'))), ['6:1 CONFIG_FAMILY_MISMATCH']);
    assert.deepEqual(found(load(text('TUN'))), []);
    assert.deepEqual(found(load(serverText('ip_family inet6'))), ['5:11 CONFIG_FAMILY_MISMATCH']);
    assert.deepEqual(found(load(serverText('sorry_server 2001:db8::1 80'))), [
      '5:14 CONFIG_FAMILY_MISMATCH',
    ]);
  });

  describe('sorry server', () => {
    it('takes port and method from its service', () => {
      assert.deepEqual(plain(server('sorry_server 10.0.0.9').sorryServer), {
        address: '10.0.0.9',
        port: 80,
        method: 'NAT',
        inhibit: false,
      });
      assert.deepEqual(
        plain(
          server('sorry_server 10.0.0.9 81\nsorry_server_lvs_method DR\nsorry_server_inhibit')
            .sorryServer,
        ),
        {
          address: '10.0.0.9',
          port: 80,
          method: 'DR',
          inhibit: true,
        },
      );
    });

    it('its options come after it', () => {
      const loaded = load(serverText('sorry_server_inhibit\nsorry_server 10.0.0.9 80'));
      assert.deepEqual(found(loaded), ['5:1 CONFIG_WITHOUT_EFFECT']);
      assert.equal(loaded.config?.virtualServers[0]?.sorryServer?.inhibit, false);
    });

    it('that is a real server is told, and is inhibited as that one', () => {
      const loaded = load(
        serverText('sorry_server 10.0.0.1 80', 'inhibit_on_failure\nTCP_CHECK {\n}'),
      );
      assert.deepEqual(found(loaded), ['5:14 CONFIG_SORRY_SERVER']);
      assert.equal(loaded.config?.virtualServers[0]?.sorryServer?.inhibit, true);
    });
  });

  it('gives its real servers what they do not say', () => {
    const inherited = real('', 'weight 3\ninhibit_on_failure\nalpha');
    assert.deepEqual(
      [inherited.weight, inherited.inhibitOnFailure, inherited.alpha],
      [3, true, true],
    );
    const own = real(
      'weight 5\ninhibit_on_failure no\nalpha no\nlvs_method DR',
      'weight 3\ninhibit_on_failure\nalpha',
    );
    assert.deepEqual(
      [own.weight, own.inhibitOnFailure, own.alpha, own.method],
      [5, false, false, 'DR'],
    );
  });
});

describe('config: checks', () => {
  it("have keepalived's defaults, by kind", () => {
    assert.deepEqual(check('TCP_CHECK {\n}').timing, {
      delayLoop: 60 * SECOND,
      connectTimeout: 5 * SECOND,
      retry: 1,
      delayBeforeRetry: SECOND,
      warmup: 60 * SECOND,
    });
    assert.equal(check('HTTP_GET {\nurl {\npath /\n}\n}').timing.delayBeforeRetry, 3 * SECOND);
    assert.equal(check('SSL_GET {\nurl {\npath /\n}\n}').timing.delayBeforeRetry, 3 * SECOND);
    assert.deepEqual(check('TCP_CHECK {\n}').target, { address: '10.0.0.1', port: 80, fwmark: 0 });
  });

  it('take from the real server, else from the virtual server', () => {
    const words = ['connect_timeout', 'delay_loop', 'delay_before_retry', 'warmup', 'retry'];
    const lines = (value: number): string => words.map((word) => `${word} ${value}`).join('\n');
    const values = (timing: ConnectionCheck['timing']): number[] => [
      timing.connectTimeout / SECOND,
      timing.delayLoop / SECOND,
      timing.delayBeforeRetry / SECOND,
      timing.warmup / SECOND,
      timing.retry,
    ];
    assert.deepEqual(values(check('TCP_CHECK {\n}', lines(7)).timing), [7, 7, 7, 7, 7]);
    assert.deepEqual(
      values(check(`${lines(8)}\nTCP_CHECK {\n}`, lines(7)).timing),
      [8, 8, 8, 8, 8],
    );
    assert.deepEqual(
      values(check(`${lines(8)}\nTCP_CHECK {\n${lines(9)}\n}`, lines(7)).timing),
      [9, 9, 9, 9, 9],
    );
  });

  it('the warmup is the delay_loop that counts for the check', () => {
    assert.equal(check('TCP_CHECK {\ndelay_loop 3\n}', 'delay_loop 9').timing.warmup, 3 * SECOND);
    assert.equal(check('TCP_CHECK {\nwarmup 0\n}', 'delay_loop 9').timing.warmup, 0);
  });

  it('retry is at least 1 for servers, 0 is allowed for a check', () => {
    assert.equal(check('TCP_CHECK {\nretry 0\n}').timing.retry, 0);
    assert.deepEqual(found(load(serverText('retry 0'))), ['5:7 CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(found(load(serverText('delay_loop 0'))), ['5:12 CONFIG_OUT_OF_RANGE']);
    assert.deepEqual(found(load(serverText('connect_timeout 0'))), ['5:17 CONFIG_OUT_OF_RANGE']);
  });

  it('connect where they are told', () => {
    assert.deepEqual(
      check(
        'TCP_CHECK {\nconnect_ip 10.9.9.9\nconnect_port 81\nbindto 10.0.0.200\nbind_port 4000\nfwmark 9\n}',
      ).target,
      { address: '10.9.9.9', port: 81, bindTo: '10.0.0.200', bindPort: 4000, fwmark: 9 },
    );
    assert.deepEqual(found(load(serverText('', 'TCP_CHECK {\nbindto 2001:db8::1\n}'))), [
      '8:8 CONFIG_FAMILY_MISMATCH',
    ]);
  });

  it('keep the order of the file', () => {
    const { checks } = real(
      'HTTP_GET {\nurl {\npath /\n}\n}\nTCP_CHECK {\n}\nSSL_GET {\nurl {\npath /\n}\n}',
    );
    assert.deepEqual(
      checks.map(({ type }) => type),
      ['HTTP_GET', 'TCP_CHECK', 'SSL_GET'],
    );
  });

  it('the virtual host comes from the nearest', () => {
    const host = (url: string, http: string, server: string, service: string) => {
      const built = check(`${server}\nHTTP_GET {\n${http}\nurl {\npath /\n${url}\n}\n}`, service);
      return built.type === 'HTTP_GET' ? built.urls[0]?.virtualHost : undefined;
    };
    const line = (name: string): string => `virtualhost ${name}`;
    assert.equal(host('', '', '', ''), undefined);
    assert.equal(host('', '', '', line('v')), 'v');
    assert.equal(host('', '', line('r'), line('v')), 'r');
    assert.equal(host('', line('h'), line('r'), line('v')), 'h');
    assert.equal(host(line('u'), line('h'), line('r'), line('v')), 'u');
  });

  it('HTTP version and server name', () => {
    const https = check('SSL_GET {\nenable_sni\nhttp_protocol 1.1\nurl {\npath /\n}\n}');
    assert.deepEqual(https.type === 'SSL_GET' && [https.httpProtocol, https.enableSni], [
      '1.1',
      true,
    ]);
    const http = check('HTTP_GET {\nurl {\npath /\n}\n}');
    assert.deepEqual(http.type === 'HTTP_GET' && [http.httpProtocol, http.enableSni], [
      '1.0',
      false,
    ]);
    assert.deepEqual(found(load(serverText('', 'HTTP_GET {\nenable_sni\nurl {\npath /\n}\n}'))), [
      '8:1 CONFIG_WITHOUT_EFFECT',
    ]);
    assert.deepEqual(
      found(load(serverText('', 'HTTP_GET {\nhttp_protocol 2\nurl {\npath /\n}\n}'))),
      ['8:15 CONFIG_INVALID_VALUE'],
    );
  });

  it('ask for something', () => {
    assert.deepEqual(found(load(serverText('', 'HTTP_GET {\n}'))), ['7:1 CONFIG_CHECK_INCOMPLETE']);
    assert.deepEqual(found(load(serverText('', 'HTTP_GET {\nurl {\nstatus_code 200\n}\n}'))), [
      '8:1 CONFIG_CHECK_INCOMPLETE',
    ]);
  });

  it('become what the checker process is told', () => {
    const text = serverText(
      'alpha\nomega\nsorry_server 10.0.0.9 80',
      'SSL_GET {\nurl {\npath /a\nvirtualhost h\n}\nalpha no\n}\nTCP_CHECK {\n}',
    );
    const settings = checkerSettings(
      loadGood(`global_defs {\nlvs_flush\nlvs_flush_on_stop\n}\n${text}`),
    );
    assert.equal(settings.flushAtStart, true);
    assert.equal(settings.flushAtStop, true);
    const [service] = settings.virtualServers;
    assert.equal(service?.omega, true);
    assert.deepEqual(service?.sorryServer, {
      address: '10.0.0.9',
      port: 80,
      method: 'NAT',
      inhibit: false,
    });
    assert.equal(service?.realServers.at(0)?.alpha, true);
    const timing = {
      delayLoop: 60 * SECOND,
      connectTimeout: 5 * SECOND,
      retry: 1,
      delayBeforeRetry: 3 * SECOND,
      warmup: 60 * SECOND,
    };
    const target = { address: '10.0.0.1', port: 80, fwmark: 0 };
    assert.deepEqual(service?.realServers.at(0)?.checks, [
      {
        type: 'SSL_GET',
        target,
        timing,
        urls: [{ path: '/a', statusCodes: [], virtualHost: 'h' }],
        httpProtocol: '1.0',
        enableSni: false,
      },
      { type: 'TCP_CHECK', target, timing: { ...timing, delayBeforeRetry: SECOND } },
    ]);
    assert.equal(JSON.stringify(settings).includes('origins'), false);
  });

  it('tunnels, masks with holes and engines as the kernel takes them', () => {
    const text = serverText(
      'sorry_server 10.0.0.9 80\nsorry_server_lvs_method TUN type gre csum\npersistence_timeout 60\npersistence_granularity 255.0.0.255\npersistence_engine sip',
      'lvs_method TUN type gue port 6080 remcsum',
    );
    const [service] = checkerSettings(loadGood(text)).virtualServers;
    assert.equal(service?.persistenceMask, 0xff0000ff);
    assert.equal(service?.persistenceEngine, 'sip');
    assert.deepEqual(service?.sorryServer?.tunnel, { type: 'gre', port: 0, checksum: 'csum' });
    assert.deepEqual(service?.realServers.at(0)?.tunnel, {
      type: 'gue',
      port: 6080,
      checksum: 'remcsum',
    });
    const [plain] = checkerSettings(loadGood(serverText('', 'lvs_method TUN'))).virtualServers;
    assert.equal(plain?.realServers.at(0)?.tunnel, undefined);
  });

  it('without any check there is nothing for alpha to wait for', () => {
    const settings = checkerSettings(loadGood(serverText('alpha')));
    assert.equal(settings.virtualServers[0]?.realServers.at(0)?.alpha, false);
    assert.equal(
      checkerSettings(loadGood('global_defs {\nlvs_flush_on_stop VS\n}')).flushAtStop,
      false,
    );
  });
});
