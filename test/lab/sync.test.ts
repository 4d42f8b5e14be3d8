/** lvs_sync_daemon: who is master of the kernel's connection sync, and that tables are warm. */
import assert from 'node:assert/strict';
import type { Director } from './director.js';
import { settled, startDirector, startPair, syncedTo } from './steps.js';
import { labSuite } from './suite.js';

labSuite('connection sync', 'nat', (lab) => {
  const daemons = async (director: Director): Promise<string> =>
    (await director.ipvsadm('-L --daemon')).trim();
  const becomes = (director: Director, state: 'master' | 'backup'): Promise<unknown> =>
    lab().eventually(
      async () =>
        (await daemons(director)).startsWith(`${state} sync daemon (mcast=eth1, syncid=51`),
      5000,
      `${director.name} runs the ${state} daemon`,
    );

  it('the master daemon runs on the MASTER, the backup daemon on the other', async () => {
    const { client, vip } = lab();
    const [a, b] = [lab().director('a'), lab().director('b')];
    await startPair(lab());
    await becomes(a, 'master');
    await becomes(b, 'backup');

    const echo = await client.openEcho(vip);
    await syncedTo(lab(), 'b', (await echo.report()).localPort);
    const [one] = a.connections().filter(({ virtual }) => virtual === `${vip}:7`);
    const [copy] = b.connections().filter(({ virtual }) => virtual === `${vip}:7`);
    assert.deepEqual(copy, one, 'the same connection to the same server');

    await a.stop();
    await becomes(b, 'master');
    assert.equal(await daemons(a), '', 'none is left on a director that stopped');

    startDirector(lab(), 'a', { instance: ['preempt_delay 3'] });
    await syncedTo(lab(), 'a', (await echo.report()).localPort);
    await settled(lab(), 'a', 'b');
    await becomes(a, 'master');
    await becomes(b, 'backup');
    const report = await echo.close();
    assert.equal(report.ended, null, 'it lived through a stop and a return');
    assert.equal(report.wrong, 0);
  });
});
