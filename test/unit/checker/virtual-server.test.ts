import assert from 'node:assert/strict';
import type { RealServerSettings, VirtualServerSettings } from '../../../src/checker/settings.js';
import { snapshot } from '../../../src/checker/snapshot.js';
import {
  FAILURE,
  Harness,
  httpCheck,
  realServer,
  SORRY,
  SUCCESS,
  tcpCheck,
  virtualServer,
} from './harness.js';

const ADDRESS: Record<string, string> = { A: '10.0.0.1', B: '10.0.0.2', C: '10.0.0.3' };
const NAMES = new Map([
  ...Object.entries(ADDRESS).map(([name, address]) => [address, name] as const),
  [SORRY.address, 'S'] as const,
]);

/** `A2 b S1`: servers in the table with their weight; a small letter and 0 for an inhibited one. */
function tableWords(h: Harness): string {
  return h
    .table()
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [address = '', weight] = word.split('=');
      const name = NAMES.get(address) ?? address;
      return weight === '0' ? name.toLowerCase() : `${name}${weight}`;
    })
    .join('');
}

interface Row {
  readonly name: string;
  readonly service?: Partial<VirtualServerSettings>;
  readonly servers: Readonly<Record<string, Partial<RealServerSettings>>>;
  /** A step for each column: `A-` the check of A fails, `B+` that of B succeeds. */
  readonly steps: string;
  /** The table at the start and after each step; `-`: empty. */
  readonly table: string;
}

const PLAIN = { A: {}, B: {}, C: {} };

