import assert from 'node:assert/strict';
import { largeNumber, mergeSort } from '../../../../src/cli/ipvs/columns.js';
import {
  parseConnections,
  renderConnection,
  renderConnectionHead,
} from '../../../../src/cli/ipvs/connections.js';
import { serviceJson } from '../../../../src/cli/ipvs/json.js';
import {
  endpointName,
  renderHead,
  renderService,
  sortServices,
} from '../../../../src/cli/ipvs/listing.js';
import { type Naming, NUMERIC, parseServices } from '../../../../src/cli/ipvs/names.js';
import { type ListFormat, PLAIN } from '../../../../src/cli/ipvs/request.js';
import { parseLooseIpv4, parseNumber, printIp } from '../../../../src/cli/ipvs/values.js';
import { renderWatch } from '../../../../src/cli/ipvs/watch-picture.js';
import type { ServiceId } from '../../../../src/ipvs/model.js';
import type { DestinationRow, ServiceRow } from '../../../../src/ipvs/rows.js';

const COUNTS = [1, 20, 300, 4_000, 50_000, 6, 7, 8, 9, 10];

function service(address: string, port: number, more: Partial<ServiceRow['service']> = {}) {
  const id: ServiceId = { kind: 'address', protocol: 'TCP', address, port };
  const persistencePrefix = address.includes(':') ? 128 : 32;
  const rest = { scheduler: 'rr', flags: 0, persistenceTimeout: 0, persistencePrefix };
  return { service: { id, ...rest, ...more }, counts: COUNTS };
}

function server(last: number, more: Partial<DestinationRow> = {}): DestinationRow {
  return {
    family: 4,
    address: `10.0.0.${last}`,
    first: 0x0a000000 + last,
    more: undefined,
    port: 80,
    method: 0,
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    activeConnections: 3,
    inactiveConnections: 4,
    persistentConnections: 5,
    tunnelType: 0,
    tunnelPort: 0,
    tunnelFlags: 0,
    counts: COUNTS,
    ...more,
  };
}

const list = (
  row: ServiceRow,
  rows: readonly DestinationRow[],
  format: Partial<ListFormat> = {},
  naming: Naming = NUMERIC,
): string[] =>
  renderService(row, rows, { ...PLAIN, ...format }, naming)
    .split('\n')
    .slice(0, -1);

