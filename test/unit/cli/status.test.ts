import assert from 'node:assert/strict';
import { renderStatus } from '../../../src/cli/status.js';
import type { DaemonStatus } from '../../../src/control/status.js';
import { snapshot } from '../../../src/vrrp/snapshot.js';
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
});
