import assert from 'node:assert/strict';
import { snapshot as checkerSnapshot } from '../../../src/checker/snapshot.js';
import { renderStatus } from '../../../src/cli/status.js';
import type { DaemonStatus } from '../../../src/control/status.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
import { Harness, realServer, virtualServer } from '../checker/harness.js';
import { Bench, SECOND, vrrpSettings } from '../vrrp/fixture.js';

const STATUS: DaemonStatus = {
  version: '1.2.3',
  pid: 42,
  startedAt: '2026-01-02T03:04:05.000Z',
  configFile: '/etc/tandem/tandem.conf',
  generation: 2,
  ready: true,
  processes: [{ role: 'vrrp', pid: 43, restarts: 0 }],
  notRun: [],
  transitions: {},
};

describe('cli: status', () => {
  it('says what runs', () => {
    assert.equal(
      renderStatus(STATUS),
      `tandem 1.2.3, pid 42, since 2026-01-02T03:04:05.000Z
configuration /etc/tandem/tandem.conf, generation 2
process vrrp: 43
`,
    );
  });

  it('says which daemon it is, where several may run', () => {
    const text = renderStatus({ ...STATUS, instance: 'web', netNamespace: 'blue' });
    assert.match(text, /^instance web, network namespace blue$/m);
  });

  it('says what is left out, and why', () => {
    const notRun = [
      { kind: 'vrrp_instance', name: 'VI_1', needs: ['use_vmac', 'vrf'] },
      { kind: 'virtual_server', name: '192.0.2.1 80 TCP', needs: ['SMTP_CHECK'] },
    ] as const;
    const text = renderStatus({ ...STATUS, notRun });
    assert.match(text, /^NOT RUN: vrrp_instance VI_1: this version lacks use_vmac, vrf$/m);
    assert.match(
      text,
      /^NOT RUN: virtual_server 192\.0\.2\.1 80 TCP: this version lacks SMTP_CHECK$/m,
    );
  });

  it('says which routers were heard besides the last one', () => {
    const bench = new Bench();
    bench.configure(0, vrrpSettings());
    bench.receive(SECOND, { source: '10.0.0.3', priority: 120 });
    bench.receive(2 * SECOND);
    const text = renderStatus({ ...STATUS, vrrp: snapshot(bench.engine, 4 * SECOND) });
    assert.match(text, /^ {2}last advert heard from 10\.0\.0\.2, priority 150, 2\.0 s ago$/m);
    assert.match(text, /^ {2}heard 1 advert from 10\.0\.0\.3, priority 120, the last 3\.0 s ago$/m);
  });

  it('says what a group balances, and how servers are reached', () => {
    const harness = new Harness();
    const id = { kind: 'group', group: 'web', protocol: 'TCP', family: 4 } as const;
    const tunnel = { type: 'gue', port: 6080, checksum: 'csum' } as const;
    const servers = [
      realServer('10.0.0.1'),
      realServer('10.0.0.2', { port: 0, method: 'DR', checks: [] }),
      realServer('2001:db8::3', { port: 0, method: 'TUN', tunnel, checks: [] }),
    ];
    const range = { kind: 'addresses', protocol: 'TCP', first: '192.0.2.1' } as const;
    harness.configure([
      virtualServer(servers, {
        id,
        members: [
          { ...range, last: '192.0.2.9', port: 80 },
          { ...range, last: '192.0.2.1', port: 0 },
          { kind: 'fwmark', family: 6, fwmark: 5 },
        ],
      }),
    ]);
    const text = renderStatus({ ...STATUS, checker: checkerSnapshot(harness.state, [], 0) });
    assert.match(text, /^group web TCP: quorum up$/m);
    assert.match(
      text,
      /^ {2}balances 192\.0\.2\.1-192\.0\.2\.9 port 80, 192\.0\.2\.1 every port, firewall mark 5 \(IPv6\)$/m,
    );
    assert.match(text, /^ {2}10\.0\.0\.1:80 alive, weight 1; TCP_CHECK up: not checked yet$/m);
    assert.match(text, /^ {2}10\.0\.0\.2 by DR alive, weight 1$/m);
    assert.match(text, /^ {2}2001:db8::3 by GUE port 6080 csum alive, weight 1$/m);
  });
});
