import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runScript } from '../../../src/process/scripts/run-script.js';
import { findGroup, findUser } from '../../../src/process/scripts/users.js';
import type { CommandSettings } from '../../../src/tracking/settings.js';
import { skip } from '../../support/skip.js';
import { eventually } from '../daemon.js';

const ENV = { PATH: process.env['PATH'] };

describe('scripts: one run', function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-script-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A shell script that is run by the file's name. */
  function script(text: string): CommandSettings {
    const path = join(folder, 'script');
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return { words: [path] };
  }

  function isAlive(pid: number): boolean {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  }

  it('gives the status', async () => {
    for (const status of [0, 1, 42, 255]) {
      const run = runScript(script(`exit ${status}`), 5_000, ENV);
      assert.deepEqual(await run.outcome, { kind: 'exited', status });
      await run.ended;
    }
  });

  it('gives each argument as it is, without a shell', async () => {
    const { words } = script(`printf '%s|' "$@" > ${folder}/out`);
    const given = ['a b', '$HOME', '; exit 1', '', '*'];
    await runScript({ words: [words[0], ...given] }, 5_000, ENV).outcome;
    assert.equal(readFileSync(`${folder}/out`, 'utf8'), `${given.join('|')}|`);
  });

  it('says what cannot be started', async () => {
    const missing = runScript({ words: [join(folder, 'none')] }, 5_000, ENV);
    assert.deepEqual(await missing.outcome, { kind: 'not-started', reason: 'not found' });
    writeFileSync(join(folder, 'plain'), 'exit 0', { mode: 0o644 });
    const plain = runScript({ words: [join(folder, 'plain')] }, 5_000, ENV);
    assert.deepEqual(await plain.outcome, { kind: 'not-started', reason: 'not executable' });
  });

  it('a signal is told', async () => {
    const run = runScript(script('kill -USR1 $$'), 5_000, ENV);
    assert.deepEqual(await run.outcome, { kind: 'killed', signal: 'SIGUSR1' });
  });

  it('a timeout ends the whole group, also what ignores SIGTERM', async () => {
    const run = runScript(
      script(`trap '' TERM\nsleep 60 &\necho $! > ${folder}/child\nwhile :; do sleep 1; done`),
      300,
      ENV,
    );
    assert.deepEqual(await run.outcome, { kind: 'timeout' });
    await run.ended;
    const child = Number(readFileSync(`${folder}/child`, 'utf8'));
    await eventually('the child is gone', () => !isAlive(child));
  });

  it('does not wait for a child that stays behind with the output open', async () => {
    const run = runScript(script(`sleep 60 &\necho $! > ${folder}/child\nexit 3`), 5_000, ENV);
    assert.deepEqual(await run.outcome, { kind: 'exited', status: 3 });
    await run.ended;
    process.kill(Number(readFileSync(`${folder}/child`, 'utf8')));
  });

  it('can be stopped', async () => {
    const run = runScript(script('sleep 60'), 60_000, ENV);
    await new Promise((resolve) => setTimeout(resolve, 100));
    run.stop();
    assert.deepEqual(await run.outcome, { kind: 'killed', signal: 'SIGTERM' });
  });

  it('runs as its user', async function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can become another user');
    const nobody = findUser('nobody');
    assert.ok(nobody);
    assert.equal(findUser(`${nobody.uid}`)?.name, 'nobody');
    assert.equal(findUser('no-such-user'), undefined);
    assert.equal(findGroup('root'), 0);
    assert.equal(findGroup('no-such-group'), undefined);
    const { uid, gid } = nobody;
    for (const supplementaryGroups of [false, true]) {
      const run = runScript(
        {
          words: ['/bin/sh', '-c', `[ "$(id -u):$(id -g):$(id -G)" = "${uid}:${gid}:${gid}" ]`],
          user: { uid, gid, supplementaryGroups },
        },
        5_000,
        ENV,
      );
      assert.deepEqual(await run.outcome, { kind: 'exited', status: 0 });
    }
  });

  it('says that it may not become its user, and runs as the one that it is', function () {
    if (process.getuid?.() !== 0) skip(this, 'only root has what is taken away here');
    const module = new URL('../../../src/process/scripts/run-script.js', import.meta.url);
    const program = `import(${JSON.stringify(module.href)}).then(async ({ runScript }) => {
      for (const id of [65534, 0]) {
        const user = { uid: id, gid: id, supplementaryGroups: false };
        const { outcome } = runScript({ words: ['/bin/sh', '-c', 'exit 4'], user }, 5000, {});
        console.log(JSON.stringify(await outcome));
      }
    })`;
    const taken = ['--bounding-set', '-setuid,-setgid', '--', process.execPath, '-e', program];
    const { stdout, stderr } = spawnSync('setpriv', taken, { encoding: 'utf8' });
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        {
          kind: 'not-started',
          reason: 'not allowed to run as user 65534, group 65534: no CAP_SETUID and CAP_SETGID',
        },
        { kind: 'exited', status: 4 },
      ],
      stderr,
    );
  });
});
