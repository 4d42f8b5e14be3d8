/** net_namespace: the configuration is checked where the daemon will run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { skip } from '../../support/skip.js';

const NETNS = `tandem-ns-${process.pid}`;
const TANDEMD = fileURLToPath(new URL('../../../../bin/tandemd', import.meta.url));

describe('process: net_namespace', function () {
  this.timeout(60_000);
  let folder = '';

  before(function () {
    for (const command of [
      `ip netns add ${NETNS}`,
      `ip -n ${NETNS} link add nsonly0 type veth peer name nsonly1`,
    ]) {
      const [program = '', ...args] = command.split(' ');
      if (spawnSync(program, args).status !== 0) skip(this, `needs a kernel that can: ${command}`);
    }
    folder = mkdtempSync(path.join(tmpdir(), 'tandem-ns-'));
  });

  after(() => {
    spawnSync('ip', ['netns', 'del', NETNS]);
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  const test = (first: string): { status: number | null; text: string } => {
    const file = path.join(folder, 'director.conf');
    writeFileSync(
      file,
      `${first}\nvrrp_instance VI_1 {\ninterface nsonly0\nvirtual_router_id 51\nvirtual_ipaddress {\n192.0.2.1/24\n}\n}\n`,
    );
    const { status, stderr } = spawnSync(TANDEMD, ['-t', '-f', file], { encoding: 'utf8' });
    return { status, text: stderr };
  };

  it('an interface that is only there is found with it, and not without', () => {
    assert.equal(test(`net_namespace ${NETNS}`).status, 0);
    const without = test('');
    assert.notEqual(without.status, 0);
    assert.match(without.text, /nsonly0/);
  });
});
