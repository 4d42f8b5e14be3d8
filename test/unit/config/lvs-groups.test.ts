import assert from 'node:assert/strict';
import { load, loadGood, plain } from './support.js';

function group(lines: string, service = '', real = '10.0.0.1 80', method = 'NAT'): string {
  return `virtual_server_group G {
${lines}
}
virtual_server group G {
lvs_sched rr
lvs_method ${method}
${service}
real_server ${real} {
}
}
`;
}

const TCP = 'protocol TCP';

/** What is said, but for what is not built. */
function codes(text: string): string[] {
  return load(text)
    .diagnostics.map(({ code }) => code)
    .filter((code) => code !== 'CONFIG_PLANNED' && code !== 'CONFIG_NOT_RUN');
}

function entries(lines: string, method = 'TUN'): object[] {
  return plain(
    loadGood(group(lines, TCP, '10.0.0.1 80', method)).virtualServerGroups[0]?.entries ?? [],
  ) as object[];
}

describe('config: virtual_server_group', () => {
  it('has addresses, ranges, prefixes and marks', () => {
    const range = (first: string, last: string, port: number) => ({
      kind: 'addresses',
      first,
      last,
      port,
    });
    const lines: Readonly<Record<string, object>> = {
      '10.0.0.9 80': range('10.0.0.9', '10.0.0.9', 80),
      '10.0.0.1-9 80': range('10.0.0.1', '10.0.0.9', 80),
      '10.0.0.250-10.0.1.5 80': range('10.0.0.250', '10.0.1.5', 80),
      '10.0.0.9-10.0.0.9 80': range('10.0.0.9', '10.0.0.9', 80),
      '10.0.0.8/29 80': range('10.0.0.8', '10.0.0.15', 80),
      '10.0.0.8/32 80': range('10.0.0.8', '10.0.0.8', 80),
      '10.0.0.0/17 80': range('10.0.0.0', '10.0.127.255', 80),
      '2001:db8::1-ff 80': range('2001:db8::1', '2001:db8::ff', 80),
      '2001:db8::1-2001:db8::1:0 80': range('2001:db8::1', '2001:db8::1:0', 80),
      '2001:db8::/120 80': range('2001:db8::', '2001:db8::ff', 80),
      'fwmark 5': { kind: 'fwmark', fwmark: 5 },
      'fwmark 5 inet6': { kind: 'fwmark', fwmark: 5, family: 6 },
    };
    for (const [line, entry] of Object.entries(lines)) {
      assert.deepEqual(entries(line), [entry], line);
    }
    assert.deepEqual(entries('10.0.0.9'), [range('10.0.0.9', '10.0.0.9', 0)]);
  });

  it('tells what cannot be an entry', () => {
    const wrong: Readonly<Record<string, string>> = {
      '10.0.0.9-1 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.9-9 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.1-256 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.1- 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.9-10.0.0.8 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.1/29 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.0/33 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.0/0 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.0/ 80': 'CONFIG_INVALID_VALUE',
      '2001:db8::ff-1 80': 'CONFIG_INVALID_VALUE',
      '2001:db8::1-10000 80': 'CONFIG_INVALID_VALUE',
      '2001:db8::1-10.0.0.1 80': 'CONFIG_INVALID_VALUE',
      '2001:db8::1/120 80': 'CONFIG_INVALID_VALUE',
      'web 80': 'CONFIG_INVALID_VALUE',
      '10.0.0.9 http': 'CONFIG_INVALID_VALUE',
      '10.0.0.9 65536': 'CONFIG_OUT_OF_RANGE',
      fwmark: 'CONFIG_MISSING_VALUE',
      'fwmark 0': 'CONFIG_OUT_OF_RANGE',
      'fwmark x': 'CONFIG_INVALID_VALUE',
      'fwmark 5 ipv4': 'CONFIG_INVALID_VALUE',
    };
    for (const [line, code] of Object.entries(wrong)) {
      assert.ok(codes(group(line, TCP)).includes(code), `${line}: ${codes(group(line, TCP))}`);
    }
    assert.ok(codes(group('10.0.0.9 80 x', TCP)).includes('CONFIG_EXTRA_WORD'));
    assert.ok(codes(group('fwmark 5 inet x')).includes('CONFIG_EXTRA_WORD'));
  });

  it('empty, too large, twice, or not there', () => {
    assert.deepEqual(codes(group('', TCP)), ['CONFIG_GROUP_ENTRIES']);
    assert.deepEqual(codes(group('10.0.0.0/15 80', TCP)), ['CONFIG_GROUP_ENTRIES']);
    assert.deepEqual(codes(group('10.0.0.0/16 80', TCP)), []);
    assert.deepEqual(codes(group('10.0.0.0/16 80\n10.1.0.0/32 80', TCP)), ['CONFIG_GROUP_ENTRIES']);
    assert.deepEqual(codes(group('2001:db8::/64 80', TCP, '2001:db8:1::1 80')), [
      'CONFIG_GROUP_ENTRIES',
    ]);
    assert.deepEqual(
      codes(`virtual_server_group G {\n10.9.9.9 80\n}\n${group('10.0.0.9 80', TCP)}`),
      ['CONFIG_DUPLICATE_NAME'],
    );
    const unknown = load(
      group('10.0.0.9 80', TCP).replace('virtual_server group G', 'virtual_server group H'),
    );
    assert.equal(unknown.config, undefined);
    const [told] = unknown.diagnostics.filter(({ code }) => code === 'CONFIG_UNKNOWN_REFERENCE');
    assert.deepEqual([told?.at.line, told?.at.column], [4, 22]);
  });

  it('its service is run', () => {
    const loaded = load(group('10.0.0.9 80', TCP));
    assert.ok(loaded.config);
    assert.deepEqual(loaded.diagnostics, []);
  });

  it('too large in all, unless rules mark its packets', () => {
    const lines = '10.0.0.0/17 80\n10.1.0.0/17 80\n10.2.0.0/32 80';
    const [told, ...others] = load(group(lines, TCP)).diagnostics;
    assert.equal(others.length, 0);
    assert.equal(told?.severity, 'error');
    assert.equal(told?.at.line, 4);
    assert.match(told?.message ?? '', /virtual_server_group G has 65537 addresses/);
    const marked = load(`global_defs {\nnftables_ipvs\n}\n${group(lines, TCP)}`);
    assert.ok(marked.config);
    assert.deepEqual(marked.diagnostics, []);
  });

  it('gives protocol and family to its service', () => {
    const id = (lines: string, service: string, real?: string, method?: string) =>
      loadGood(group(lines, service, real, method)).virtualServers[0]?.id;
    const expected = { kind: 'group', group: 'G', family: 4 };
    assert.deepEqual(id('10.0.0.9 80', TCP), { ...expected, protocol: 'TCP' });
    assert.deepEqual(id('10.0.0.9 80', ''), { ...expected, protocol: 'UDP' });
    assert.deepEqual(id('fwmark 5', ''), expected);
    assert.deepEqual(id('fwmark 5', '', '2001:db8::1 80'), { ...expected, family: 6 });
    assert.deepEqual(id('fwmark 5', 'ip_family inet6', '10.0.0.1 80', 'TUN'), {
      ...expected,
      family: 6,
    });
    assert.deepEqual(codes(group('10.0.0.9 80', '')), ['CONFIG_DEFAULTED']);
    assert.deepEqual(codes(group('fwmark 5', TCP)), ['CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(codes(group('fwmark 5\n10.0.0.9 80', `${TCP}\nha_suspend`)), [
      'CONFIG_WITHOUT_EFFECT',
    ]);
    assert.deepEqual(codes(group('10.0.0.9 80', `${TCP}\nops`)), ['CONFIG_WITHOUT_EFFECT']);
    assert.deepEqual(codes(group('fwmark 5', 'ops')), []);
  });

  it('ports: without one it is persistent, DR cannot change it', () => {
    assert.deepEqual(codes(group('10.0.0.9', TCP)), ['CONFIG_PORT_NEEDS_PERSISTENCE']);
    assert.deepEqual(codes(group('10.0.0.9', `${TCP}\npersistence_timeout`)), []);
    assert.deepEqual(codes(group('10.0.0.9 80', TCP, '10.0.0.1 81', 'DR')), [
      'CONFIG_PORT_MISMATCH',
    ]);
    assert.deepEqual(codes(group('10.0.0.9 80\n10.0.0.8 80', TCP, '10.0.0.1 80', 'DR')), []);
    const ports = (lines: string, real: string) => {
      const server = loadGood(
        group(lines, TCP, real).replace(`${real} {\n`, `${real} {\nTCP_CHECK {\n}\n`),
      ).virtualServers[0]?.realServers[0];
      const [check] = server?.checks ?? [];
      return [server?.port, check && 'target' in check && check.target.port];
    };
    assert.deepEqual(ports('10.0.0.9 80', '10.0.0.1 8080'), [8080, 8080]);
    // The check goes to the port that all addresses share.
    assert.deepEqual(ports('10.0.0.9 80\n10.0.0.8 80', '10.0.0.1'), [0, 80]);
    assert.ok(
      codes(
        group('10.0.0.9 80\n10.0.0.8 81', TCP, '10.0.0.1').replace(
          '10.0.0.1 {',
          '10.0.0.1 {\nTCP_CHECK {\n}',
        ),
      ).includes('CONFIG_CHECK_INCOMPLETE'),
    );
  });

  it('families: only tunnels carry both', () => {
    const both = '10.0.0.9 80\n2001:db8::9 80';
    assert.deepEqual(codes(group(both, TCP)), ['CONFIG_FAMILY_MISMATCH']);
    assert.deepEqual(codes(group(both, TCP, '10.0.0.1 80', 'TUN')), []);
    assert.deepEqual(codes(group('2001:db8::9 80', TCP)), ['CONFIG_FAMILY_MISMATCH']);
    assert.deepEqual(codes(group(`${both}\nfwmark 5`, TCP, '10.0.0.1', 'TUN')), [
      'CONFIG_FAMILY_MISMATCH',
    ]);
    assert.deepEqual(codes(group(`${both}\nfwmark 5 inet`, TCP, '10.0.0.1', 'TUN')), []);
  });
});

