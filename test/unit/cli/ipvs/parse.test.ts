import assert from 'node:assert/strict';
import type { Names } from '../../../../src/cli/ipvs/names.js';
import { parseIpvsCommand } from '../../../../src/cli/ipvs/parse.js';
import { type IpvsRequest, PLAIN } from '../../../../src/cli/ipvs/request.js';
import { readCorpus } from '../../../support/ipvsadm-corpus.js';

const PORTS: Readonly<Record<string, number>> = { 'http/tcp': 80, 'domain/udp': 53 };
const HOSTS: Readonly<Record<string, string | null>> = { web: '10.0.0.7', nowhere: null };
const NAMES: Names = {
  host: (name) => HOSTS[name],
  port: (name, transport) => PORTS[`${name}/${transport}`],
};

const parse = (line: string) => parseIpvsCommand(line.split(' '), NAMES);

function request(line: string): IpvsRequest {
  const parsed = parse(line);
  assert.ok(parsed.kind === 'request', `${line}: ${JSON.stringify(parsed)}`);
  return parsed.request;
}

function refused(line: string): { status: number; message: string; fatal: boolean } {
  const parsed = parse(line);
  assert.ok(parsed.kind === 'refusal', `${line}: ${JSON.stringify(parsed)}`);
  return parsed.refusal;
}

const HTTP = { kind: 'address', protocol: 'TCP', address: '192.0.2.1', port: 80 } as const;

