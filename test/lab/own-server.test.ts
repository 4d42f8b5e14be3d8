/** A director that is its own real server: as backup it must not schedule again (part 6 of issue 5). */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Agent } from './agent.js';
import type { RealServerOptions } from './agents/real-server.js';
import { directorConfig } from './config-text.js';
import { CHECKOUT } from './director.js';
import { HIGH, LOW, START_TIMEOUT } from './steps.js';
import { labSuite } from './suite.js';

const VIP = '172.25.254.100';
const HTTP = `TCP ${VIP}:80`;
const REQUESTS = 20;

labSuite('own real server', 'pair', (lab) => {
  const directors = () => lab().directors;

  const config = (name: string, globals: readonly string[] = []): string =>
    directorConfig({
      topology: 'pair',
      priority: name === 'a' ? HIGH : LOW,
      sync: true,
      globals,
      virtualServers: [
        `virtual_server ${VIP} 80 {`,
        'protocol TCP',
        'lvs_sched rr',
        'lvs_method DR',
        ...directors().map((each) => `real_server ${each.address()} 80 {\n}`),
        '}',
      ].join('\n'),
    });

  const switches = (): Promise<string[]> =>
    Promise.all(
      directors().map(async (director) =>
        (await director.run('sysctl -n net.ipv4.vs.backup_only')).stdout.trim(),
      ),
    );

  before(async () => {
    for (const director of directors()) {
      // As on any real server of DR: the address is there, and nobody is told.
      await director.run(
        `sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2;
         ip address add ${VIP}/32 dev lo`,
      );
      const agent = await Agent.start(director.netns, 'real-server');
      const options: RealServerOptions = {
        name: director.name,
        certificateFile: path.join(CHECKOUT, 'test/lab/tls/lab-only.crt.pem'),
        keyFile: path.join(CHECKOUT, 'test/lab/tls/lab-only.key.pem'),
        udpAddresses: [],
      };
      await agent.call('start', options);
    }
  });

  it('backup_only is set on both, and each request is answered by whoever was chosen', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    for (const director of [a, b]) director.startTandem(config(director.name));
    await lab().eventually(
      () =>
        a.state() === 'MASTER' &&
        b.state() === 'BACKUP' &&
        [a, b].every((each) => each.servers(HTTP).length === 2),
      START_TIMEOUT,
      'a is MASTER, and both have the service',
    );
    assert.deepEqual(await switches(), ['1', '1']);
    await lab().eventually(
      async () => /backup sync daemon/.test(await b.ipvsadm('-L --daemon')),
      START_TIMEOUT,
      'b receives connections',
    );
    assert.deepEqual(await lab().client.burst({ url: `http://${VIP}/`, count: REQUESTS }), {
      a: REQUESTS / 2,
      b: REQUESTS / 2,
    });
  });

  it('without it the backup schedules again, and packets go round', async () => {
    const [a, b] = [lab().director('a'), lab().director('b')];
    for (const director of [a, b]) {
      director.reload(config(director.name, ['lvs_sysctl backup_only 0']));
    }
    await lab().eventually(
      async () => (await switches()).join() === '0,0',
      START_TIMEOUT,
      'the configuration says 0',
    );
    const before = b.connections().length;
    const tally = await lab().client.burst({ url: `http://${VIP}/`, count: REQUESTS });
    assert.notDeepEqual(tally, { a: REQUESTS / 2, b: REQUESTS / 2 });
    assert.ok(b.connections().length > before, 'the backup has connections of its own');
    for (const director of [a, b]) director.reload(config(director.name));
    await lab().eventually(
      async () => (await switches()).join() === '1,1',
      START_TIMEOUT,
      'without a word of the configuration it is 1 again',
    );
    for (const director of [a, b]) await director.stop();
    assert.deepEqual(await switches(), ['0', '0']);
  });
});