describe('cli: ipvs: writers', () => {
  it('print numbers in nine columns, large ones shortened or in full', () => {
    const cases: readonly (readonly [number | bigint, string, string])[] = [
      [0, '        0', '        0'],
      [99_999_999, ' 99999999', ' 99999999'],
      [100_000_000, '  100000K', ' 100000000'],
      [999_999_999, '  999999K', ' 999999999'],
      [1_000_000_000, '    1000M', ' 1000000000'],
      [99_999_999_999, '   99999M', ' 99999999999'],
      [100_000_000_000, '     100G', ' 100000000000'],
      [99_999_999_999_999, '   99999G', ' 99999999999999'],
      [100_000_000_000_000, '     100T', ' 100000000000000'],
      [18_446_744_073_709_551_615n, '18446744T', ' 18446744073709551615'],
    ];
    for (const [count, short, exact] of cases) {
      assert.equal(largeNumber(count, false), short);
      assert.equal(largeNumber(count, true), exact);
    }
  });

  it('print services and real servers in ipvsadm’s columns', () => {
    const row = service('192.0.2.1', 80, { persistenceTimeout: 60, persistencePrefix: 24 });
    assert.deepEqual(list(row, [server(2), server(1, { method: 3, weight: 100 })]), [
      'TCP  192.0.2.1:80 rr persistent 60 mask 255.255.255.0',
      '  -> 10.0.0.1:80                  Route   100    3          4         ',
      '  -> 10.0.0.2:80                  Masq    1      3          4         ',
    ]);
    assert.deepEqual(list(row, [server(2), server(1)], { sorted: false, rules: true }), [
      '-A -t 192.0.2.1:80 -s rr -p 60 -M 255.255.255.0',
      '-a -t 192.0.2.1:80 -r 10.0.0.2:80 -m -w 1',
      '-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1',
    ]);
    assert.deepEqual(list(row, [server(1)], { stats: true }), [
      'TCP  192.0.2.1:80                        1       20      300     4000    50000',
      '  -> 10.0.0.1:80                         1       20      300     4000    50000',
    ]);
    assert.deepEqual(list(row, [server(1)], { rate: true }), [
      'TCP  192.0.2.1:80                        6        7        8        9       10',
      '  -> 10.0.0.1:80                         6        7        8        9       10',
    ]);
    const limited = server(1, { upperThreshold: 9, lowerThreshold: 2 });
    assert.equal(
      list(row, [limited], { thresholds: true })[1],
      '  -> 10.0.0.1:80                  9          2          3          4         ',
    );
    assert.equal(
      list(row, [limited], { persistentConnections: true })[1],
      '  -> 10.0.0.1:80                  1         5           3          4         ',
    );
    const tunnel = server(1, { method: 2, tunnelType: 1, tunnelPort: 6080, tunnelFlags: 2 });
    assert.equal(
      list(row, [tunnel], { tunnels: true })[1],
      '  -> 10.0.0.1:80                  Tunnel  gue:6080:r+c  1      3          4         ',
    );
    assert.equal(
      list(row, [tunnel], { rules: true })[1],
      '-a -t 192.0.2.1:80 -r 10.0.0.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum',
    );
  });

  it('print the words of flags where the scheduler has them', () => {
    const first = (scheduler: string, flags: number): string | undefined =>
      list(service('192.0.2.1', 80, { scheduler, flags }), [])[0];
    assert.equal(first('sh', 0x18), 'TCP  192.0.2.1:80 sh (sh-fallback,sh-port)');
    assert.equal(first('mh', 0x10), 'TCP  192.0.2.1:80 mh (mh-port)');
    assert.equal(first('rr', 0x2c), 'TCP  192.0.2.1:80 rr (flag-1,flag-3) ops');
    assert.equal(first('sh', 0x20), 'TCP  192.0.2.1:80 sh ()');
  });

  it('cut IPv4 names to their column, and no others', () => {
    const naming: Naming = { host: () => 'a-very-long-name.example.org', port: () => 'http' };
    const row = service('192.0.2.1', 80);
    assert.deepEqual(list(row, [server(1)], {}, naming), [
      'TCP  a-very-long-name.example.org rr',
      '  -> a-very-long-name.example.org Masq    1      3          4         ',
    ]);
    const six = service('2001:db8::1', 80);
    assert.deepEqual(list(six, [], {}, naming), ['TCP  [a-very-long-name.example.org]:http rr']);
    const long: Naming = { host: () => 'x'.repeat(100), port: String };
    assert.equal(endpointName('10.0.0.1', 4, 80, 'tcp', long).length, 59);
  });

  it('print marks as signed numbers, which ipvsadm does', () => {
    const id: ServiceId = { kind: 'fwmark', family: 6, fwmark: 4_294_967_295 };
    const row = service('2001:db8::1', 0, { id, persistenceTimeout: 5, persistencePrefix: 64 });
    assert.equal(list(row, [])[0], 'FWM  -1 IPv6 rr persistent 5 mask 64');
    assert.equal(list(row, [], { rules: true })[0], '-A -f -1 -6 -s rr -p 5 -M 64');
  });

  it('order by mark, family, protocol, address and port, with differences of 32 bits', () => {
    const mark = (fwmark: number): ServiceRow =>
      service('192.0.2.1', 0, { id: { kind: 'fwmark', family: 4, fwmark } });
    const rows = [
      mark(5),
      mark(4_294_967_295),
      service('2001:db8::1', 80),
      service('192.0.2.2', 80),
      service('192.0.2.1', 443),
      service('192.0.2.1', 80),
      service('1.0.0.1', 80),
    ];
    const shown = sortServices(rows).map((row) => list(row, [])[0]);
    assert.deepEqual(shown, [
      'FWM  -1 rr',
      // 192.0.2.1 is more than 2^31 above 1.0.0.1: the difference is negative.
      'TCP  192.0.2.1:80 rr',
      'TCP  192.0.2.1:443 rr',
      'TCP  192.0.2.2:80 rr',
      'TCP  1.0.0.1:80 rr',
      'TCP  [2001:db8::1]:80 rr',
      'FWM  5 rr',
    ]);
  });

  it('sort without changing the order of equals', () => {
    const words = ['b2', 'a1', 'b1', 'a2', 'c1', 'a3', 'b3'];
    const sorted = mergeSort(words, (a, b) => a.charCodeAt(0) - b.charCodeAt(0));
    assert.deepEqual(sorted, ['a1', 'a2', 'a3', 'b2', 'b1', 'b3', 'c1']);
    assert.deepEqual(
      mergeSort([], () => 0),
      [],
    );
  });

  it('print the heads of every list', () => {
    const second = (format: Partial<ListFormat>): string | undefined =>
      renderHead({ ...PLAIN, ...format }).split('\n')[0];
    assert.equal(renderHead({ ...PLAIN, rules: true }), '');
    assert.equal(second({}), 'Prot LocalAddress:Port Scheduler Flags');
    assert.equal(
      second({ rate: true }),
      'Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS',
    );
  });

  it('print connections of both families, with what recognises their clients', () => {
    // /proc/net/ip_vs_conn of Linux 6.1
    const text = [
      'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData',
      'TCP C0A80001 C350 C0000201 0050 0A000001 1F90 ESTABLISHED     899',
      'UDP C0A80001 0000 C0000201 13C4 0A000001 13C4 NONE             59 sip 12345@x',
      'TCP 2001:0db8:0000:0000:0000:0000:0000:0001 C350 2001:0db8:0000:0000:0000:0000:0000:0002 0050 2001:0db8:0000:0000:0000:0000:0000:0003 0050 TIME_WAIT        3',
      '',
    ].join('\n');
    const connections = parseConnections(text);
    const print = (format: Partial<ListFormat>): string[] =>
      connections.map((one) => renderConnection(one, { ...PLAIN, ...format }, NUMERIC));
    assert.deepEqual(print({}), [
      'TCP 14:59  ESTABLISHED 192.168.0.1:50000  192.0.2.1:80       10.0.0.1:8080\n',
      'UDP 00:59  NONE        192.168.0.1:0      192.0.2.1:5060     10.0.0.1:5060\n',
      'TCP 00:03  TIME_WAIT   [2001:db8::1]:50000 [2001:db8::2]:80   [2001:db8::3]:80\n',
    ]);
    assert.equal(
      print({ persistentConnections: true })[1],
      'UDP 00:59  NONE        192.168.0.1:0      192.0.2.1:5060     10.0.0.1:5060    sip                12345@x\n',
    );
    assert.match(
      renderConnectionHead({ ...PLAIN, persistentConnections: true }),
      /pe name +pe_data/,
    );
  });

  it('give JSON that holds what the list leaves out', () => {
    const row = service('192.0.2.1', 80, { persistenceTimeout: 60, persistenceEngine: 'sip' });
    const json = JSON.parse(serviceJson(row, [server(1, { upperThreshold: 7 })]));
    assert.deepEqual(json.persistence, { timeout: 60, prefix: 32, engine: 'sip' });
    assert.equal(json.destinations[0].upperThreshold, 7);
    assert.equal(json.destinations[0].method, 'NAT');
    assert.equal(json.stats.inPackets, 20);
    assert.equal(json.rates.outBytes, 10);
  });

  it('show the table within a terminal’s width and height', () => {
    const services = [1, 2, 3].map((n) => ({
      ...service(`192.0.2.${n}`, 80),
      destinations: [server(1), server(2, { counts: [0, 0, 0, 0, 0, 0, 0, 0, 123_456, 7e9] })],
    }));
    const view = { columns: 80, rows: 8, time: '12:00:00', interval: 2, naming: NUMERIC };
    const lines = renderWatch(services, view);
    assert.equal(lines.length, 8);
    assert.ok(lines.every((line) => line.length <= 80));
    assert.match(lines[0] ?? '', /3 services, 6 real servers/);
    assert.match(lines[4] ?? '', /10\.0\.0\.2:80 NAT +1 +3 +4 +0 +0 +123K +7\.0G$/);
    assert.equal(lines.at(-1), '... 4 lines more');
    assert.equal(renderWatch(services, { ...view, rows: 50 }).length, 11);
  });
});

