import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrackFiles } from '../../../src/process/tracking/track-files.js';
import { eventually } from '../daemon.js';
import { silentLogger } from './silent-logger.js';

describe('tracking: files', function () {
  this.timeout(20_000);
  let folder: string;
  let files: TrackFiles;
  let told: [string, number][];
  const path = (name: string): string => join(folder, name);
  const lastIs = (value: number) =>
    eventually(`${value} is told`, () => told.at(-1)?.[1] === value);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-track-'));
    told = [];
    files = new TrackFiles(silentLogger, (name, value) => told.push([name, value]));
  });
  afterEach(() => {
    files.stop();
    rmSync(folder, { recursive: true });
  });

  it('reads what is there, and what is not there as 0', () => {
    writeFileSync(path('a'), '7\n');
    files.configure([
      { name: 'a', path: path('a') },
      { name: 'none', path: path('none') },
    ]);
    assert.deepEqual(told, [
      ['a', 7],
      ['none', 0],
    ]);
    assert.deepEqual([...files.values()], told);
  });

  it('sees it written, replaced, removed and made again', async () => {
    files.configure([{ name: 'a', path: path('a') }]);
    writeFileSync(path('a'), '1');
    await lastIs(1);
    writeFileSync(path('b'), '2');
    renameSync(path('b'), path('a'));
    await lastIs(2);
    rmSync(path('a'));
    await lastIs(0);
    writeFileSync(path('a'), '-3');
    await lastIs(-3);
  });

  it('waits for a folder that does not exist yet', async () => {
    files.configure([{ name: 'a', path: path('later/a') }]);
    assert.deepEqual(told, [['a', 0]]);
    mkdirSync(path('later'));
    writeFileSync(path('later/a'), '5');
    await lastIs(5);
    writeFileSync(path('later/a'), '6');
    await lastIs(6);
  });

  it('a reload keeps what is the same, and forgets what is gone', async () => {
    writeFileSync(path('a'), '1');
    writeFileSync(path('b'), '2');
    files.configure([{ name: 'a', path: path('a') }]);
    files.configure([
      { name: 'a', path: path('a') },
      { name: 'b', path: path('b') },
    ]);
    assert.deepEqual(told, [
      ['a', 1],
      ['b', 2],
    ]);
    files.configure([{ name: 'b', path: path('b') }]);
    assert.deepEqual([...files.values()], [['b', 2]]);
    writeFileSync(path('b'), '9');
    await lastIs(9);
  });
});
