import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrackScripts } from '../../../src/process/tracking/track-scripts.js';
import type { ScriptSettings } from '../../../src/tracking/settings.js';
import { eventually } from '../daemon.js';
import { silentLogger } from './silent-logger.js';

const MILLI = 1_000;

describe('tracking: scripts', function () {
  this.timeout(30_000);
  let folder: string;
  let scripts: TrackScripts;
  let told: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-track-'));
    told = [];
    scripts = new TrackScripts(silentLogger, (name, up) => told.push(`${name} ${up}`));
  });
  afterEach(() => {
    scripts.stop();
    rmSync(folder, { recursive: true });
  });

  function settings(text: string, overrides: Partial<ScriptSettings> = {}): ScriptSettings {
    return {
      name: 'chk',
      command: { words: ['/bin/sh', '-c', text] },
      interval: 50 * MILLI,
      timeout: 1_000 * MILLI,
      rise: 1,
      fall: 1,
      initFail: false,
      ...overrides,
    };
  }

  it('tells the first result and every change, nothing else', async () => {
    const file = join(folder, 'up');
    writeFileSync(file, '');
    scripts.configure([settings(`test -e ${file}`)]);
    await eventually('up', () => told.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    rmSync(file);
    await eventually('down', () => told.length === 2);
    writeFileSync(file, '');
    await eventually('up again', () => told.length === 3);
    assert.deepEqual(told, ['chk true', 'chk false', 'chk true']);
    assert.deepEqual([...scripts.verdicts()], [['chk', true]]);
  });

  it('with init_fail it is down at once', () => {
    scripts.configure([settings('exit 0', { initFail: true, rise: 100 })]);
    assert.deepEqual(told, ['chk false']);
  });

  it('a script that hangs is down, and runs never pile up', async () => {
    const pids = join(folder, 'pids');
    const text = `trap '' TERM; echo $$ >> ${pids}; while :; do sleep 1; done`;
    scripts.configure([settings(text, { interval: 20 * MILLI, timeout: 100 * MILLI })]);
    await eventually('down', () => told.includes('chk false'));
    const alive = (): number =>
      readFileSync(pids, 'utf8')
        .trim()
        .split('\n')
        .filter((pid) => {
          try {
            return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
          } catch {
            return false;
          }
        }).length;
    await eventually('three runs', () => readFileSync(pids, 'utf8').trim().split('\n').length >= 3);
    assert.ok(alive() <= 1);
    scripts.stop();
    await eventually('none is left', () => alive() === 0);
  });

  it('prints nothing and counts its status only: exit 1 while printing 0', async () => {
    scripts.configure([settings('echo 0; exit 1')]);
    await eventually('down', () => told.length === 1);
    assert.deepEqual(told, ['chk false']);
  });

  it('a reload lets what is the same go on, and starts what changed anew', async () => {
    const runs = join(folder, 'runs');
    const same = settings(`echo >> ${runs}; exit 0`, { interval: 3_600_000 * MILLI });
    scripts.configure([same]);
    await eventually('first run', () => told.length === 1);
    scripts.configure([{ ...same }, settings('exit 1', { name: 'other' })]);
    await eventually('the other', () => told.length === 2);
    assert.deepEqual(told, ['chk true', 'other false']);
    assert.equal(readFileSync(runs, 'utf8'), '\n');
    scripts.configure([{ ...same, fall: 2 }]);
    await eventually('again', () => told.length === 3);
    assert.equal(readFileSync(runs, 'utf8'), '\n\n');
    assert.deepEqual([...scripts.verdicts()], [['chk', true]]);
  });
});