describe('cli: ipvs: parser', () => {
  it('reads a service with everything', () => {
    const line =
      '-A -u 192.0.2.1:domain -s sh -b sh-port,sh-fallback -p 60 -M 255.0.0.255 --pe sip -o';
    assert.deepEqual(request(line), {
      kind: 'apply',
      operation: {
        kind: 'add-service',
        service: {
          id: { kind: 'address', protocol: 'UDP', address: '192.0.2.1', port: 53 },
          scheduler: 'sh',
          flags: 0x1c,
          persistenceTimeout: 60,
          persistencePrefix: 8,
          persistenceMask: 0xff0000ff,
          persistenceEngine: 'sip',
        },
      },
    });
  });

  it('has ipvsadm’s defaults: wlc, 360 seconds, direct routing, weight 1', () => {
    assert.deepEqual(request('-A -t 192.0.2.1:80 -p'), {
      kind: 'apply',
      operation: {
        kind: 'add-service',
        service: {
          id: HTTP,
          scheduler: 'wlc',
          flags: 0,
          persistenceTimeout: 360,
          persistencePrefix: 32,
        },
      },
    });
    assert.deepEqual(request('-a -t 192.0.2.1:80 -r 10.0.0.1:8080'), {
      kind: 'apply',
      operation: {
        kind: 'add-destination',
        id: HTTP,
        destination: {
          address: '10.0.0.1',
          port: 80,
          method: 'DR',
          weight: 1,
          upperThreshold: 0,
          lowerThreshold: 0,
        },
      },
    });
  });

  it('takes options apart as popt does', () => {
    const plain = request('-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 3');
    for (const line of [
      '-at192.0.2.1:80 -r10.0.0.1:80 -mw3',
      '-at=192.0.2.1:80 -r=10.0.0.1:80 -mw=3',
      '-a -mt 192.0.2.1:80 --real-server=10.0.0.1:80 --weight 3',
      '--add-server --weight=3 --masquerading --tcp-service 192.0.2.1:80 --real-server 10.0.0.1:80',
      '-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 3 --',
    ]) {
      assert.deepEqual(request(line), plain, line);
    }
    for (const line of ['-A -t', '-An=', '-A --ops=1', '-A -t 192.0.2.1:80 --nosuch', '-A -q']) {
      assert.deepEqual([refused(line).status, refused(line).fatal], [255, false], line);
    }
    // The first word is another matter: it ends a restore, too.
    for (const line of ['x', '-t 192.0.2.1:80', '--nosuch', '--clear=1', '-q', '--start-daemon']) {
      assert.deepEqual([refused(line).status, refused(line).fatal], [255, true], line);
    }
  });

  it('gives an optional value only to a word without a dash', () => {
    const timeout = (line: string): unknown => {
      const found = request(line);
      return found.kind === 'apply' && found.operation.kind === 'add-service'
        ? found.operation.service.persistenceTimeout
        : undefined;
    };
    assert.equal(timeout('-A -p -t 192.0.2.1:80'), 360);
    assert.equal(timeout('-A -p 5 -t 192.0.2.1:80'), 5);
    assert.equal(timeout('-A -p5 -t 192.0.2.1:80'), 5);
    assert.equal(timeout('-A --persistent=5 -t 192.0.2.1:80'), 5);
    assert.equal(refused('-A -t 192.0.2.1:80 -p 2678401').status, 2);
  });

  it('looks at options one after the other', () => {
    // Without the service its protocol is not known, so the name of the port is none.
    assert.equal(refused('-a -r 10.0.0.1:http -t 192.0.2.1:80 -m').status, 2);
    assert.equal(request('-a -t 192.0.2.1:80 -r 10.0.0.1:http -m').kind, 'apply');
    assert.match(refused('-A -6 -f 1').message, /behind -f/);
    // atoi(3): 255 is too long a prefix.
    assert.equal(refused('-A -t [2001:db8::1]:80 -p 1 -M 255.255.255.0').status, 2);
    assert.match(refused('-A -t [2001:db8::1]:80 -p 1 -M 129').message, /1 to 128/);
  });

  it('asks for the address of a name once it needs it', () => {
    assert.deepEqual(parse('-A -t elsewhere:80'), { kind: 'name', name: 'elsewhere' });
    assert.match(refused('-A -t nowhere:80').message, /'nowhere' has no IPv4 address/);
    const found = request('-D -t web:http');
    assert.deepEqual(found, {
      kind: 'apply',
      operation: { kind: 'delete-service', id: { ...HTTP, address: '10.0.0.7' } },
    });
  });

  it('says what is wrong: the option, the command, the limits', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['-A', /needs a service \(-t, -u, --sctp-service or -f\)/],
      ['-a -t 192.0.2.1:80', /needs --real-server/],
      ['-A -t 192.0.2.1:80 -w 1', /add-service does not take --weight/],
      ['-A -t 192.0.2.1:80 -D', /--delete-service is a command, and there is one already/],
      ['-A -t 192.0.2.1:80 -s rr -s rr', /scheduler is given more than once/],
      ['-A -t 192.0.2.1:80 -f 1', /service-address is given more than once/],
      ['-A -t 192.0.2.1:80 more', /'more' is one word too many/],
      ['-A -t 192.0.2.1:0', /port 0 is every port/],
      ['-A -t 192.0.2.1:80 -o', /UDP/],
      ['-A -t 192.0.2.1:80 -b sh-port', /a flag of the scheduler sh/],
      ['-A -t 192.0.2.1:80 -b x', /'x' is no scheduler flag/],
      ['-A -f 0', /1 to 4294967295/],
      ['-A -t 192.0.2.1:99999', /no port from 0 to 65535/],
      ['-A -t [2001:db8::1]', /':PORT' is missing/],
      ['-A -t [2001:db8::1:80', /'\]' is missing/],
      ['-a -t 192.0.2.1:80 -r 10.0.0.1 -w -1', /'-1' is not a weight: a number from 0/],
      ['-a -t 192.0.2.1:80 -r [2001:db8::1]:80 -m', /only a tunnel/],
      ['-a -t 192.0.2.1:80 -r 10.0.0.1 -m --tun-csum', /--tun-csum is for a tunnel/],
      ['-a -t 192.0.2.1:80 -r 10.0.0.1 -i --tun-type gue', /type gue needs --tun-port/],
      ['-a -t 192.0.2.1:80 -r 10.0.0.1 -i --tun-type x', /ipip, gue or gre/],
      ['-a -t 192.0.2.1:80 -r 10.0.0.1 -i --tun-csum', /type ipip does not take --tun-csum/],
      ['-L -c --timeout', /takes --connection or --timeout, not both/],
      ['-L -c --stats', /columns/],
      ['--set 1 2', /three timeouts/],
      ['--set 1 2 x', /'x' is not a timeout/],
      ['--start-daemon both', /master or backup, not 'both'/],
      ['--start-daemon master --mcast-group 10.0.0.1', /no multicast address/],
      ['--start-daemon master --mcast-group ff::1', /no multicast address/],
      ['--start-daemon master --syncid 256', /0 to 255/],
      ['-S --json', /save does not take --json/],
    ];
    for (const [line, message] of cases) {
      assert.match(refused(line).message, message, line);
      assert.equal(refused(line).status, 2, line);
    }
  });

  it('reads lists, daemons, timeouts and counters', () => {
    assert.deepEqual(request('-Ln'), {
      kind: 'list-table',
      format: { ...PLAIN, numeric: true },
    });
    assert.deepEqual(request('-lnX --rate --nosort --json -t 192.0.2.1:80'), {
      kind: 'list-service',
      id: HTTP,
      format: { ...PLAIN, numeric: true, exact: true, rate: true, sorted: false, json: true },
    });
    assert.equal(request('-Lc').kind, 'list-connections');
    assert.equal(request('-L --daemon').kind, 'list-daemons');
    assert.deepEqual(request('-Sn'), {
      kind: 'list-table',
      format: { ...PLAIN, numeric: true, rules: true },
    });
    assert.deepEqual(request('-Z'), { kind: 'zero' });
    assert.deepEqual(request('-Z -t 0.0.0.0:0'), { kind: 'zero' });
    assert.deepEqual(request('-Z -f 3 -6'), {
      kind: 'zero',
      id: { kind: 'fwmark', family: 6, fwmark: 3 },
    });
    assert.deepEqual(request('--set 1 0 3'), {
      kind: 'set-timeouts',
      timeouts: { tcp: 1, tcpFin: 0, udp: 3 },
    });
    assert.deepEqual(
      request('--start-daemon backup --syncid 3 --mcast-group ff02::51 --mcast-ttl 2'),
      {
        kind: 'start-daemon',
        daemon: { state: 'backup', interface: 'eth0', syncId: 3, group: 'ff02::51', ttl: 2 },
      },
    );
  });

  it('answers to every line of the corpus', () => {
    let lines = 0;
    for (const { commands } of readCorpus()) {
      for (const { words } of commands) {
        parseIpvsCommand(words, { ...NAMES, host: () => null });
        lines++;
      }
    }
    assert.ok(lines > 500, `${lines} lines`);
  });
});
