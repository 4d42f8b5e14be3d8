/** SIGHUP: what changed is changed, what did not is not touched, and a bad file changes nothing. */
import assert from 'node:assert/strict';
import { now, sleep } from './clock.js';
import type { Director } from './director.js';
import { pairConfig, settled, startPair } from './steps.js';
import { labSuite } from './suite.js';

const ECHO = 'TCP 172.25.254.100:7';
const HTTP = 'TCP 172.25.254.100:80';
const SECOND_VIP = '172.25.254.101';

labSuite('reload', 'nat', (lab) => {
  it('a good one adds and removes, and a running connection does not notice', async () => {
    const { vip, client } = lab();
    const a = lab().director('a');
    await startPair(lab());
    const echo = await client.openEcho(vip);
    const pids = [a.pidOf('main'), a.pidOf('vrrp'), a.pidOf('checker')];

    const config = pairConfig(lab(), 'a');
    a.reload(
      config
        .replace(`${vip}/24 dev eth0`, `${vip}/24 dev eth0\n        ${SECOND_VIP}/24 dev eth0`)
        .replaceAll('weight 1', 'weight 3'),
    );
    await lab().eventually(() => a.holds(SECOND_VIP), 5000, 'the second address');
    await lab().eventually(
      () => a.service(HTTP)?.servers.every(({ weight }) => weight === 3),
      5000,
      'the new weights',
    );
    assert.ok(a.holds(vip));
    assert.equal(
      lab()
        .capture.adverts('a')
        .some(({ priority }) => priority === 0),
      false,
    );

    a.reload(config.replace(/real_server 192\.168\.0\.20 80 \{[\s\S]*?\n {4}\}\n/, ''));
    await lab().eventually(() => !a.holds(SECOND_VIP), 5000, 'the second address is gone');
    await lab().eventually(() => a.servers(HTTP).length === 1, 5000, 'r2 is gone from the service');
    assert.equal(a.servers(ECHO).length, 2);
    assert.deepEqual([a.pidOf('main'), a.pidOf('vrrp'), a.pidOf('checker')], pids);

    a.reload(config);
    await settled(lab(), 'a', 'b');
    const report = await echo.close();
    assert.equal(report.ended, null);
    assert.equal(report.wrong, 0);
    // A lost packet is sent again within a second; a busy machine takes longer.
    assert.ok(report.longestGap < 3000, `${report.longestGap} ms`);
  });

  it('a bad one changes nothing and is reported', async () => {
    const a = lab().director('a');
    const good = pairConfig(lab(), 'a');
    const bad: Readonly<Record<string, string>> = {
      'unknown keyword': good.replace('advert_int 1', 'advert_intt 1'),
      'missing brace': good.trimEnd().slice(0, -1),
      'missing interface': good.replaceAll('interface eth0', 'interface eth9'),
      'duplicate VRID': good
        .replace('virtual_router_id 52', 'virtual_router_id 51')
        .replaceAll('eth1', 'eth0'),
    };
    const before = same(a);
    for (const [what, text] of Object.entries(bad)) {
      const since = now();
      const told = a.logs().length;
      a.reload(text);
      await lab().eventually(
        () => /director\.conf:\d+:\d+/.test(a.logs().slice(told)),
        5000,
        `${what}: reported with its place`,
      );
      await sleep(1200);
      assert.deepEqual(same(a), before, what);
      const adverts = lab().capture.adverts('a', since);
      assert.ok(adverts.length > 0 && adverts.every(({ priority }) => priority === 150), what);
      const tested = await a.tandem('tandemd', ['-t', '-f', a.configFile]);
      assert.notEqual(tested.code, 0, `tandemd -t: ${what}`);
      assert.match(tested.stderr, /director\.conf:\d+:\d+/, what);
    }
    assert.equal((await a.status()).lastReload?.accepted, false);
    a.reload(good);
    await lab().eventually(async () => (await a.status()).lastReload?.accepted, 5000, 'good again');
  });

  /** Services, servers and addresses without the counters. */
  function same(director: Director): unknown {
    return {
      addresses: director.addresses().toSorted(),
      table: director.table().map(({ name, scheduler, servers }) => ({
        name,
        scheduler,
        servers: servers.map(({ active: _a, inactive: _i, ...server }) => server),
      })),
    };
  }
});
