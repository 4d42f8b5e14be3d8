/**
 * keepalived's dump files: those of tandem beside those of a real keepalived with the same
 * configuration, key by key.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../../src/process/dumps.js';
import { SIGNALS } from '../../src/process/signal-numbers.js';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';
import { KeepalivedOracle } from './keepalived-oracle.js';

/** A MASTER (the owner is one at once), and backups that wait for long, so that nothing moves. */
const CONFIG = `
vrrp_script good {
  script "/usr/bin/true a"
  interval 1
  weight 5
}
vrrp_script bad {
  script "/usr/bin/false"
  interval 1
  weight -5
}
vrrp_track_file number {
  file NUMBER
  weight 1
}
vrrp_sync_group G {
  group { VI_2 VI_3 }
  notify_master /usr/bin/true
}
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  priority 150
  advert_int 100
  authentication {
    auth_type PASS
    auth_pass secret1
  }
  virtual_ipaddress {
    192.0.2.100/24 dev v0 label v0:1
    192.0.2.101 brd 192.0.2.255
  }
  virtual_ipaddress_excluded { 192.0.2.102 }
  track_interface { v1 weight 2 }
  track_script {
    good
    bad
  }
  track_file { number }
  notify_master "/usr/bin/true hi"
  notify_backup "/usr/bin/true hi"
  notify_fault "/usr/bin/true hi"
  notify_stop "/usr/bin/true hi"
  notify_master_rx_lower_pri "/usr/bin/true hi"
  notify "/usr/bin/true x"
}
vrrp_instance VI_2 {
  interface v0
  virtual_router_id 52
  priority 255
  virtual_ipaddress { 192.0.2.110/24 }
}
vrrp_instance VI_3 {
  interface v0
  virtual_router_id 53
  priority 255
  version 3
  unicast_src_ip 192.0.2.1
  unicast_peer {
    192.0.2.7
    192.0.2.8
  }
  virtual_ipaddress { 192.0.2.111/24 }
}
vrrp_instance VI_4 {
  interface v0
  virtual_router_id 54
  version 3
  advert_int 40.5
  nopreempt
  virtual_ipaddress { 192.0.2.112/24 }
}
vrrp_instance VI_5 {
  interface v0
  virtual_router_id 55
  priority 20
  advert_int 90
  preempt_delay 5
  track_file { number weight 0 }
  virtual_ipaddress { 192.0.2.113/24 }
}
`;

/** Not in ours: descriptors of sockets, and what 2.4 has no more. */
const NOT_OURS = /^(?:fd_in|Unicast checksum compatibility|Master router)/;

interface Entry {
  readonly data: Readonly<Record<string, unknown>>;
  readonly stats: Readonly<Record<string, unknown>>;
}

