/**
 * How the kernel schedules the processes: what /proc tells of a daemon, beside a real keepalived
 * with the same configuration.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';
import { KeepalivedOracle } from './keepalived-oracle.js';

/** linux/sched.h */
const OTHER = 0;
const RR = 2;

/** What the kernel knows of one thread. */
interface Thread {
  readonly policy: number;
  readonly realtimePriority: number;
  readonly nice: number;
  readonly cpus: string;
}

/** `/proc/PID/stat` (proc(5)): 19 is nice, 40 the real-time priority, 41 the policy. */
function parseStat(text: string): Omit<Thread, 'cpus'> {
  const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    nice: Number(words[16]),
    realtimePriority: Number(words[37]),
    policy: Number(words[38]),
  };
}

function threads(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const folder = `/proc/${pid}/task/${thread}`;
    const cpus = /^Cpus_allowed_list:\t(.*)$/m.exec(readFileSync(`${folder}/status`, 'utf8'))?.[1];
    return { ...parseStat(readFileSync(`${folder}/stat`, 'utf8')), cpus: cpus ?? '' };
  });
}

/** The same of all threads; several when they differ. */
function scheduling(pid: number): Thread[] {
  const found = new Map(threads(pid).map((thread) => [JSON.stringify(thread), thread]));
  return [...found.values()];
}

function limits(pid: number): string[] {
  const line = /^Max realtime timeout\s+(\S+)\s+(\S+)/m.exec(
    readFileSync(`/proc/${pid}/limits`, 'utf8'),
  );
  return [line?.[1] ?? '', line?.[2] ?? ''];
}

const ALL = scheduling(process.pid)[0]?.cpus ?? '';
const LAST = ALL.split(/[-,]/).at(-1) ?? '0';

function config(globals: string, script = ''): string {
  return `global_defs {
  ${globals}
}
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  priority 100
  ${script}
  virtual_ipaddress { 192.0.2.100/24 }
}
`;
}

