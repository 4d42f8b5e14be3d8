import assert from 'node:assert/strict';
import type { CheckConfig } from '../../../src/config/model/index.js';
import { load, loadGood, plain, server, serverText } from './support.js';

const SECOND = 1_000_000;

const BEFORE = `track_file load { file /tmp/load\nweight 5 reverse }
bfd_instance peer { neighbor_ip 192.0.2.9\nsource_ip 192.0.2.8 }
`;

function checks(inner: string, service = ''): readonly CheckConfig[] {
  const [built] = loadGood(BEFORE + serverText(service, inner)).virtualServers;
  return built?.realServers[0]?.checks ?? [];
}

/** The model of a kind of check. */
type CheckOf<T, C = CheckConfig> = C extends { readonly type: infer Own }
  ? T extends Own
    ? C
    : never
  : never;

function check<T extends CheckConfig['type']>(type: T, lines: string, service = ''): CheckOf<T> {
  const [built] = checks(`${type} {\n${lines}\n}`, service);
  assert.equal(built?.type, type);
  return built as CheckOf<T>;
}

const ASIDE = new Set(['CONFIG_PLANNED', 'CONFIG_NOT_RUN', 'CONFIG_SCRIPT_SECURITY']);

/** What is said of a check's lines, but for what is not built, and for who runs it. */
function codes(type: string, lines: string): string[] {
  return load(BEFORE + serverText('', `${type} {\n${lines}\n}`))
    .diagnostics.map(({ code }) => code)
    .filter((code) => !ASIDE.has(code));
}