const ROWS: readonly Row[] = [
  {
    name: 'a failed server leaves and returns',
    servers: PLAIN,
    steps: '        A-    B-  A+    B+',
    table: 'A1B1C1  B1C1  C1  A1C1  A1B1C1',
  },
  {
    name: 'without a sorry server the last one leaves too, and the table is empty',
    servers: { A: {}, B: {} },
    steps: '      A-  B-  A+',
    table: 'A1B1  B1  -   A1',
  },
  {
    name: 'inhibit_on_failure: weight 0 instead of removal',
    servers: { A: { inhibitOnFailure: true, weight: 3 }, B: {} },
    steps: '      A-   A+   B-',
    table: 'A3B1  aB1  A3B1 A3',
  },
  {
    name: 'the sorry server comes when the quorum is lost and goes when it is back',
    service: { sorryServer: SORRY },
    servers: { A: {}, B: {} },
    steps: '      A-  B-  A+  B+    A-  B-  B+',
    table: 'A1B1  B1  S1  A1  A1B1  B1  S1  B1',
  },
  {
    name: 'with the quorum lost the living servers are out, too',
    service: { sorryServer: SORRY, quorum: 2 },
    servers: PLAIN,
    steps: '        A-    B-  C-  C+  A+',
    table: 'A1B1C1  B1C1  S1  S1  S1  A1C1',
  },
  {
    name: 'without a sorry server they stay in below the quorum',
    service: { quorum: 3 },
    servers: PLAIN,
    steps: '        A-    B-',
    table: 'A1B1C1  B1C1  C1',
  },
  {
    name: 'the quorum counts weights',
    service: { sorryServer: SORRY, quorum: 5 },
    servers: { A: { weight: 5 }, B: { weight: 3 }, C: { weight: 1 } },
    steps: '        B-    A-  B+  A+',
    table: 'A5B3C1  A5C1  S1  S1  A5B3C1',
  },
  {
    name: 'hysteresis: lost below quorum - h, gained at quorum + h',
    service: { sorryServer: SORRY, quorum: 2, hysteresis: 1 },
    servers: PLAIN,
    //      weight  2     1   0   1   2   3
    steps: '        A-    B-  C-  A+  B+  C+',
    table: 'A1B1C1  B1C1  C1  S1  S1  S1  A1B1C1',
  },
  {
    name: 'alpha: the sorry server serves until the first check succeeds',
    service: { sorryServer: SORRY },
    servers: { A: { alpha: true }, B: { alpha: true } },
    steps: '   A-  B+  A+',
    table: 'S1 S1  B1  A1B1',
  },
  {
    name: 'alpha with inhibit_on_failure: there from the start, with weight 0',
    servers: { A: { alpha: true, inhibitOnFailure: true } },
    steps: '  A+  A-',
    table: 'a A1  a',
  },
  {
    name: 'a server without checks is always in, with alpha too',
    servers: { A: { checks: [], alpha: true }, B: {} },
    steps: '     B-',
    table: 'A1B1 A1',
  },
  {
    name: 'sorry_server_inhibit: in the table with weight 0 until needed',
    service: { sorryServer: { ...SORRY, inhibit: true } },
    servers: { A: {} },
    steps: '     A-  A+',
    table: 'A1s  S1  A1s',
  },
  {
    name: 'inhibited servers stay beside the sorry server',
    service: { sorryServer: SORRY, quorum: 2 },
    servers: { A: { inhibitOnFailure: true }, B: { inhibitOnFailure: true } },
    steps: '      A-    B-    A+    B+',
    table: 'A1B1  S1ab  S1ab  S1ab  A1B1',
  },
  {
    name: 'a sorry server that is one of the real servers comes and goes (ka#1370)',
    service: { sorryServer: { ...SORRY, address: '10.0.0.1' } },
    servers: { A: { weight: 5 }, B: {} },
    steps: '      A-  B-  B+  A+    B-  A-  A+',
    table: 'A5B1  B1  A1  B1  A5B1  A5  A1  A5',
  },
  {
    name: 'the same with sorry_server_inhibit: weight 0 while it is down and not needed',
    service: { sorryServer: { ...SORRY, address: '10.0.0.1', inhibit: true } },
    servers: { A: { weight: 5 }, B: {} },
    steps: '      A-   B-  B+   A+',
    table: 'A5B1  B1a  A1  B1a  A5B1',
  },
  {
    name: 'servers of weight 0 make no quorum',
    service: { sorryServer: SORRY },
    servers: { A: { weight: 0 }, B: { weight: 2 } },
    steps: '     B-  B+',
    table: 'aB2  S1  aB2',
  },
  {
    name: 'quorum 0 is lost with the last server',
    service: { sorryServer: SORRY, quorum: 0 },
    servers: { A: {} },
    steps: '    A-  A+',
    table: 'A1  S1  A1',
  },
];

describe('checker: a virtual server, a column for each step', () => {
  for (const row of ROWS) {
    it(row.name, () => {
      const h = new Harness();
      const servers = Object.entries(row.servers).map(([name, change]) =>
        realServer(ADDRESS[name]!, change),
      );
      h.configure([virtualServer(servers, row.service)]);
      const seen = [tableWords(h) || '-'];
      for (const word of row.steps.trim().split(/\s+/)) {
        h.check(ADDRESS[word[0]!]!, word[1] === '+' ? SUCCESS : FAILURE);
        seen.push(tableWords(h) || '-');
      }
      assert.deepEqual(seen, row.table.trim().split(/\s+/));
    });
  }
});

describe('checker: several checks of one server', () => {
  const A = ADDRESS['A']!;

  it('all must be up', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A, { checks: [tcpCheck(A), httpCheck(A, '/')] })])]);
    h.check(A, FAILURE, 0);
    assert.equal(h.table(), '');
    h.check(A, FAILURE, 1);
    h.check(A, SUCCESS, 0);
    assert.equal(h.table(), '', 'the second one is still down');
    h.check(A, SUCCESS, 1);
    assert.equal(h.table(), `${A}=1`);
  });

  it('alpha: all must have succeeded', () => {
    const h = new Harness();
    const checks = [tcpCheck(A), httpCheck(A, '/')];
    h.configure([virtualServer([realServer(A, { alpha: true, checks })])]);
    h.check(A, SUCCESS, 1);
    assert.equal(h.table(), '');
    h.check(A, SUCCESS, 0);
    assert.equal(h.table(), `${A}=1`);
  });
});

