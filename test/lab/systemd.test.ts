/** The units as they are shipped, under a real systemd: what it starts, ends, limits and takes back. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { skip } from '../support/skip.js';
import { type Millis, sleep } from './clock.js';
import { CHECKOUT } from './director.js';
import { must, run } from './program.js';
import { SystemdMachine } from './systemd-machine.js';

const DIRECTOR = 'systemd-a';
const PEER = 'systemd-b';
const VIP = '192.0.2.100';
const CONF = '/etc/tandem/tandem.conf';
const DROP_INS = '/run/systemd/system/tandemd.service.d';
const CHECK = 'vrrp_script check {\n script /usr/local/bin/check\n interval 1\n user nobody\n}';

interface Written {
  readonly vips?: readonly string[];
  readonly top?: string;
  readonly before?: string;
  readonly instance?: string;
}

/** A director that is alone, with one service. */
function config({ vips = [VIP], top = '', before = '', instance = '' }: Written = {}): string {
  return `${top}
global_defs {
  router_id a
  vrrp_version 3
}
${before}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.2
  virtual_ipaddress {
    ${vips.join('\n    ')}
  }
  ${instance}
}
virtual_server ${VIP} 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.2 80 {
    weight 3
  }
}
`;
}

describe('systemd', function () {
  this.timeout(180_000);
  let machine: SystemdMachine | undefined;

  const on = (): SystemdMachine => {
    if (!machine) throw new Error('no machine');
    return machine;
  };
  const holds = async (address: string): Promise<boolean> =>
    (await on().must('ip -o address show dev eth0')).includes(` ${address}/`);
  const table = (): Promise<string> => on().must('ipvsadm -Sn');
  const until = async (
    what: string,
    holdsTrue: () => Promise<boolean>,
    limit: Millis = 60_000,
  ): Promise<void> => {
    const deadline = Date.now() + limit;
    while (!(await holdsTrue())) {
      if (Date.now() > deadline) {
        assert.fail(`not within ${limit} ms: ${what}\n${await on().journal()}`);
      }
      await sleep(100);
    }
  };
  /** The journal of tandemd has it, or gets it: journald reads what is written when it has its turn. */
  const logged = (text: RegExp, only = ''): Promise<void> =>
    until(`${text} is logged`, async () =>
      text.test(await on().must(`journalctl -b --no-pager -o cat -u tandemd ${only}`)),
    );
  const hasService = (): Promise<void> =>
    until('it has the service', async () =>
      /-a -t 192\.0\.2\.100:80 -r 192\.0\.2\.2:80 -g -w 3/.test(await table()),
    );
  const isWaiting = async (): Promise<boolean> =>
    (await on().property('tandemd', 'SubState')) === 'auto-restart';
  const stop = (): Promise<string> =>
    on().must('systemctl stop tandemd; systemctl reset-failed tandemd 2> /dev/null || true');
  const dropIn = async (text: string): Promise<void> => {
    await on().write(`${DROP_INS}/lab.conf`, text);
    await on().must('systemctl daemon-reload');
  };

  before(async function () {
    if (process.env['TANDEM_IN_LAB'] !== '1') skip(this, 'needs the lab kernel');
    for (const name of [DIRECTOR, PEER]) {
      await must(['ip', 'netns', 'add', name]);
      await must(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
    }
    const cable = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', PEER];
    await must(['ip', '-n', DIRECTOR, 'link', 'add', 'eth0', ...cable]);
    for (const [at, name] of [DIRECTOR, PEER].entries()) {
      await must(['ip', '-n', name, 'address', 'add', `192.0.2.${at + 1}/24`, 'dev', 'eth0']);
      await must(['ip', '-n', name, 'link', 'set', 'eth0', 'up']);
    }
    machine = await SystemdMachine.boot(DIRECTOR);
  });

  after(async () => {
    await machine?.close();
    for (const name of [DIRECTOR, PEER]) await run(['ip', 'netns', 'delete', name]);
  });

  describe('tandemd.service', () => {
    beforeEach(async () => {
      await on().write(CONF, config());
    });

    afterEach(async () => {
      await stop();
      await on().must(`rm -rf ${DROP_INS} && systemctl daemon-reload`);
    });

    it('is started when it is ready, and says what it is', async () => {
      await on().must('systemctl start tandemd');
      assert.equal(await on().property('tandemd', 'ActiveState'), 'active');
      const main = await on().property('tandemd', 'MainPID');
      assert.equal((await on().must('cat /run/tandem/tandemd.pid')).trim(), main);
      await until('it has the address', () => holds(VIP));
      await hasService();
      await logged(/Entering MASTER STATE/);
    });

    it('a reload comes into force; a bad one fails, and changes nothing', async () => {
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      await on().write(CONF, config({ vips: [VIP, '192.0.2.101'] }));
      await on().must('systemctl reload tandemd');
      await until('it has the second address', () => holds('192.0.2.101'));
      await on().write(CONF, config({ vips: ['192.0.2.1000'] }));
      assert.notEqual((await on().run('systemctl reload tandemd')).code, 0);
      await logged(/reload rejected.*is unchanged/);
      assert.equal(await on().property('tandemd', 'ActiveState'), 'active');
      assert.deepEqual(await Promise.all([VIP, '192.0.2.101'].map(holds)), [true, true]);
    });

    it('all processes killed: the address is withdrawn, the table stays, and it runs again', async () => {
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      await hasService();
      const before = await table();
      // Long enough to look at what is there between the two.
      await dropIn('[Service]\nRestartSec=3s\n');
      await on().must('systemctl kill -s KILL tandemd');
      await until('it waits', isWaiting);
      assert.equal(await holds(VIP), false);
      assert.equal(await table(), before);
      await until('it has the address again', () => holds(VIP));
      assert.equal(await on().property('tandemd', 'NRestarts'), '1');
    });

    it('a supervisor that hangs is ended by the watchdog, and runs again', async () => {
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      const main = await on().property('tandemd', 'MainPID');
      await on().must(`kill -STOP ${main}`);
      await until(
        'another process is the supervisor',
        async () => !['0', main].includes(await on().property('tandemd', 'MainPID')),
      );
      await logged(/Watchdog timeout/i);
      await until('it has the address again', () => holds(VIP));
      assert.equal(await on().property('tandemd', 'NRestarts'), '1');
    });

    it('a stop leaves nothing, and is no failure', async () => {
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      await on().must('systemctl stop tandemd');
      assert.equal(await holds(VIP), false);
      assert.equal(await table(), '');
      assert.equal(await on().property('tandemd', 'Result'), 'success');
      assert.equal(await on().property('tandemd', 'ActiveState'), 'inactive');
    });

    it('a wrong configuration: status 3, and tried again until it is right', async () => {
      // Long enough to look at how it ended.
      await dropIn('[Service]\nRestartSec=3s\n');
      await on().write(CONF, config({ vips: ['192.0.2.1000'] }));
      assert.notEqual((await on().run('systemctl start tandemd')).code, 0);
      assert.equal(await on().property('tandemd', 'ExecMainStatus'), '3');
      await logged(/tandem\.conf:\d+:\d+: error: '192\.0\.2\.1000' is not an IP address/, '-p err');
      await on().write(CONF, config());
      await until('it has the address', () => holds(VIP));
    });

    it('scripts run as their users and may do what root may; a stop waits for them', async () => {
      const told = '/etc/notified';
      const notify = `#!/bin/sh
case $3 in
MASTER)
  id -un > ${told}
  su nobody -s /bin/sh -c 'id -un' >> ${told}
  chown nobody ${told}
  ip netns add made-by-notify
  cat /proc/self/oom_score_adj >> ${told}
  echo made >> ${told} ;;
STOP)
  sleep 2
  echo stopped >> ${told} ;;
esac
`;
      await on().write('/etc/tandem/notify', notify, 0o755);
      await on().write('/usr/local/bin/check', '#!/bin/sh\nid -un >> /tmp/checked\n', 0o755);
      await on().write(
        CONF,
        config({
          before: CHECK,
          instance: 'track_script {\n check\n}\nnotify "/etc/tandem/notify" root',
        }),
      );
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      // A line of each run, the first of which had to be good before the address came.
      assert.match(await on().must('cat /tmp/checked'), /^(nobody\n)+$/);
      await until('the script is done', async () =>
        (await on().run(`cat ${told}`)).stdout.includes('made'),
      );
      await on().must('systemctl stop tandemd');
      assert.equal(await on().must(`cat ${told}`), 'root\nnobody\n0\nmade\nstopped\n');
      // Seen from outside as well: the unit has no mounts of its own.
      assert.match(await on().must('ip netns'), /made-by-notify/);
    });

    it('net_namespace: the addresses are in another one', async () => {
      for (const words of [
        'netns add other',
        'link add other0 type veth peer name eth0 netns other',
        'link set other0 up',
        '-n other link set eth0 up',
        '-n other address add 192.0.2.1/24 dev eth0',
      ]) {
        await on().must(`ip ${words}`);
      }
      const there = () => on().must('ip -n other -o address show');
      await on().write(CONF, config({ top: 'net_namespace other' }));
      await on().must('systemctl start tandemd');
      await until('it has the address', async () => (await there()).includes(` ${VIP}/`));
      assert.equal(await holds(VIP), false);
      await on().must('systemctl stop tandemd');
      assert.doesNotMatch(await there(), new RegExp(VIP));
    });

    it('keepalived in its place, and it in keepalived’s: starting one stops the other', async () => {
      await on().write('/etc/keepalived/keepalived.conf', config());
      const units = ['tandemd', 'keepalived'];
      for (const unit of [...units, 'tandemd']) {
        await on().must(`systemctl start ${unit}`);
        await until(`${unit} has the address`, () => holds(VIP));
        const states = await Promise.all(units.map((each) => on().property(each, 'ActiveState')));
        assert.deepEqual(
          states,
          units.map((each) => (each === unit ? 'active' : 'inactive')),
        );
        await hasService();
      }
    });

    it('takes options from /etc/default, and with them finds what to release', async () => {
      await on().write('/etc/default/tandemd', 'OPTIONS=--log-detail -f /etc/tandem/web.conf\n');
      await on().must('rm /etc/tandem/tandem.conf');
      await on().write('/etc/tandem/web.conf', `instance web\n${config()}`);
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      assert.match(await on().must('tandem status --instance web'), /VI_1/);
      await dropIn('[Service]\nRestartSec=3s\n');
      await on().must('systemctl kill -s KILL tandemd');
      await until('it waits', isWaiting);
      assert.equal(await holds(VIP), false);
      await on().must('rm /etc/default/tandemd');
    });

    it('hardened it is a director, and says what it may not do', async () => {
      await dropIn(readFileSync(path.join(CHECKOUT, 'systemd/hardening.conf'), 'utf8'));
      await on().write(CONF, config({ before: CHECK }));
      await on().must('systemctl start tandemd');
      await until('it has the address', () => holds(VIP));
      await hasService();
      await on().write(CONF, config({ before: CHECK, instance: 'track_script {\n check\n}' }));
      await on().must('systemctl reload tandemd');
      await logged(/not allowed to run as user 65534/);
      await on().write(CONF, config({ top: 'net_namespace other' }));
      await stop();
      assert.notEqual((await on().run('systemctl start tandemd')).code, 0);
      await logged(
        /cannot enter net_namespace other: setns: EPERM: it takes CAP_SYS_ADMIN/,
        '-p err',
      );
    });
  });

  describe('tandem-realserver.service', () => {
    it('puts the addresses on lo, and takes them back; one that comes late is waited for', async () => {
      const unit = 'tandem-realserver';
      const tunnel = 'real_server 192.0.2.9 81 {\n lvs_method TUN type gue port 6080\n}\n';
      const servers = config().replace('real_server 192.0.2.2', `${tunnel}real_server 192.0.2.9`);
      await on().write(CONF, servers);
      const sysctls = ['arp_ignore', 'arp_announce'].map((name) => `net.ipv4.conf.all.${name}`);
      const state = (): Promise<string> =>
        on().must(
          `ip -o -4 address show dev lo; sysctl ${sysctls.join(' ')}; ip fou show 2> /dev/null | grep port; true`,
        );
      const before = await state();
      await on().run(`systemctl start ${unit}`);
      assert.equal(await state(), before);
      await on().must('ip address add 192.0.2.9/24 dev eth0');
      await until('it is up', async () => (await on().property(unit, 'ActiveState')) === 'active');
      assert.match(
        await state(),
        new RegExp(`${VIP}/32[^]*arp_ignore = 1[^]*arp_announce = 2[^]*port 6080 gue`),
      );
      await on().must(`systemctl reload ${unit}`);
      assert.match(await state(), new RegExp(`${VIP}/32`));
      await on().must(`systemctl stop ${unit}`);
      assert.equal(await state(), before);
    });
  });
});