describe('config: kinds of checks', () => {
  it('all kinds, in the order of the file', () => {
    const kinds = [
      'BFD_CHECK {\nname peer\n}',
      'FILE_CHECK {\ntrack_file load\n}',
      'UDP_CHECK {\n}',
      'MISC_CHECK {\nmisc_path /bin/true\n}',
      'PING_CHECK {\n}',
      'DNS_CHECK {\n}',
      'SMTP_CHECK {\n}',
      'TCP_CHECK {\n}',
    ];
    assert.deepEqual(
      checks(kinds.join('\n')).map(({ type }) => type),
      kinds.map((kind) => kind.slice(0, kind.indexOf(' '))),
    );
  });

  it('a service whose checks are not all built is left out, and says why', () => {
    const loaded = load(serverText('', 'TCP_CHECK {\n}\nDNS_CHECK {\n}\nPING_CHECK {\n}'));
    assert.deepEqual(
      loaded.diagnostics
        .filter(({ code }) => code === 'CONFIG_NOT_RUN')
        .map(({ message }) => message),
      ['virtual_server 192.0.2.1 80 TCP is not run: this version has no DNS_CHECK, PING_CHECK yet'],
    );
  });

  it('what decides a verdict leaves the service out, what only tells does not', () => {
    const missing = (real: string, before = ''): string => {
      const found = load(before + serverText('', real)).diagnostics.find(
        ({ code }) => code === 'CONFIG_NOT_RUN',
      );
      return found?.message.replace(/^.* has no (.*) yet$/, '$1') ?? 'run';
    };
    const page = (lines: string, url = '') => `SSL_GET {\n${lines}\nurl {\npath /\n${url}\n}\n}`;
    assert.equal(missing(page('')), 'run');
    assert.equal(missing(page('', 'regex a')), 'regex');
    assert.equal(missing(page('sni_name a')), 'sni_name');
    assert.equal(missing(page('bind_if eth0')), 'bind_if');
    assert.equal(missing(page('log_all_failures\nfast_recovery\ntls_compliant')), 'run');
    assert.equal(
      missing('notify_up /bin/true\nnotify_down /bin/true\nsmtp_alert\nTCP_CHECK {\n}'),
      'run',
    );
    assert.equal(missing(page(''), 'SSL {\nca /x\n}\n'), 'run');
    assert.equal(missing(page(''), 'SSL {\nkey /x\n}\n'), 'a certificate to show (SSL)');
    assert.equal(missing('TCP_CHECK {\n}', 'SSL {\nkey /x\n}\n'), 'run');
  });

  describe('timing', () => {
    const timing = (type: string, lines = '', service = '') => {
      const [built] = checks(`${type} {\n${lines}\n}`, service);
      assert.ok(built && 'timing' in built);
      const { retry, delayBeforeRetry, delayLoop, warmup } = built.timing;
      return [retry, delayBeforeRetry / SECOND, delayLoop / SECOND, warmup / SECOND];
    };

    it('has the defaults of its kind', () => {
      assert.deepEqual(timing('TCP_CHECK'), [1, 1, 60, 60]);
      assert.deepEqual(timing('DNS_CHECK'), [3, 60, 60, 60]);
      assert.deepEqual(timing('DNS_CHECK', 'delay_loop 7'), [3, 7, 7, 7]);
      assert.deepEqual(timing('MISC_CHECK', 'misc_path /x'), [0, 1, 60, 60]);
      assert.deepEqual(timing('SMTP_CHECK'), [1, 1, 60, 60]);
    });

    it('is inherited before the default of the kind', () => {
      assert.deepEqual(timing('DNS_CHECK', '', 'retry 2\ndelay_before_retry 4'), [2, 4, 60, 60]);
      assert.deepEqual(timing('MISC_CHECK', 'misc_path /x', 'retry 2'), [2, 1, 60, 60]);
    });

    it('is one object for checks that say nothing of their own', () => {
      const [one, two, other] = checks(
        'TCP_CHECK {\n}\nTCP_CHECK {\n}\nTCP_CHECK {\nretry 5\n}',
        'delay_loop 9',
      );
      assert.ok(one && two && other && 'timing' in one && 'timing' in two && 'timing' in other);
      assert.equal(one.timing, two.timing);
      assert.notEqual(one.timing, other.timing);
      assert.equal(one.origins['delay_loop'], two.origins['delay_loop']);
      assert.equal(other.timing.delayLoop, 9 * SECOND);
    });
  });

  it('MISC_CHECK runs a command', () => {
    const misc = check('MISC_CHECK', 'misc_path "/bin/x \'a b\' c"\nuser nobody nogroup');
    assert.deepEqual(plain(misc.script), {
      command: ['/bin/x', 'a b', 'c'],
      user: 'nobody',
      group: 'nogroup',
    });
    assert.equal(misc.timeout, 60 * SECOND);
    assert.equal(misc.dynamic, false);
    assert.equal('connectTimeout' in misc.timing, false);
    const limited = check('MISC_CHECK', 'misc_path /x\nmisc_timeout 4\nmisc_dynamic');
    assert.deepEqual([limited.timeout, limited.dynamic], [4 * SECOND, true]);
    assert.equal(
      check('MISC_CHECK', 'misc_path /x\nmisc_timeout 0\ndelay_loop 2').timeout,
      2 * SECOND,
    );
    assert.deepEqual(codes('MISC_CHECK', ''), ['CONFIG_CHECK_INCOMPLETE']);
    assert.deepEqual(codes('MISC_CHECK', 'misc_path /x y'), ['CONFIG_EXTRA_WORD']);
    assert.deepEqual(codes('MISC_CHECK', 'misc_path /x\nmisc_timeout 4295'), [
      'CONFIG_OUT_OF_RANGE',
    ]);
    assert.deepEqual(codes('MISC_CHECK', 'misc_path /x\nconnect_port 5'), [
      'CONFIG_UNKNOWN_KEYWORD',
    ]);
  });

  it('SMTP_CHECK, with the old hosts', () => {
    const smtp = check('SMTP_CHECK', '');
    assert.deepEqual([smtp.heloName, smtp.hosts], ['smtpchecker.keepalived.org', []]);
    const hosts = check(
      'SMTP_CHECK',
      'helo_name me\nconnect_timeout 4\nbindto 10.0.0.7\nhost {\nconnect_ip 10.0.0.8\n}\nhost {\nconnect_timeout 2\n}',
    );
    assert.deepEqual(plain(hosts.hosts), [
      {
        target: { address: '10.0.0.8', port: 80, bindTo: '10.0.0.7', fwmark: 0 },
        connectTimeout: 4 * SECOND,
      },
      {
        target: { address: '10.0.0.1', port: 80, bindTo: '10.0.0.7', fwmark: 0 },
        connectTimeout: 2 * SECOND,
      },
    ]);
    assert.deepEqual(codes('SMTP_CHECK', 'host {\nretry 3\n}'), [
      'CONFIG_OLD_NAME',
      'CONFIG_WITHOUT_EFFECT',
    ]);
  });

  it('DNS_CHECK asks for a record', () => {
    const dns = check('DNS_CHECK', 'type txt\nname example.com.');
    assert.deepEqual([dns.recordType, dns.name], ['TXT', 'example.com.']);
    const usual = check('DNS_CHECK', '');
    assert.deepEqual([usual.recordType, usual.name], ['SOA', '.']);
    assert.deepEqual(codes('DNS_CHECK', 'type PTR'), ['CONFIG_INVALID_VALUE']);
    for (const wrong of ['a..b', '.a', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}bb`]) {
      assert.deepEqual(codes('DNS_CHECK', `name ${wrong}`), ['CONFIG_INVALID_VALUE'], wrong);
    }
  });

  it('UDP_CHECK sends bytes and compares bytes', () => {
    const udp = (lines: string) => {
      const { payload, reply, minReplyLength, maxReplyLength } = check('UDP_CHECK', lines);
      return [payload, reply, minReplyLength, maxReplyLength];
    };
    assert.deepEqual(udp(''), [undefined, undefined, 0, 255]);
    // The example of keepalived's manual page.
    assert.equal(udp('payload Ab12f 3 456 546443123')[0], 'ab120f03450654644312'.concat('03'));
    assert.deepEqual(udp('require_reply'), [undefined, '', 0, 255]);
    assert.deepEqual(udp('require_reply X1 aB x\nmin_reply_length 2\nmax_reply_length 9'), [
      undefined,
      'x1ab0x',
      2,
      9,
    ]);
    assert.deepEqual(udp('payload "0A 0b"')[0], '0a0b');
    assert.deepEqual(codes('UDP_CHECK', 'payload'), ['CONFIG_MISSING_VALUE']);
    assert.deepEqual(codes('UDP_CHECK', 'payload 0x'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('UDP_CHECK', 'payload ""'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('UDP_CHECK', 'require_reply yes'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('UDP_CHECK', 'require_reply\nmin_reply_length 300'), [
      'CONFIG_CHECK_INCOMPLETE',
    ]);
    assert.deepEqual(codes('UDP_CHECK', 'min_reply_length 3'), ['CONFIG_WITHOUT_EFFECT']);
  });

  it('FILE_CHECK takes its weight from the file unless it has one', () => {
    const file = (lines: string) => {
      const { trackFile, weight, reverse } = check('FILE_CHECK', `track_file load\n${lines}`);
      return [trackFile, weight, reverse];
    };
    assert.deepEqual(file(''), ['load', 5, true]);
    assert.deepEqual(file('weight 0'), ['load', 5, true]);
    assert.deepEqual(file('weight -3'), ['load', -3, false]);
    assert.deepEqual(file('weight 3 reverse'), ['load', 3, true]);
    assert.deepEqual(file('weight 3 noreverse'), ['load', 3, false]);
    assert.deepEqual(codes('FILE_CHECK', ''), ['CONFIG_CHECK_INCOMPLETE']);
    assert.deepEqual(codes('FILE_CHECK', 'track_file laod'), ['CONFIG_UNKNOWN_REFERENCE']);
    assert.deepEqual(codes('FILE_CHECK', 'track_file load\nweight 1 what'), [
      'CONFIG_INVALID_VALUE',
    ]);
    assert.deepEqual(codes('FILE_CHECK', 'track_file load\nweight 2147483648'), [
      'CONFIG_OUT_OF_RANGE',
    ]);
  });

  it('BFD_CHECK names a session', () => {
    assert.equal(check('BFD_CHECK', 'name peer').name, 'peer');
    assert.equal(check('BFD_CHECK', 'name peer\nalpha').alpha, true);
    assert.deepEqual(codes('BFD_CHECK', ''), ['CONFIG_CHECK_INCOMPLETE']);
    assert.deepEqual(codes('BFD_CHECK', 'name per'), ['CONFIG_UNKNOWN_REFERENCE']);
    assert.deepEqual(codes('BFD_CHECK', 'name peer\nname other'), ['CONFIG_REPEATED']);
    assert.deepEqual(codes('BFD_CHECK', 'name peer\nretry 1'), ['CONFIG_UNKNOWN_KEYWORD']);
  });

  it('what is named is defined first, for keepalived reads it so', () => {
    const loaded = load(
      `${serverText('', 'BFD_CHECK {\nname b\n}\nFILE_CHECK {\ntrack_file f\n}')}bfd_instance b { neighbor_ip 192.0.2.9\nsource_ip 192.0.2.8 }\ntrack_file f { file /tmp/x }`,
    );
    assert.ok(loaded.config);
    assert.deepEqual(
      loaded.diagnostics
        .filter(({ code }) => code === 'CONFIG_UNKNOWN_REFERENCE')
        .map(({ severity }) => severity),
      ['warning', 'warning'],
    );
  });

  it('PING_CHECK needs no port, the others do', () => {
    const without = (type: string) =>
      load(
        `virtual_server fwmark 3 {\nlvs_sched rr\nlvs_method NAT\nreal_server 10.0.0.1 {\n${type} {\n}\n}\n}`,
      ).diagnostics.some(({ code }) => code === 'CONFIG_CHECK_INCOMPLETE');
    assert.equal(without('PING_CHECK'), false);
    assert.equal(without('SMTP_CHECK'), true);
  });

  it('a link-local address needs an interface', () => {
    assert.deepEqual(codes('TCP_CHECK', 'connect_ip fe80::1'), ['CONFIG_CHECK_INCOMPLETE']);
    assert.deepEqual(codes('TCP_CHECK', 'connect_ip fe80::1\nbind_if eth0'), []);
  });

  it('log_all_failures comes from global_defs', () => {
    const log = (before: string, lines: string) => {
      const config = loadGood(before + serverText('', `TCP_CHECK {\n${lines}\n}`));
      const built = config.virtualServers[0]?.realServers[0]?.checks[0];
      return built && 'logAllFailures' in built && built.logAllFailures;
    };
    const global = 'global_defs {\nchecker_log_all_failures\n}\n';
    assert.deepEqual(
      [log('', ''), log(global, ''), log(global, 'log_all_failures no')],
      [false, true, false],
    );
  });
});

describe('config: pages', () => {
  const url = (lines: string) => {
    const web = check('HTTP_GET', `url {\npath /\n${lines}\n}`);
    return web.urls[0] ?? assert.fail();
  };
  const urlCodes = (lines: string) => codes('HTTP_GET', `url {\npath /\n${lines}\n}`);

  it('status codes of all lines count', () => {
    assert.deepEqual(url('status_code 200-299 404\nstatus_code 503').statusCodes, [
      { from: 200, to: 299 },
      { from: 404, to: 404 },
      { from: 503, to: 503 },
    ]);
    assert.deepEqual(url('status_code').statusCodes, []);
    assert.deepEqual(urlCodes('status_code'), ['CONFIG_WITHOUT_EFFECT']);
    for (const wrong of ['99', '600', '200-', '-200', '300-200', '200 x']) {
      assert.equal(urlCodes(`status_code ${wrong}`).length, 1, wrong);
    }
  });

  it('the first digest counts', () => {
    const [one, two] = ['0123456789abcdef'.repeat(2), 'FEDCBA9876543210'.repeat(2)];
    assert.equal(url(`digest ${two}`).digest, two.toLowerCase());
    assert.equal(url(`digest ${one}\ndigest ${two}`).digest, one);
    assert.deepEqual(urlCodes(`digest ${one}\ndigest ${two}`), ['CONFIG_REPEATED']);
    assert.deepEqual(urlCodes('digest abc'), ['CONFIG_INVALID_VALUE']);
  });

  it('a regular expression with its options', () => {
    assert.deepEqual(
      url(
        "regex 'a b$'\nregex_no_match\nregex_options multiline caseless\nregex_options caseless\nregex_min_offset 3\nregex_max_offset 9",
      ).regex,
      {
        pattern: 'a b$',
        noMatch: true,
        options: ['caseless', 'multiline'],
        minOffset: 3,
        maxOffset: 9,
      },
    );
    assert.deepEqual(url('regex a').regex, {
      pattern: 'a',
      noMatch: false,
      options: [],
      minOffset: 0,
    });
  });

  it('what keepalived ignores in one is ignored aloud', () => {
    const lines: Readonly<Record<string, number>> = {
      regex: 1,
      'regex a b': 1,
      regex_no_match: 1,
      'regex_options caseless': 1,
      'regex a\nregex_options what': 1,
      'regex a\nregex_min_offset x': 1,
      'regex a\nregex_min_offset': 1,
      'regex a\nregex_max_offset 1 2': 1,
      'regex a\nregex_min_offset 5\nregex_max_offset 4': 1,
      'regex a\nregex_min_offset 5\nregex_max_offset 5': 0,
      'regex a\nregex_options': 0,
    };
    for (const [line, count] of Object.entries(lines)) {
      assert.deepEqual(urlCodes(line), Array(count).fill('CONFIG_WITHOUT_EFFECT'), line);
    }
    assert.equal(url('regex a b').regex, undefined);
    assert.equal(url('regex a\nregex_min_offset 5\nregex_max_offset 4').regex?.minOffset, 0);
  });

  it('TLS is of SSL_GET', () => {
    const lines = 'enable_sni\nsni_name a\ntls_compliant\nurl {\npath /\ntls_compliant\n}';
    assert.deepEqual(codes('SSL_GET', lines), []);
    assert.deepEqual(codes('HTTP_GET', lines), Array(4).fill('CONFIG_WITHOUT_EFFECT'));
    const secure = check('SSL_GET', lines);
    assert.deepEqual([secure.sniName, secure.urls[0]?.tlsCompliant], ['a', true]);
    assert.equal(check('HTTP_GET', lines).sniName, undefined);
    const inherited = check('SSL_GET', 'tls_compliant\nurl {\npath /\ntls_compliant no\n}');
    assert.equal(inherited.urls[0]?.tlsCompliant, false);
  });

  it('SSL: the files, the password hidden', () => {
    const text = `SSL {\nca /a\ncertificate /b\nkey /c\npassword hunter2\n}\n${serverText('')}`;
    assert.deepEqual(plain(loadGood(text).ssl), {
      ca: '/a',
      certificate: '/b',
      key: '/c',
      password: 'hunter2',
    });
    const wrong = load('SSL {\npassword hunter2 hunter3\n}');
    assert.doesNotMatch(JSON.stringify(wrong.diagnostics), /hunter/);
  });

  it('http_protocol 1.0c is 1.0C', () => {
    assert.equal(check('HTTP_GET', 'http_protocol 1.0c\nurl {\npath /\n}').httpProtocol, '1.0C');
  });
});

describe('config: tellings of servers', () => {
  it('scripts, the first counts', () => {
    const built = server(
      'quorum_up "/bin/q up" nobody\nquorum_down /bin/q\nquorum_down /bin/r',
      'notify_up "/bin/n \'a b\'"\nnotify_down /bin/n nobody nogroup',
    );
    const [real] = built.realServers;
    assert.deepEqual(plain(built.quorumUp), { command: ['/bin/q', 'up'], user: 'nobody' });
    assert.deepEqual(plain(built.quorumDown), { command: ['/bin/q'] });
    assert.deepEqual(plain(real?.notifyUp), { command: ['/bin/n', 'a b'] });
    assert.deepEqual(plain(real?.notifyDown), {
      command: ['/bin/n'],
      user: 'nobody',
      group: 'nogroup',
    });
  });

  it('mails: the own word, else global_defs, else no for services and yes for servers', () => {
    const alerts = (before: string, service = '', real = '') => {
      const [built] = loadGood(before + serverText(service, real)).virtualServers;
      return [built?.smtpAlert, built?.realServers[0]?.smtpAlert];
    };
    assert.deepEqual(alerts(''), [false, true]);
    assert.deepEqual(alerts('global_defs {\nsmtp_alert on\n}\n'), [true, true]);
    assert.deepEqual(alerts('global_defs {\nsmtp_alert on\nsmtp_alert_checker off\n}\n'), [
      false,
      false,
    ]);
    assert.deepEqual(
      alerts('global_defs {\nsmtp_alert on\n}\n', 'smtp_alert no', 'smtp_alert no'),
      [false, false],
    );
  });
});
