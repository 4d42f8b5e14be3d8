/** `tandem doctor` about the ways to servers, asked of the kernel in a network namespace of its own. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { skip } from '../support/skip.js';
import { UNSHARE, whyNoNamespaces } from './daemon.js';

const TANDEM = new URL('../../../bin/tandem', import.meta.url).pathname;

const NETWORK = `
ip link set lo up
ip link add v0 type veth peer name v1
ip address add 192.0.2.2/24 dev v0
ip -6 address add 2001:db8::2/64 dev v0 nodad
ip link set v0 up
ip link set v1 up
ip route add 10.5.0.0/16 via 192.0.2.1
ip route add unreachable 10.6.0.0/16
`;

const CONFIG = `
virtual_server 192.0.2.100 80 {
  protocol TCP
  lvs_sched rr
  lvs_method DR
  real_server 192.0.2.10 80 {
  }
  real_server 10.5.0.1 80 {
  }
  real_server 10.6.0.1 80 {
    lvs_method NAT
  }
  real_server 192.0.2.2 80 {
  }
  sorry_server 10.9.0.1 80
}
virtual_server 2001:db8::100 80 {
  protocol TCP
  lvs_sched rr
  lvs_method DR
  real_server 2001:db8::10 80 {
  }
  real_server 2001:dead::10 80 {
  }
}
`;

interface Found {
  readonly findings: readonly { what: string; value?: string; verdict: string }[];
}

describe('tandem doctor', function () {
  this.timeout(60_000);

  it('tells of servers that the kernel has no way to, and of DR through a router', function () {
    const why = whyNoNamespaces();
    if (why !== undefined) skip(this, why);
    const folder = mkdtempSync(path.join(tmpdir(), 'tandem-doctor-'));
    try {
      const file = path.join(folder, 'tandem.conf');
      writeFileSync(file, CONFIG);
      const doctor = `exec "${process.execPath}" "${TANDEM}" doctor --json -f "${file}"`;
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        [...UNSHARE, 'sh', '-e', '-c', `${NETWORK}${doctor}`],
        { encoding: 'utf8', env: { ...process.env, TANDEM_RUN_DIR: folder }, timeout: 30_000 },
      );
      assert.equal(status, 1, stderr);
      const { findings } = JSON.parse(stdout) as Found;
      const routes = findings
        .filter(({ what }) => what.startsWith('route to '))
        .map(({ what, value }) => `${what}: ${/\((E\w+)\)/.exec(value ?? '')?.[1] ?? value}`);
      assert.deepEqual(routes.sort(), [
        'route to 10.5.0.1: via 192.0.2.1',
        'route to 10.6.0.1: EHOSTUNREACH',
        'route to 10.9.0.1: ENETUNREACH',
        'route to 2001:dead::10: ENETUNREACH',
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
