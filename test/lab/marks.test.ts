/** Firewall marks: 80 and 443 of one address are one service, and a client's two go to one server. */
import assert from 'node:assert/strict';
import { directorConfig } from './config-text.js';
import { ownsAll, START_TIMEOUT, speakTo } from './steps.js';
import { labSuite } from './suite.js';

const VIP = '172.25.254.100';
const TABLE = 'keepalived_ipvs';
const CHAIN = 'TANDEM-MARKS';

/** The group's addresses as one service, by a mark. */
function config(
  entries: readonly string[],
  globals: readonly string[] = ['nftables_ipvs'],
): string {
  const servers = ['192.168.0.10', '192.168.0.20'].map(
    (address) =>
      `    real_server ${address} {\n        TCP_CHECK {\n            connect_port 80\n        }\n    }`,
  );
  const group = `virtual_server_group web {\n    ${entries.join('\n    ')}\n}`;
  const lines = ['lvs_sched rr', 'lvs_method NAT', 'protocol TCP', 'persistence_timeout 300'];
  const server = `virtual_server group web {\n    ${lines.join('\n    ')}\n${servers.join('\n')}\n}`;
  return directorConfig({
    topology: 'nat',
    priority: 150,
    sync: false,
    globals,
    virtualServers: `${group}\n\n${server}`,
  });
}

const WEB = [`${VIP} 80`, `${VIP} 443`];

labSuite('marks: nftables_ipvs', 'nat', (lab) => {
  /** All rules of ours, by nftables or where that cannot by legacy iptables, without their counts. */
  const rules = async (): Promise<string> => {
    const command = `nft list ruleset; iptables-legacy-save -t mangle | grep ${CHAIN}`;
    const { stdout } = await lab().director('a').run(command);
    return stdout.replace(/packets \d+ bytes \d+/g, '');
  };
  const isOver = async (): Promise<boolean> => {
    const text = await rules();
    return !text.includes(TABLE) && !text.includes(CHAIN);
  };

  it('80 and 443 of one address are one service and go to the same server', async () => {
    const a = lab().director('a');
    a.startTandem(config(WEB));
    speakTo(lab(), a);
    await lab().eventually(() => ownsAll(lab(), a), START_TIMEOUT, 'a is MASTER');
    await lab().eventually(
      () => a.table()[0]?.servers.length === 2,
      START_TIMEOUT,
      'the service has its servers',
    );
    assert.equal(a.table().length, 1);
    assert.match(await a.ipvsadm(), /FWM +1000 rr persistent 300/);
    assert.match(await rules(), /172\.25\.254\.100.*\b80\b.* 0x0*3e8/);
    const tallies = [];
    for (const scheme of ['http', 'https', 'http', 'https']) {
      tallies.push(await lab().client.burst({ url: `${scheme}://${VIP}/`, count: 3 }));
    }
    const [server = ''] = Object.keys(tallies[0]!);
    assert.match(server, /^r[12]$/);
    for (const tally of tallies) assert.deepEqual(tally, { [server]: 3 });
  });

  it('a reload adds addresses to the mark, and connections do not notice', async () => {
    const a = lab().director('a');
    a.reload(config([...WEB, `${VIP} 7`]));
    await lab().eventually(
      async () => /\b7\b.* 0x0*3e8/.test(await rules()),
      10_000,
      'port 7',
      300,
    );
    const echo = await lab().client.openEcho(VIP);
    const more = `172.25.254.200-254`;
    a.reload(config([...WEB, `${VIP} 7`, more]));
    const added = async (): Promise<boolean> =>
      /172\.25\.254\.200-172\.25\.254\.254/.test(await rules());
    await lab().eventually(added, 10_000, 'the range', 300);
    const { received } = await echo.report();
    await lab().eventually(async () => (await echo.report()).received > received, 5000, 'it lives');
    assert.equal((await echo.close()).ended, null);
    assert.equal(a.table().length, 1);
  });

  it('after kill -9 the rules are there once, come back when removed, and go at the end', async () => {
    const a = lab().director('a');
    const before = await rules();
    a.kill('all');
    await lab().eventually(() => a.pids().length === 0, START_TIMEOUT, 'all are gone');
    a.startTandem(config([...WEB, `${VIP} 7`, '172.25.254.200-254']));
    await lab().eventually(
      () => ownsAll(lab(), a) && a.table()[0]?.servers.length === 2,
      START_TIMEOUT,
      'a is MASTER again',
    );
    await lab().eventually(async () => (await rules()) === before, 10_000, 'the same rules', 300);
    await a.run(`nft delete table ip ${TABLE}; iptables-legacy -t mangle -F`);
    await lab().eventually(async () => (await rules()) === before, 20_000, 'they are back', 300);
    // Without nftables_ipvs each address is a service.
    a.reload(config(WEB, []));
    await lab().eventually(isOver, 10_000, 'no rules', 300);
    await lab().eventually(
      () => a.service(`TCP ${VIP}:443`) !== undefined,
      START_TIMEOUT,
      'a service for each address',
    );
    a.reload(config(WEB));
    await lab().eventually(async () => !(await isOver()), 10_000, 'rules again', 300);
    await a.stop();
    assert.ok(await isOver());
  });
});