describe("checker: the log in keepalived's words", () => {
  const [A, B] = [ADDRESS['A']!, ADDRESS['B']!];

  it('tells of failures, quorum and sorry server', () => {
    const h = new Harness();
    const servers = [
      realServer(A, { checks: [tcpCheck(A, { retry: 1 })] }),
      realServer(B, { inhibitOnFailure: true, checks: [httpCheck(B, '/')] }),
    ];
    h.configure([virtualServer(servers, { sorryServer: SORRY })]);
    assert.deepEqual(h.log.splice(0), [
      'Activating healthchecker for service [10.0.0.1]:tcp:80 for VS [192.0.2.100]:tcp:80',
      'Activating healthchecker for service [10.0.0.2]:tcp:80 for VS [192.0.2.100]:tcp:80',
      'Gained quorum 1+0=1 <= 2 for VS [192.0.2.100]:tcp:80',
    ]);
    h.check(B, FAILURE);
    assert.deepEqual(h.log.splice(0), [
      'Error connecting server [10.0.0.2]:tcp:80. (connection refused)',
      'HTTP_CHECK on service [10.0.0.2]:tcp:80 failed. (connection refused)',
      'Disabling service [10.0.0.2]:tcp:80 of VS [192.0.2.100]:tcp:80',
    ]);
    h.check(A, FAILURE);
    h.check(A, { ...FAILURE, reason: 'deadline-exceeded', detail: 'no connection in time' });
    assert.deepEqual(h.log.splice(0), [
      'TCP connection to [10.0.0.1]:tcp:80 failed. (connection refused)',
      'TCP connection to [10.0.0.1]:tcp:80 timeout. (no connection in time)',
      'TCP_CHECK on service [10.0.0.1]:tcp:80 failed after 1 retries. (no connection in time)',
      'Removing service [10.0.0.1]:tcp:80 from VS [192.0.2.100]:tcp:80',
      'Lost quorum 1-0=1 > 0 for VS [192.0.2.100]:tcp:80',
      'Adding sorry server [10.0.0.9]:tcp:80 to VS [192.0.2.100]:tcp:80',
      'Removing alive servers from the pool for VS [192.0.2.100]:tcp:80',
    ]);
    h.check(B, SUCCESS);
    assert.deepEqual(h.log.splice(0), [
      'Remote Web server [10.0.0.2]:tcp:80 succeed on service.',
      'Enabling service [10.0.0.2]:tcp:80 of VS [192.0.2.100]:tcp:80',
      'Gained quorum 1+0=1 <= 1 for VS [192.0.2.100]:tcp:80',
      'Removing sorry server [10.0.0.9]:tcp:80 from VS [192.0.2.100]:tcp:80',
      'Adding alive servers to the pool for VS [192.0.2.100]:tcp:80',
    ]);
    h.check(A, SUCCESS);
    assert.deepEqual(h.log.splice(0), [
      'TCP connection to [10.0.0.1]:tcp:80 success.',
      'Adding service [10.0.0.1]:tcp:80 to VS [192.0.2.100]:tcp:80',
    ]);
  });

  it('tells of web answers', () => {
    const texts = (phase: 'handshake' | 'answer', reason: 'wrong-status'): string => {
      const h = new Harness();
      h.configure([virtualServer([realServer(A, { checks: [httpCheck(A, '/')] })])]);
      h.log.length = 0;
      h.check(A, { verdict: 'failure', phase, reason, detail: 'why' });
      return h.log[0]!;
    };
    const cases = [
      ['answer', 'wrong-status', 'HTTP status code error to'],
      ['answer', 'wrong-digest', 'MD5 digest error to'],
      ['answer', 'no-data', 'Read, no data received from'],
      ['answer', 'deadline-exceeded', 'Timeout HTTP read'],
      ['answer', 'connection-reset', 'Read error with'],
      ['handshake', 'tls-failed', 'SSL handshake/communication error connecting to'],
    ] as const;
    for (const [phase, reason, words] of cases) {
      assert.equal(texts(phase, reason as 'wrong-status'), `${words} server [${A}]:tcp:80. (why)`);
    }
  });

  it('names a firewall mark as keepalived does', () => {
    const h = new Harness();
    const id = { kind: 'fwmark', family: 4, fwmark: 5 } as const;
    h.configure([virtualServer([realServer(A, { port: 0 })], { id })]);
    h.log.length = 0;
    h.check(A, FAILURE);
    assert.ok(h.log.includes(`Removing service [${A}]:none:0 from VS FWM 5`), h.log.join('\n'));
  });

  it('warns once of a row of attempts that could not be made', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer(A)])]);
    h.log.length = 0;
    const shortage = { ...FAILURE, verdict: 'inconclusive', detail: 'no local port' } as const;
    for (let i = 0; i < 5; i++) h.check(A, shortage);
    assert.deepEqual(h.log, [
      `Check of [${A}]:tcp:80 could not be made: no local port. Rescheduling.`,
    ]);
    h.check(A, SUCCESS);
    h.check(A, shortage);
    assert.equal(h.log.filter((line) => line.includes('could not')).length, 2);
  });
});