describe('config: services that are there already', () => {
  const service = (name: string, protocol = 'TCP', real = '10.1.0.1 80') =>
    `virtual_server ${name} {\nlvs_sched rr\nlvs_method NAT\n${name.startsWith('fwmark') ? '' : `protocol ${protocol}`}\nreal_server ${real} {\n}\n}\n`;
  const groupOf = (name: string, lines: string) => `virtual_server_group ${name} {\n${lines}\n}\n`;
  const duplicates = (text: string) =>
    load(text)
      .diagnostics.filter(({ code }) => code === 'CONFIG_DUPLICATE_VIRTUAL_SERVER')
      .map(({ severity, message }) => `${severity} ${message}`);

  it('in ranges of groups, whatever their order', () => {
    const cases: readonly (readonly [string, number])[] = [
      ['10.0.0.5 80', 1],
      ['10.0.0.1 80', 1],
      ['10.0.0.9 80', 1],
      ['10.0.0.10 80', 0],
      ['10.0.0.5 81', 0],
    ];
    for (const [name, count] of cases) {
      const range = groupOf('G', '10.0.0.1-9 80') + service('group G');
      assert.equal(duplicates(range + service(name)).length, count, name);
      assert.equal(duplicates(service(name) + range).length, count, name);
    }
    assert.equal(
      duplicates(groupOf('G', '10.0.0.1-9 80') + service('group G') + service('10.0.0.5 80', 'UDP'))
        .length,
      0,
    );
  });

  it('says which address, and where the other one is', () => {
    assert.deepEqual(
      duplicates(groupOf('G', '10.0.0.1-9 80') + service('group G') + service('10.0.0.5 80')),
      [
        'error virtual_server 10.0.0.5 80 TCP is there already (/etc/tandem/tandem.conf:4:1): the kernel has only one, the two would take turns in changing it',
      ],
    );
    assert.deepEqual(
      duplicates(service('10.0.0.5 80') + groupOf('G', '10.0.0.1-9 80') + service('group G')),
      [
        'error virtual_server group G: 10.0.0.5 80 TCP is there already (/etc/tandem/tandem.conf:1:1): the kernel has only one, the two would take turns in changing it',
      ],
    );
  });

  it('a range inside another, and behind one that is longer', () => {
    const text = (...ranges: readonly string[]) =>
      ranges
        .map((range, index) => groupOf(`G${index}`, `${range} 80`) + service(`group G${index}`))
        .join('');
    assert.equal(duplicates(text('10.0.0.1-99', '10.0.0.5-6', '10.0.0.50-60')).length, 2);
    assert.equal(duplicates(text('10.0.0.1-9', '10.0.0.10-19', '10.0.0.20-29')).length, 0);
    assert.equal(duplicates(text('10.0.0.0/24', '10.0.0.255-10.0.1.9')).length, 1);
  });

  it('of one group twice: once for a pair', () => {
    const lines = '10.0.0.1-9 80\n10.0.0.20 80\nfwmark 5';
    assert.equal(
      duplicates(groupOf('G', lines) + service('group G') + service('group G')).length,
      1,
    );
    // Another protocol shares the marks.
    assert.deepEqual(
      duplicates(groupOf('G', lines) + service('group G') + service('group G', 'UDP')).map((line) =>
        /: (fwmark 5) is there/.exec(line)?.at(1),
      ),
      ['fwmark 5'],
    );
  });

  it('within a group it is one service', () => {
    for (const lines of ['10.0.0.1 80\n10.0.0.1 80', '10.0.0.1-9 80\n10.0.0.5 80']) {
      const [told, more] = duplicates(groupOf('G', lines) + service('group G'));
      assert.match(told ?? '', /^warning .* more than once/, lines);
      assert.equal(more, undefined);
    }
  });

  it('marks by family', () => {
    const group6 = groupOf('G', 'fwmark 5 inet6');
    const tunnel = service('group G').replace('NAT', 'TUN').replace('protocol TCP', '');
    assert.equal(duplicates(group6 + tunnel + service('fwmark 5')).length, 0);
    assert.equal(
      duplicates(group6.replace('inet6', 'inet') + tunnel + service('fwmark 5')).length,
      1,
    );
  });
});
