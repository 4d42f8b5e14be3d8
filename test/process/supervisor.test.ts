import assert from 'node:assert/strict';
import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { DaemonStatus } from '../../src/control/status.js';
import { skip } from '../support/skip.js';
import { alive, Daemon, eventually, isMaster, NOISE, whyNoNamespaces } from './daemon.js';

/** Becomes MASTER at once (the owner), so that tests need not wait for a timer. */
const OWNER = `
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  priority 255
  state MASTER
  virtual_ipaddress {
    192.0.2.100/24
  }
}
`;

const CHECKED = `
virtual_server 192.0.2.100 80 {
  lvs_sched rr
  lvs_method NAT
  real_server 192.0.2.7 80 {
    TCP_CHECK {
    }
  }
}
`;

describe('the whole daemon', function () {
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

  it('holds the address while MASTER and withdraws it on SIGTERM, status 0 within two seconds', async () => {
    daemon.start(OWNER);
    await daemon.untilStatus('MASTER', isMaster);
    await eventually('the address is there', () => daemon.holds('192.0.2.100'));
    const begun = Date.now();
    daemon.kill('SIGTERM');
    assert.equal(await daemon.ended(), 0);
    assert.ok(Date.now() - begun < 2_000);
    assert.match(daemon.output, /\(VI_1\) sent 0 priority/);
    assert.match(daemon.output, /Stopped/);
  }).retries(NOISE);

  it('refuses a bad file at start with status 3, located', async () => {
    daemon.start(OWNER.replace('priority', 'priorty'));
    assert.equal(await daemon.ended(15_000), 3);
    assert.match(daemon.output, /tandem\.conf:5:3: error: unknown keyword 'priorty'/);
    assert.match(daemon.output, /priority/);
  });

  it('a second daemon does not start beside it: status 4', async () => {
    daemon.start(OWNER);
    await daemon.untilStatus('MASTER', isMaster);
    const second = new Daemon();
    try {
      second.start(OWNER, ['-p', `${daemon.directory}/tandemd.pid`]);
      assert.equal(await second.ended(15_000), 4);
      assert.match(second.output, /daemon is already running/);
    } finally {
      await second.clean();
    }
  });

  it('a bad reload changes nothing and is reported; a good one is put in force', async () => {
    daemon.start(OWNER);
    await daemon.untilStatus('MASTER', isMaster);
    daemon.configure(`${OWNER}\nvrrp_instance VI_1 {\n`);
    daemon.kill('SIGHUP');
    const rejected = await daemon.untilStatus('rejected', (s) => s.lastReload?.accepted === false);
    assert.equal(rejected.generation, 1);
    assert.ok(isMaster(rejected));
    assert.ok(daemon.holds('192.0.2.100'));
    assert.ok(
      rejected.lastReload?.problems.some((line) => /tandem\.conf:\d+:\d+: error:/.test(line)),
    );

    daemon.configure(OWNER.replace('192.0.2.100/24', '192.0.2.100/24\n192.0.2.101/24'));
    daemon.kill('SIGHUP');
    await daemon.untilStatus('generation 2', (s) => s.generation === 2 && s.ready);
    await eventually('the new address is there', () => daemon.holds('192.0.2.101'));
    assert.ok(daemon.holds('192.0.2.100'));
    assert.equal((await daemon.status()).vrrp?.instances[0]?.becameMaster, 1);
  });

  it('tandem reload says what came of it, and fails for what is rejected', async () => {
    daemon.start(OWNER);
    await daemon.untilStatus('MASTER', isMaster);
    const file = /^.*tandem\.conf/m.source;
    daemon.configure(OWNER.replace('priority', 'priorty'));
    const { code, output } = await daemon.tandem(['reload']);
    assert.equal(code, 3);
    assert.match(output, new RegExp(`${file}:\\d+:\\d+: error: unknown keyword 'priorty'`, 'm'));
    assert.match(output, /reload rejected: the configuration in force is unchanged\n$/);

    daemon.configure(OWNER.replace('192.0.2.100/24', '192.0.2.100/24\n192.0.2.101/24'));
    const good = await daemon.tandem(['reload', '--pid', `${daemon.pid}`]);
    assert.equal(good.code, 0, good.output);
    assert.match(good.output, new RegExp(`${file} is in force, generation 2\n$`, 'm'));
    const { lastReload, ready } = await daemon.status();
    assert.deepEqual([lastReload?.number, lastReload?.accepted, ready], [2, true, true]);
    await eventually('the new address is there', () => daemon.holds('192.0.2.101'));

    const other = await daemon.tandem(['reload', '--pid', '1']);
    assert.deepEqual([other.code, /No daemon with process id 1/.test(other.output)], [2, true]);
    daemon.kill('SIGTERM');
    assert.equal(await daemon.ended(), 0);
    assert.equal((await daemon.tandem(['reload'])).code, 4);
  });

  it('a reload that removes an instance withdraws its address', async () => {
    daemon.start(OWNER + CHECKED);
    await eventually(
      'the address is there',
      () => daemon.pid && daemon.pidOf('vrrp') && daemon.holds('192.0.2.100'),
    );
    daemon.configure(CHECKED);
    daemon.kill('SIGHUP');
    await eventually('the address is gone', () => !daemon.holds('192.0.2.100'));
    assert.equal(daemon.holds('192.0.2.100'), false);
  });

  it('a vrrp process that is killed leaves no address, and is started again', async () => {
    daemon.start(OWNER.replace('priority 255', 'priority 200'));
    await daemon.untilStatus('MASTER', isMaster);
    await eventually('the address is there', () => daemon.holds('192.0.2.100'));
    const pid = daemon.pidOf('vrrp') as number;
    process.kill(pid, 'SIGKILL');
    await eventually('the address is gone', () => !daemon.holds('192.0.2.100'), 1_000);
    const again = await daemon.untilStatus('restarted and MASTER', (s) => isMaster(s));
    assert.equal(again.processes.find(({ role }) => role === 'vrrp')?.restarts, 1);
    assert.match(daemon.output, /withdrew 192\.0\.2\.100/);
  });

  it('a tracked script and file steer an instance; scripts and a pipe are told, in order', async () => {
    const { directory } = daemon;
    // Without enable_script_security: a test refuses that, the daemon says so and goes on.
    const config = `global_defs {
  script_user root
  vrrp_notify_fifo ${directory}/pipe
}
vrrp_script chk {
  script "/usr/bin/test -e ${directory}/up"
  interval 0.1
}
track_file bonus {
  file ${directory}/bonus
  weight 10
}
${OWNER.replace(
  'priority 255',
  `priority 100
  advert_int 1
  track_script {
    chk
  }
  track_file {
    bonus
  }
  notify "/bin/sh -c 'echo $2 $3 $4 $TANDEM_SEQUENCE $MALLOC_ARENA_MAX >> ${directory}/told' sh"`,
)}`;
    // As bin/tandemd does for the daemon's processes, and for those only.
    daemon.start(config, [], { MALLOC_ARENA_MAX: '1' });
    const tested = await daemon.tandem(['check', '-f', daemon.configFile]);
    assert.match(tested.output, /CONFIG_SCRIPT_SECURITY/);
    assert.equal(tested.code, 3);
    const one = (s: DaemonStatus) => s.vrrp?.instances[0];
    await daemon.untilStatus('the script is down', (s) => one(s)?.state === 'FAULT');
    const ofVrrp = readFileSync(`/proc/${daemon.pidOf('vrrp')}/environ`, 'latin1');
    assert.match(ofVrrp, /\0MALLOC_ARENA_MAX=1\0/);
    writeFileSync(`${directory}/up`, '');
    await daemon.untilStatus('MASTER', isMaster);
    writeFileSync(`${directory}/bonus`, '3\n');
    await daemon.untilStatus('130', (s) => one(s)?.effectivePriority === 130);
    rmSync(`${directory}/up`);
    await daemon.untilStatus('FAULT again', (s) => one(s)?.state === 'FAULT');
    assert.equal(daemon.holds('192.0.2.100'), false);
    assert.match((await daemon.tandem(['explain', 'VI_1'])).output, /script chk is down\./);
    const told = () => readFileSync(`${directory}/told`, 'utf8').trim().split('\n');
    await eventually('all are told', () => told().length === 4);
    assert.deepEqual(
      told().map((line) => line.replace(/ \d+$/, '')),
      ['VI_1 FAULT 100', 'VI_1 BACKUP 100', 'VI_1 MASTER 100', 'VI_1 FAULT 130'],
    );
    const reader = openSync(`${directory}/pipe`, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(4_096);
    const lines = bytes.toString('utf8', 0, readSync(reader, bytes));
    closeSync(reader);
    assert.match(lines, /^INSTANCE "VI_1" FAULT 100\nINSTANCE "VI_1" BACKUP 100\n/);
    assert.match(lines, /INSTANCE "VI_1" FAULT 130\n$/);
  });

  it('failover resigns at its deadline where nobody takes over, and outlives the process', async () => {
    daemon.start(OWNER);
    await daemon.untilStatus('MASTER', isMaster);
    const unknown = await daemon.tandem(['failover', 'VI_9']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.output, /no instance or sync group 'VI_9' runs here/);
    const { code, output } = await daemon.tandem(['failover', 'VI_1', '--deadline', '0.3']);
    assert.equal(code, 0, output);
    assert.match(output, /^VI_1: BACKUP after 0\.\d s: nobody took over in time: resigned$/m);
    await eventually('the address is gone', () => !daemon.holds('192.0.2.100'));
    process.kill(daemon.pidOf('vrrp') as number, 'SIGKILL');
    const again = await daemon.untilStatus(
      'standby in the new process',
      (s) => s.processes[0]?.restarts === 1 && s.vrrp?.instances[0]?.standby === true,
    );
    assert.equal(again.vrrp?.instances[0]?.effectivePriority, 1);
    assert.match((await daemon.tandem(['status'])).output, /'tandem failback VI_1' ends it/);
    assert.equal((await daemon.tandem(['failback', 'VI_1'])).code, 0);
    await daemon.untilStatus('MASTER again', isMaster);
    assert.ok(daemon.holds('192.0.2.100'));
  });

  it('a checker that is killed is started again; the vrrp process does not notice', async () => {
    daemon.start(OWNER + CHECKED);
    const before = await daemon.untilStatus(
      'both run',
      (s) => isMaster(s) && s.checker !== undefined,
    );
    process.kill(daemon.pidOf('checkers') as number, 'SIGKILL');
    const after = await daemon.untilStatus(
      'checker restarted',
      (s) =>
        s.checker !== undefined &&
        s.processes.some((p) => p.role === 'checker' && p.restarts === 1),
    );
    const vrrp = (s: typeof before): unknown => s.processes.find(({ role }) => role === 'vrrp');
    assert.deepEqual(vrrp(after), vrrp(before));
    assert.equal(after.vrrp?.instances[0]?.becameMaster, 1);
  });

  it('children of a supervisor that is killed withdraw and end', async () => {
    daemon.start(OWNER + CHECKED);
    await daemon.untilStatus('both run', (s) => isMaster(s) && s.checker !== undefined);
    const pids = [daemon.pidOf('vrrp') as number, daemon.pidOf('checkers') as number];
    daemon.kill('SIGKILL');
    await eventually('no child is left', () => pids.every((pid) => !alive(pid)), 3_000);
    assert.match(daemon.output, /\(VI_1\) sent 0 priority/);
  });
});