describe('the dumps of keepalived', function () {
  this.timeout(60_000);
  let daemon: Daemon;
  let oracle: KeepalivedOracle;
  const path = (name: string): string => join(daemon.directory, name);
  const config = (globals: string): string =>
    `global_defs {\n router_id LB1\n script_user root\n enable_script_security\n vrrp_higher_prio_send_advert no\n${globals}\n}\n` +
    CONFIG.replace('NUMBER', path('number'));

  before(async function () {
    const why = whyNoNamespaces() ?? KeepalivedOracle.whyNot();
    if (why) skip(this, why);
    daemon = new Daemon();
    writeFileSync(path('number'), '3\n');
    writeFileSync(path('ka.conf'), config(''));
    oracle = new KeepalivedOracle(path('ka.conf'), daemon.directory);
    oracle.start();
    daemon.start(
      config(`state_dump_file ${daemon.directory}/
      stats_dump_file ${daemon.directory}/
      json_dump_file ${path('x.json')}`),
    );
    await daemon.untilStatus(
      'everything is settled',
      (status) => {
        const states = status.vrrp?.instances.map(({ state }) => state).join();
        const first = status.vrrp?.instances[0];
        return states === 'BACKUP,MASTER,MASTER,BACKUP,FAULT' && first?.effectivePriority === 155;
      },
      40_000,
    );
    await oracle.settled();
  });
  after(async () => {
    await daemon?.clean();
    await oracle?.stop();
  });

  async function ours(signal: number, file: string): Promise<string> {
    const target = path(file);
    const before = existsSync(target) ? lstatSync(target).ino : undefined;
    daemon.kill(signal);
    await eventually(
      `${file} is written`,
      () => existsSync(target) && lstatSync(target).ino !== before,
    );
    return readFileSync(target, 'utf8');
  }

  it('--signum gives keepalived’s numbers', () => {
    for (const [word, number] of Object.entries(SIGNALS)) {
      assert.equal(
        execFileSync('keepalived', [`--signum=${word}`], { encoding: 'utf8' }),
        `${number}\n`,
      );
    }
  });

  it('JSON: the same keys in the same order, the same types, and the same values but for times and secrets', async () => {
    const theirs = JSON.parse(await oracle.dump(SIGNALS.JSON, 'keepalived.json')) as Entry[];
    const mine = JSON.parse(await ours(SIGNALS.JSON, 'x.json')) as Entry[];
    assert.equal(mine.length, theirs.length);
    theirs.forEach((their, i) => {
      const my = mine[i]!;
      assert.deepEqual(Object.keys(my), Object.keys(their));
      assert.deepEqual(Object.keys(my.data), Object.keys(their.data));
      assert.deepEqual(Object.keys(my.stats), Object.keys(their.stats));
      const { last_transition: myTime, auth_data: mySecret, ...myRest } = my.data;
      const { last_transition: theirTime, auth_data: theirSecret, ...theirRest } = their.data;
      assert.deepEqual(myRest, theirRest);
      assert.ok(Math.abs(Number(myTime) - Number(theirTime)) < 30);
      assert.equal(typeof mySecret, typeof theirSecret);
      for (const [name, value] of Object.entries(my.stats)) {
        assert.equal(typeof value, typeof their.stats[name]);
      }
    });
    assert.doesNotMatch(JSON.stringify(mine), /secret1/);
  });

  it('statistics: the same lines, numbers apart', async () => {
    const theirs = await oracle.dump(SIGNALS.STATS, 'keepalived.stats');
    const mine = await ours(SIGNALS.STATS, 'keepalived.stats');
    assert.equal(mine.replace(/\d+$/gm, 'N'), theirs.replace(/\d+$/gm, 'N'));
  });

  it('statistics are cleared by STATS_CLEAR, after it has written them', async () => {
    const sent = (text: string): number => Number(/VI_2\n.*\n.*\n +Sent: (\d+)/.exec(text)?.[1]);
    await eventually(
      'adverts were sent',
      async () => sent(await ours(SIGNALS.STATS, 'keepalived.stats')) >= 4,
    );
    assert.ok(sent(await ours(SIGNALS.STATS_CLEAR, 'keepalived.stats')) >= 4);
    assert.ok(sent(await ours(SIGNALS.STATS, 'keepalived.stats')) < 4);
  });

  it('state: each instance, group, script and file has keepalived’s lines in keepalived’s order', async () => {
    const theirs = blocks(await oracle.dump(SIGNALS.DATA, 'keepalived.data'));
    const text = await ours(SIGNALS.DATA, 'keepalived.data');
    const mine = blocks(text);
    assert.deepEqual([...mine.keys()], [...theirs.keys()]);
    assert.deepEqual([...mine], [...theirs]);
    assert.doesNotMatch(text, /secret1/);
    assert.match(
      text,
      /^ {3}Last transition = \d+\.\d{6} \(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d{6} \d{4}\)$/m,
    );
  });

  it('the parent’s file has the global definitions, as the state file has them', async () => {
    const theirs = (await oracle.dump(SIGNALS.DATA, 'keepalived_parent.data')).trim().split('\n');
    const mine = (await ours(SIGNALS.DATA, 'keepalived_parent.data')).trim().split('\n');
    assert.ok(mine.length > 35);
    const others = mine.filter((line) => !theirs.includes(line));
    // What is in force, rather than that nothing was written.
    assert.deepEqual(others, [
      ' Gratuitous ARP lower priority delay = 5',
      ' Gratuitous ARP lower priority repeat = 5',
    ]);
    assert.ok(readFileSync(path('keepalived.data'), 'utf8').startsWith(mine.join('\n')));
    // There is no checker.
    assert.equal(existsSync(path('keepalived_check.data')), false);
  });

  it('only the owner may read them', () => {
    assert.equal(lstatSync(path('keepalived.data')).mode & 0o777, 0o600);
  });

  it('the children are not ended by the signals, and open no inspector', async () => {
    const { processes } = await daemon.status();
    for (const { pid } of processes) {
      if (pid === undefined) continue;
      for (const signal of [SIGNALS.DATA, SIGNALS.STATS, SIGNALS.JSON, SIGNALS.STATS_CLEAR]) {
        process.kill(pid, signal);
      }
    }
    const later = await daemon.status();
    assert.deepEqual(later.processes, processes);
    assert.doesNotMatch(daemon.output, /Debugger listening/);
  });

  it('a link in the place of a file is replaced, not followed', () => {
    const victim = path('victim');
    writeFileSync(victim, 'precious');
    for (const link of [path('dump'), `${path('dump')}.${process.pid}`]) symlinkSync(victim, link);
    replaceFile(path('dump'), 'text', 0o600);
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
    assert.equal(readFileSync(path('dump'), 'utf8'), 'text');
    assert.ok(!lstatSync(path('dump')).isSymbolicLink());
  });
});