describe('checker: shutdown', () => {
  it('stops every check and wants nothing in the table', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer('10.0.0.1'), realServer('10.0.0.2')])]);
    h.tick();
    h.send({ kind: 'shutdown', at: h.now });
    assert.equal(h.probes.size, 0);
    assert.equal(h.timers.size, 0);
    assert.deepEqual(h.of('reconcile-table').length, 1);
    assert.equal(h.table(), '');
    assert.ok(
      h.log.includes('Shutting down service [10.0.0.1]:tcp:80 from VS [192.0.2.100]:tcp:80'),
    );
    assert.deepEqual(h.send({ kind: 'shutdown', at: h.now }), [], 'once only');
    assert.equal(snapshot(h.state, []).virtualServers[0]?.realServers[0]?.weight, undefined);
  });

  it('omega: the quorum counts as lost', () => {
    const h = new Harness();
    h.configure([virtualServer([realServer('10.0.0.1')], { omega: true })]);
    h.send({ kind: 'shutdown', at: h.now });
    assert.equal(snapshot(h.state, []).virtualServers[0]?.quorumUp, false);
  });
});

describe('checker: snapshot', () => {
  it('tells of checks, servers and what the table could not take', () => {
    const h = new Harness();
    h.configure([
      virtualServer([realServer('10.0.0.1', { weight: 4 }), realServer('10.0.0.2')], {
        sorryServer: SORRY,
        quorum: 2,
      }),
    ]);
    h.check('10.0.0.2', FAILURE);
    assert.deepEqual(snapshot(h.state, ['no ipvs']), {
      generation: 1,
      virtualServers: [
        {
          id: { kind: 'address', protocol: 'TCP', address: '192.0.2.100', port: 80 },
          quorumUp: true,
          sorryServerActive: false,
          realServers: [
            {
              address: '10.0.0.1',
              port: 80,
              method: 'NAT',
              alive: true,
              weight: 4,
              checks: [
                {
                  type: 'TCP_CHECK',
                  up: true,
                  lastResult: 'not checked yet',
                  attempts: 1,
                  failures: 0,
                  inconclusive: 0,
                },
              ],
            },
            {
              address: '10.0.0.2',
              port: 80,
              method: 'NAT',
              alive: false,
              checks: [
                {
                  type: 'TCP_CHECK',
                  up: false,
                  lastResult: 'connection refused',
                  attempts: 1,
                  failures: 1,
                  inconclusive: 0,
                },
              ],
            },
          ],
        },
      ],
      tableErrors: ['no ipvs'],
    });
  });
});