describe('how the kernel schedules the processes', function () {
  this.timeout(60_000);
  let daemon: Daemon;

  before(function () {
    const why = process.getuid?.() === 0 ? whyNoNamespaces() : 'real-time priority needs root';
    if (why) skip(this, why);
  });
  beforeEach(() => {
    daemon = new Daemon();
  });
  afterEach(() => daemon.clean());

  async function started(text: string): Promise<number> {
    daemon.start(text);
    await daemon.untilStatus('it is ready', (status) => status.ready);
    return daemon.pidOf('vrrp') as number;
  }

  async function reloaded(text: string): Promise<void> {
    const before = (await daemon.status()).generation;
    daemon.configure(text);
    daemon.kill('SIGHUP');
    await daemon.untilStatus('reloaded', ({ generation, ready }) => generation > before && ready);
  }

  it('vrrp_rt_priority, vrrp_cpu_affinity and vrrp_rlimit_rttime are those of keepalived', async function () {
    const why = KeepalivedOracle.whyNot();
    if (why) skip(this, why);
    const text = config(`vrrp_rt_priority 50
  vrrp_cpu_affinity ${LAST}
  vrrp_rlimit_rttime 6000000`);
    const theirFile = join(daemon.directory, 'ka.conf');
    writeFileSync(theirFile, text);
    writeFileSync(join(daemon.directory, 'number'), '');
    const oracle = new KeepalivedOracle(theirFile, daemon.directory);
    oracle.start();
    try {
      const ours = await started(text);
      const theirs = await eventually('keepalived has a vrrp process', () =>
        oracle.output.includes('BACKUP STATE') ? oracle.vrrpPid() : undefined,
      );
      const told = (pid: number): unknown =>
        threads(pid).map(({ policy, realtimePriority, cpus }) => ({
          policy,
          realtimePriority,
          cpus,
        }));
      // Every thread of ours is as keepalived's one is.
      const [theirThread] = told(theirs) as unknown[];
      assert.deepEqual(theirThread, { policy: RR, realtimePriority: 50, cpus: LAST });
      for (const thread of told(ours) as unknown[]) assert.deepEqual(thread, theirThread);
      assert.ok(threads(ours).length > 1);
      assert.deepEqual(limits(ours), limits(theirs));
    } finally {
      await oracle.stop();
    }
  });

  it('the supervisor and its scripts are scheduled as ever', async () => {
    const script = join(daemon.directory, 'show');
    const shown = join(daemon.directory, 'shown');
    const body = `cat /proc/self/stat >${shown}.new; grep Cpus_allowed_list /proc/self/status >>${shown}.new; mv ${shown}.new ${shown}`;
    writeFileSync(script, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    const tracked = `vrrp_script show {\n  script ${script}\n  interval 1\n  user root\n}\n`;
    const pid = await started(
      tracked +
        config(
          `vrrp_rt_priority 50\n  vrrp_cpu_affinity ${LAST}\n  vrrp_priority -7`,
          'track_script { show }',
        ),
    );
    const text = await eventually('the script has run', () =>
      existsSync(shown) ? readFileSync(shown, 'utf8') : undefined,
    );
    const [stat = '', allowed = ''] = text.trim().split('\n');
    assert.equal(allowed, `Cpus_allowed_list:\t${ALL}`);
    const own = scheduling(process.pid);
    assert.deepEqual(parseStat(stat), { policy: OTHER, realtimePriority: 0, nice: own[0]?.nice });
    for (const thread of threads(daemon.pid)) assert.equal(thread.policy, OTHER);
    assert.deepEqual(scheduling(pid), [{ policy: RR, realtimePriority: 50, nice: -7, cpus: LAST }]);
  });

  it('is -20 without a word, and a reload gives and takes what it says', async () => {
    const plain = { policy: OTHER, realtimePriority: 0, nice: -20, cpus: ALL };
    const pid = await started(config(''));
    // Soon it is to become MASTER, and hurries for a moment.
    const isPlain = (): boolean => isDeepStrictEqual(scheduling(pid), [plain]);
    await eventually('it is as without a word', isPlain);
    assert.deepEqual(limits(pid), ['unlimited', 'unlimited']);
    await reloaded(config(`vrrp_rt_priority 20\n  vrrp_priority 3\n  vrrp_cpu_affinity ${LAST}`));
    assert.deepEqual(scheduling(pid), [{ policy: RR, realtimePriority: 20, nice: 3, cpus: LAST }]);
    assert.deepEqual(limits(pid), ['100000', '2000000']);
    await reloaded(config(''));
    await eventually('it is as without a word again', isPlain);
    assert.equal(daemon.pidOf('vrrp'), pid);
  });

  it('its main thread goes before all others while a take-over is near', async () => {
    // Their timers run out one after the other.
    const pid = await started(
      [1, 2, 3]
        .map(
          (seconds) => `vrrp_instance VI_${seconds} {
  interface v0
  virtual_router_id ${seconds}
  advert_int ${seconds}
  virtual_ipaddress { 192.0.2.10${seconds}/24 }
}
`,
        )
        .join(''),
    );
    const ordinary = { policy: OTHER, realtimePriority: 0, nice: -20 };
    const main = (): unknown => parseStat(readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8'));
    await eventually('it hurries', () =>
      isDeepStrictEqual(main(), { policy: RR, realtimePriority: 1, nice: -20 }),
    );
    await daemon.untilStatus(
      'all are MASTER',
      ({ vrrp }) => vrrp?.instances.every(({ state }) => state === 'MASTER') ?? false,
      30_000,
    );
    await eventually('it is as before', () => isDeepStrictEqual(main(), ordinary));
  });

  it('max_auto_priority raises a process that runs late, up to the highest allowed', async () => {
    const quick = 'version 3\n  advert_int 0.1';
    const auto = 'max_auto_priority 2\n  min_auto_priority_delay 200000';
    const pid = await started(config(auto, quick));
    await daemon.untilStatus('it is MASTER', ({ vrrp }) => vrrp?.instances[0]?.state === 'MASTER');
    for (let stall = 0; stall < 4; stall++) {
      process.kill(pid, 'SIGSTOP');
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.kill(pid, 'SIGCONT');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await eventually('it has the highest that is allowed', () =>
      threads(pid).every(({ policy, realtimePriority }) => policy === RR && realtimePriority === 2),
    );
    // The last time it was late changed nothing, and nothing was said.
    assert.match(daemon.output, /Set realtime priority 1\n(?:.*\n)*?.*Set realtime priority 2\n/);
    assert.equal(daemon.output.match(/Set realtime priority/g)?.length, 2);
  });

  it('SIGXCPU is said once and does not end the process', async () => {
    const pid = await started(config('vrrp_rt_priority 5'));
    process.kill(pid, 'SIGXCPU');
    process.kill(pid, 'SIGXCPU');
    await eventually('it is said', () =>
      /Ran with real-time priority for longer than 0.1 s/.test(daemon.output),
    );
    await daemon.untilStatus('it lives', ({ vrrp }) => vrrp !== undefined);
    assert.equal(daemon.pidOf('vrrp'), pid);
    assert.equal(daemon.output.match(/Ran with real-time priority/g)?.length, 1);
  });
});
