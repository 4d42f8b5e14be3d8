/** `reload_time_file`, `reload_repeat`, `reload_file` and `child_wait_time`, of a whole daemon. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../support/skip.js';
import { Daemon, eventually, whyNoNamespaces } from './daemon.js';

const INSTANCE = `
vrrp_instance VI_1 {
  interface v0
  virtual_router_id 51
  virtual_ipaddress { 192.0.2.100/24 }
}
`;

/** In local time, as the daemon has it. */
function inMillis(millis: number): string {
  return new Date(Date.now() + millis).toTimeString().slice(0, 8);
}

describe('reloads by files', function () {
  this.timeout(60_000);
  let daemon: Daemon;
  let when: string;
  before(function () {
    const why = whyNoNamespaces();
    if (why) skip(this, why);
  });
  beforeEach(() => {
    daemon = new Daemon();
    when = join(daemon.directory, 'when');
  });
  afterEach(() => daemon.clean());

  const start = async (globals: string): Promise<void> => {
    daemon.start(`global_defs {\n${globals}\n}\n${INSTANCE}`);
    await daemon.untilStatus('ready', (status) => status.ready);
  };

  it('reload_time_file: at its time, and the file is gone', async () => {
    await start(`reload_time_file ${when}`);
    writeFileSync(when, `${inMillis(2_000)}\n`);
    await eventually('it is told', () => /Reload scheduled at 20/.test(daemon.output));
    await daemon.untilStatus('reloaded', (status) => status.generation === 2);
    assert.equal(existsSync(when), false);
  });

  it('a time that is changed or taken away counts; one that is none is told', async () => {
    await start(`reload_time_file ${when}`);
    writeFileSync(when, `${inMillis(3_600_000)}\n`);
    await eventually('it is told', () => /Reload scheduled at 20/.test(daemon.output));
    writeFileSync(when, 'soon\n');
    await eventually('it is none', () => /its first line is no time/.test(daemon.output));
    assert.match(daemon.output, /Scheduled reload cancelled/);
    assert.equal((await daemon.status()).generation, 1);
  });

  it('reload_repeat: the file stays, and says tomorrow', async () => {
    writeFileSync(when, `${inMillis(5_000)}\n`);
    await start(`reload_time_file ${when}\nreload_repeat`);
    await daemon.untilStatus('reloaded', (status) => status.generation === 2);
    assert.ok(existsSync(when));
    const told = () => daemon.output.match(/Reload scheduled at/g)?.length;
    await eventually('the next one is planned', () => told() === 2);
  });

  it('reload_file: emptied at the beginning of a reload, gone after it', async () => {
    const folder = join(daemon.directory, 'mark');
    const mark = join(folder, 'now');
    mkdirSync(folder);
    await start(`reload_file ${mark}`);
    assert.equal(existsSync(mark), false);
    const seen: string[] = [];
    const watcher = watch(folder, (event) => seen.push(event));
    try {
      writeFileSync(mark, 'I write');
      daemon.kill('SIGHUP');
      await eventually('it is gone', () => !existsSync(mark));
      await daemon.untilStatus('reloaded', (status) => status.generation === 2);
      // Without one of ours it is made, and goes as well.
      const before = seen.length;
      const { mtimeMs } = statSync(folder);
      daemon.kill('SIGHUP');
      await daemon.untilStatus('again', (status) => status.generation === 3);
      await eventually('it came and went', () => seen.length > before);
      assert.equal(existsSync(mark), false);
      assert.ok(statSync(folder).mtimeMs > mtimeMs);
    } finally {
      watcher.close();
    }
  });

  it('child_wait_time: a process that hangs is killed after so long', async () => {
    daemon.start(`child_wait_time 4\n${INSTANCE}`);
    await daemon.untilStatus('ready', (status) => status.ready);
    process.kill(daemon.pidOf('vrrp') as number, 'SIGSTOP');
    const begun = Date.now();
    daemon.kill('SIGTERM');
    assert.equal(await daemon.ended(30_000), 0);
    assert.ok(Date.now() - begun >= 4_000);
  });
});
