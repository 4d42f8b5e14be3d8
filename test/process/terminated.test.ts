/**
 * SIGTERM that does not come to the supervisor alone: a unit with KillMode=control-group, and many a
 * `kill` by hand, sends it to all processes at once.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../support/skip.js';
import { alive, Daemon, eventually, isMaster, whyNoNamespaces } from './daemon.js';

const CHECKED = `
virtual_server 192.0.2.100 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.7 80 {
    TCP_CHECK {
    }
  }
}
`;

/** A busy machine takes its time to start three processes, and a start holds back for a while, ms. */
const PATIENCE = 60_000;

describe('SIGTERM to more processes than the supervisor', function () {
  this.timeout(120_000);
  let daemon: Daemon;

  before(function () {
    const why = whyNoNamespaces();
    if (why) skip(this, why);
  });
  beforeEach(() => {
    daemon = new Daemon();
  });
  afterEach(() => daemon.clean());

  /** What scripts were told, in order. */
  const told = (): string[] => {
    const path = join(daemon.directory, 'told');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  };

  /** Starts a daemon whose instance is MASTER; scripts write what they are told. */
  async function start(
    script = 'echo "$1" >>DIR/told',
  ): Promise<{ vrrp: number; checkers: number }> {
    const tell = join(daemon.directory, 'tell.sh');
    const text = script.replaceAll('DIR', daemon.directory);
    writeFileSync(tell, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    daemon.start(`global_defs {
  script_user root
}
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  priority 200
  advert_int 0.5
  version 3
  virtual_ipaddress {
    192.0.2.100/24
  }
  notify_master "${tell} MASTER"
  notify_backup "${tell} BACKUP"
  notify_fault "${tell} FAULT"
  notify_stop "${tell} STOP"
}
${CHECKED}`);
    await daemon.untilStatus(
      'MASTER, and a checker',
      (s) => isMaster(s) && s.checker !== undefined,
      PATIENCE,
    );
    await eventually('the script has been told', () => told().at(-1) === 'MASTER');
    return {
      vrrp: daemon.pidOf('vrrp') as number,
      checkers: daemon.pidOf('checkers') as number,
    };
  }

  it('to all at once, the children first: STOP is told once, services go after addresses', async () => {
    const { vrrp, checkers } = await start();
    for (const pid of [vrrp, checkers, daemon.pid]) process.kill(pid, 'SIGTERM');
    await eventually('the checker has ended', () => {
      const checkerRuns = alive(checkers);
      assert.ok(checkerRuns || !alive(vrrp), 'the vrrp process has ended before');
      return !checkerRuns;
    });
    assert.equal(await daemon.ended(15_000), 0);
    await eventually('the end is told', () => told().includes('STOP'));
    assert.deepEqual(told(), ['BACKUP', 'MASTER', 'STOP']);
    assert.doesNotMatch(daemon.output, /Respawning/);
  });

  it('to the vrrp process alone: STOP, and it is started again, as with keepalived', async () => {
    const { vrrp } = await start();
    process.kill(vrrp, 'SIGTERM');
    await daemon.untilStatus(
      'MASTER again',
      (s) => isMaster(s) && s.processes.some(({ restarts }) => restarts === 1),
      PATIENCE,
    );
    await eventually('told', () => told().length === 5);
    assert.deepEqual(told(), ['BACKUP', 'MASTER', 'STOP', 'BACKUP', 'MASTER']);
    // What comes later is no stop.
    process.kill(daemon.pidOf('vrrp') as number, 'SIGTERM');
    process.kill(daemon.pid, 'SIGTERM');
    assert.equal(await daemon.ended(15_000), 0);
    await eventually('told', () => told().length === 6);
    assert.equal(told().at(-1), 'STOP');
  });

  it('to the checker alone: it is started again', async () => {
    const { checkers } = await start();
    process.kill(checkers, 'SIGTERM');
    await daemon.untilStatus(
      'a new checker',
      (s) =>
        s.checker !== undefined &&
        s.processes.some(({ role, restarts }) => role === 'checker' && restarts === 1),
      PATIENCE,
    );
    assert.deepEqual(told(), ['BACKUP', 'MASTER']);
  });

  it('to a child of a supervisor that hangs: it ends by itself', async () => {
    const { vrrp } = await start();
    daemon.kill('SIGSTOP');
    try {
      process.kill(vrrp, 'SIGTERM');
      await eventually('it has ended', () => !alive(vrrp));
      assert.equal(daemon.holds('192.0.2.100'), false);
    } finally {
      daemon.kill('SIGCONT');
    }
  });

  it('STOP is told though the script before it still runs', async () => {
    await start('echo "$1" >>DIR/told; if [ "$1" = MASTER ]; then exec sleep 20; fi');
    daemon.kill('SIGTERM');
    assert.equal(await daemon.ended(15_000), 0);
    await eventually('the end is told', () => told().includes('STOP'));
    assert.deepEqual(told(), ['BACKUP', 'MASTER', 'STOP']);
  });
});
