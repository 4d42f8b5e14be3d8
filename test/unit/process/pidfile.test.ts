import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runningPid, writePidFile } from '../../../src/process/pidfile.js';

describe('pid files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-pidfile-'));
  const file = join(folder, 'main.pid');
  after(() => rmSync(folder, { recursive: true }));

  it('names a process that lives', () => {
    writePidFile(file, process.ppid);
    assert.equal(runningPid(file), process.ppid);
  });

  it('names nobody when the process is gone, is this one, or the file is none', () => {
    writePidFile(file, spawnSync('true').pid);
    assert.equal(runningPid(file), undefined);
    writePidFile(file, process.pid);
    assert.equal(runningPid(file), undefined);
    assert.equal(runningPid(join(folder, 'nothing')), undefined);
  });

  it('names nobody when the process has ended and its parent does not ask how', async () => {
    // What `sh` becomes does not know of the child that it has inherited.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [said] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(said.toString());
      const isZombie = (): boolean =>
        /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
      for (let i = 0; i < 200 && !isZombie(); i++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assert.ok(isZombie());
      writePidFile(file, pid);
      assert.equal(runningPid(file), undefined);
    } finally {
      parent.kill('SIGKILL');
    }
  });
});