describe('the dump of the checker', function () {
  this.timeout(60_000);
  const daemon = new Daemon();

  before(function () {
    const why = whyNoNamespaces();
    if (why) skip(this, why);
  });
  after(() => daemon.clean());

  it('is written where there is one, also without a vrrp process', async () => {
    daemon.start(`global_defs {
  state_dump_file ${daemon.directory}/x.data
}
virtual_server 192.0.2.100 80 {
  lvs_sched rr
  lvs_method NAT
  protocol TCP
  real_server 192.0.2.7 80 {
    TCP_CHECK {
    }
  }
}
`);
    const path = (name: string): string => join(daemon.directory, name);
    // It answers before it has been told what to check.
    await daemon.untilStatus(
      'the checker has its configuration',
      ({ checker }) => checker?.virtualServers.length === 1,
    );
    daemon.kill(SIGNALS.DATA);
    await eventually('it is written', () => existsSync(path('keepalived_check.data')));
    const text = readFileSync(path('keepalived_check.data'), 'utf8');
    assert.match(text, /^ \[192\.0\.2\.100\]:tcp:80 -> \[192\.0\.2\.7\]:tcp:80$/m);
    assert.match(text, /^ {3}Keepalive method = TCP_CHECK$/m);
    const parent = readFileSync(path('keepalived_parent.data'), 'utf8');
    assert.ok(text.startsWith(parent));
    assert.equal(existsSync(path('x.data')), false);
    assert.doesNotMatch(daemon.output, /does not answer/);
  });
});

/** The lines of each ` VRRP Instance = X` and the like, with numbers that are times left out. */
function blocks(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    if (/^ (?:VRRP (?:Instance|Sync Group|Script)|Track file) = /.test(line)) {
      current = [];
      found.set(line.trim(), current);
    } else if (!line.startsWith('   ')) current = undefined;
    else if (!NOT_OURS.test(line.trim())) {
      current?.push(
        line
          .replace(/\d{9,}\.\d{6} \(.*\)/, 'TIME')
          .replace(/= \d+ usecs/, '= N usecs')
          .replace(/(Password|Timeout) = .*/, '$1'),
      );
    }
  }
  return found;
}
