/** `disable_local_igmp`: a switch of the namespace, and how it was afterwards. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';

const INSTANCE = `
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  virtual_ipaddress { 192.0.2.100/24 }
}
`;
const QUIET = `global_defs {\n  disable_local_igmp\n}\n${INSTANCE}`;

/** What it is in the namespace of a process. */
function reports(pid: number): string {
  const sysctl = '/proc/sys/net/ipv4/igmp_link_local_mcast_reports';
  // /proc shows the namespace of its reader.
  return execFileSync('nsenter', ['-t', String(pid), '-n', 'cat', sysctl], {
    encoding: 'utf8',
  }).trim();
}

describe('disable_local_igmp', function () {
  this.timeout(60_000);
  let daemon: Daemon;
  before(function () {
    const why = whyNoNamespaces();
    if (why) skip(this, why);
    if (process.getuid?.() !== 0) skip(this, 'entering the namespace wants root');
  });
  beforeEach(() => {
    daemon = new Daemon();
  });
  afterEach(() => daemon.clean());

  it('holds as long as the keyword is there', async () => {
    daemon.start(QUIET);
    await daemon.untilStatus('ready', (status) => status.ready);
    assert.equal(reports(daemon.pid), '0');
    daemon.configure(INSTANCE);
    daemon.kill('SIGHUP');
    await eventually('it is put back', () => reports(daemon.pid) === '1');
    daemon.configure(QUIET);
    daemon.kill('SIGHUP');
    await eventually('it is set again', () => reports(daemon.pid) === '0');
  });

  it('a vrrp process that was killed and came again knows how it was', async () => {
    daemon.start(QUIET);
    await daemon.untilStatus('ready', (status) => status.ready);
    const old = daemon.pidOf('vrrp') as number;
    process.kill(old, 'SIGKILL');
    await eventually('another one runs', () => {
      const pid = daemon.pidOf('vrrp');
      return pid !== undefined && pid !== old;
    });
    await daemon.untilStatus('its answers are there', (status) => status.vrrp !== undefined);
    assert.equal(reports(daemon.pid), '0');
    daemon.configure(INSTANCE);
    daemon.kill('SIGHUP');
    await eventually('it is put back', () => reports(daemon.pid) === '1');
  });
});