describe('cli: ipvs: values', () => {
  it('are read as the C library reads them', () => {
    assert.equal(parseNumber(' +7', 0, 9), 7);
    for (const text of ['', '7 ', '0x7', '1.0', '-1', '10']) {
      assert.equal(parseNumber(text, 0, 9), undefined, text);
    }
    const addresses = {
      '10.1': '10.0.0.1',
      '10.1.258': '10.1.1.2',
      '0x0a000001': '10.0.0.1',
      '012.0.0.1': '10.0.0.1',
      '24': '0.0.0.24',
      '1.2.3.4 x': '1.2.3.4',
      '255.255': '255.0.0.255',
    };
    for (const [text, address] of Object.entries(addresses)) {
      assert.equal(parseLooseIpv4(text), address, text);
    }
    for (const text of [
      '',
      '256.1.1.1',
      '1.2.3.256',
      '1.2.3.4.5',
      '1..2',
      '08.1',
      '1.2.3.x',
      ' 1',
    ]) {
      assert.equal(parseLooseIpv4(text), undefined, text);
    }
    assert.equal(printIp('::c000:201'), '::192.0.2.1');
    assert.equal(printIp('::1:2:3'), '::1:2:3');
    assert.equal(printIp('::1'), '::1');
  });

  it('of services(5): the first line counts, aliases too', () => {
    const services = parseServices(
      'http 80/tcp www # web\nwww-alt 80/tcp\ndomain 53/udp\nhttp 81/tcp\n# x 1/tcp\nbroken\n',
    );
    assert.equal(services.port('http', 'tcp'), 80);
    assert.equal(services.port('www', 'tcp'), 80);
    assert.equal(services.port('http', 'udp'), undefined);
    assert.equal(services.name(80, 'tcp'), 'http');
    assert.equal(services.name(53, 'tcp'), undefined);
    assert.equal(services.port('x', 'tcp'), undefined);
  });
});
