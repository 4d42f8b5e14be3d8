import assert from 'node:assert/strict';
import { load, loadGood, plain, server, serverText } from './support.js';

function codes(lines: string, real = ''): string[] {
  return load(serverText(lines, real)).diagnostics.map(({ code }) => code);
}

describe('config: forwarding methods', () => {
  const forwarding = (real: string, service = '') => {
    const { method, tunnel, snat } = plain(server(service, real).realServers[0] ?? assert.fail());
    return { method, ...(tunnel ? { tunnel } : {}), ...(snat ? { snat } : {}) };
  };

  it('are what they are called', () => {
    for (const method of ['NAT', 'DR', 'TUN', 'FULLNAT']) {
      assert.deepEqual(forwarding(`lvs_method ${method}`), { method });
    }
    assert.deepEqual(codes('', 'lvs_method dr'), ['CONFIG_INVALID_VALUE']);
  });

  it('a tunnel has a type, a port and a checksum, as far as they go together', () => {
    const good: Readonly<Record<string, object | undefined>> = {
      'type ipip': undefined,
      'type ipip nocsum': undefined,
      'type gue port 6080': { type: 'gue', port: 6080, checksum: 'nocsum' },
      'port 6080 csum type gue': { type: 'gue', port: 6080, checksum: 'csum' },
      'type gue port 6080 remcsum': { type: 'gue', port: 6080, checksum: 'remcsum' },
      'type gre': { type: 'gre', checksum: 'nocsum' },
      'type gre csum': { type: 'gre', checksum: 'csum' },
    };
    for (const [options, tunnel] of Object.entries(good)) {
      assert.deepEqual(
        forwarding(`lvs_method TUN ${options}`),
        { method: 'TUN', ...(tunnel ? { tunnel } : {}) },
        options,
      );
    }
    const bad: Readonly<Record<string, string>> = {
      type: 'CONFIG_MISSING_VALUE',
      port: 'CONFIG_MISSING_VALUE',
      'type foo': 'CONFIG_INVALID_VALUE',
      'type gue': 'CONFIG_INVALID_VALUE',
      'type gue port 0': 'CONFIG_OUT_OF_RANGE',
      'type gre port 5': 'CONFIG_INVALID_VALUE',
      'type gre remcsum': 'CONFIG_INVALID_VALUE',
      csum: 'CONFIG_INVALID_VALUE',
      'type ipip csum': 'CONFIG_INVALID_VALUE',
      'what 3': 'CONFIG_INVALID_VALUE',
    };
    for (const [options, code] of Object.entries(bad)) {
      assert.deepEqual(codes('', `lvs_method TUN ${options}`), [code], options);
      assert.deepEqual(
        codes(`sorry_server 10.0.0.9 80\nsorry_server_lvs_method TUN ${options}`),
        [code],
        options,
      );
    }
  });

  it('only TUN has a tunnel', () => {
    assert.deepEqual(forwarding('lvs_method NAT type gre'), { method: 'NAT' });
    assert.deepEqual(codes('', 'lvs_method NAT type gre'), ['CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(codes('', 'lvs_method DR csum'), ['CONFIG_INVALID_VALUE']);
  });

  it('all of them are run', () => {
    assert.deepEqual(codes('', 'lvs_method TUN type gre'), []);
    assert.deepEqual(codes('', 'lvs_method FULLNAT'), []);
    assert.deepEqual(codes('sorry_server 10.0.0.9 80\nsorry_server_lvs_method FULLNAT'), []);
  });

  it('FULLNAT comes from an address or a range, the nearest given', () => {
    const range = (first: string, last = first) => ({ first, last });
    assert.deepEqual(
      forwarding('lvs_method FULLNAT', 'snat_address 10.0.0.200').snat,
      range('10.0.0.200'),
    );
    assert.deepEqual(
      forwarding('lvs_method FULLNAT\nsnat_address 10.0.0.1-9', 'snat_address 10.0.0.200').snat,
      range('10.0.0.1', '10.0.0.9'),
    );
    assert.equal(forwarding('', 'snat_address 10.0.0.200').snat, undefined);
    assert.deepEqual(codes('', 'snat_address 10.0.0.200'), ['CONFIG_WITHOUT_EFFECT']);
    assert.ok(
      codes('', 'lvs_method FULLNAT\nsnat_address 2001:db8::1').includes('CONFIG_FAMILY_MISMATCH'),
    );
    const udp = 'protocol UDP\nops';
    assert.deepEqual(codes(udp, 'lvs_method DR'), ['CONFIG_REPEATED']);
    assert.deepEqual(codes(udp, 'lvs_method FULLNAT'), ['CONFIG_REPEATED', 'CONFIG_INVALID_VALUE']);
    const sorry = server(
      'snat_address 10.0.0.200\nsorry_server 10.0.0.9 80\nsorry_server_lvs_method FULLNAT',
    ).sorryServer;
    assert.deepEqual(sorry?.snat, range('10.0.0.200'));
  });
});

describe('config: persistence', () => {
  const masks = (lines: string): string => {
    const { persistencePrefix, persistenceMask } = server(lines);
    return `${persistencePrefix} ${persistenceMask ?? ''}`.trim();
  };

  it('by a mask, as inet_aton reads it', () => {
    assert.equal(masks('persistence_granularity 255.255.255.0'), '24');
    assert.equal(masks('persistence_granularity 255.255.255.255'), '32');
    assert.equal(masks('persistence_granularity 255.240.0.0'), '12');
    assert.equal(masks('persistence_granularity 4294967040'), '24');
    assert.deepEqual(codes('persistence_granularity 255.255.256.0'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('persistence_granularity 255.0.0.0.0'), ['CONFIG_INVALID_VALUE']);
    assert.deepEqual(codes('persistence_granularity /24'), ['CONFIG_INVALID_VALUE']);
  });

  it('a mask that is no network is told', () => {
    const holes = ['CONFIG_PERSISTENCE_MASK'];
    assert.equal(masks('persistence_granularity 255.0.255.0'), '32 255.0.255.0');
    assert.deepEqual(codes('persistence_granularity 255.0.255.0'), holes);
    assert.equal(masks('persistence_granularity 24'), '32 0.0.0.24');
    assert.deepEqual(codes('persistence_granularity 24'), holes);
    assert.equal(masks('persistence_granularity 255.255'), '32 255.0.0.255');
    assert.equal(
      load(serverText('persistence_granularity 24')).diagnostics.find(
        ({ code }) => code === 'CONFIG_PERSISTENCE_MASK',
      )?.suggestion,
      "'255.255.255.0'",
    );
    assert.equal(masks('persistence_granularity 0.0.0.0'), '0');
    assert.deepEqual(codes('persistence_granularity 0.0.0.0'), ['CONFIG_PERSISTENCE_MASK']);
  });

  it('of IPv6 by a prefix length', () => {
    const six = (mask: string) =>
      load(
        serverText(`persistence_granularity ${mask}`)
          .replace('192.0.2.1', '2001:db8::1')
          .replace('10.0.0.1', '2001:db8::2'),
      );
    assert.equal(six('64').config?.virtualServers[0]?.persistencePrefix, 64);
    for (const wrong of ['0', '129', '255.255.0.0']) {
      assert.deepEqual(
        six(wrong).diagnostics.map(({ code }) => code),
        ['CONFIG_FAMILY_MISMATCH'],
        wrong,
      );
    }
  });

  it('an engine needs persistence, UDP, and to be one of the kernel', () => {
    assert.equal(server('persistence_engine sip\npersistence_timeout 5').persistenceEngine, 'sip');
    assert.equal(server('persistence_engine sip').persistenceEngine, undefined);
    assert.deepEqual(codes('persistence_engine sip'), ['CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(codes('persistence_engine sip\npersistence_timeout 5'), [
      'CONFIG_PERSISTENCE_ENGINE',
    ]);
    const udp = serverText('persistence_engine sip\npersistence_timeout 5').replace('TCP', 'UDP');
    assert.deepEqual(load(udp).diagnostics, []);
    assert.deepEqual(codes('persistence_engine 0123456789abcdef\npersistence_timeout 5'), [
      'CONFIG_TRUNCATED',
      'CONFIG_PERSISTENCE_ENGINE',
    ]);
    assert.equal(
      loadGood(serverText('persistence_engine 0123456789abcdef\npersistence_timeout 5'))
        .virtualServers[0]?.persistenceEngine,
      '0123456789abcde',
    );
  });
});
