/** Real processes, and the kernel that tells of them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../../src/base/log.js';
import { TrackProcesses } from '../../../src/process/tracking/track-processes.js';
import type { ProcessSettings } from '../../../src/tracking/settings.js';
import { skip } from '../../support/skip.js';
import { eventually, NOISE } from '../daemon.js';
import { silentLogger } from './silent-logger.js';

const MILLI = 1_000;

describe('tracking: processes, by the process connector', function () {
  this.timeout(30_000);
  let folder: string;
  let program: string;
  let told: string[];
  let warnings: string[];
  let tracked: TrackProcesses;
  let children: ChildProcess[];

  before(function () {
    if (process.getuid?.() !== 0) skip(this, 'the process connector is for root');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-proc-'));
    // A name of its own, that no other process of the machine has.
    program = join(folder, `tp${process.pid}`);
    copyFileSync('/bin/sleep', program);
    told = [];
    warnings = [];
    const logger: Logger = { ...silentLogger, warning: (_, text) => warnings.push(text) };
    tracked = new TrackProcesses(logger, (name, up) => told.push(`${name} ${up}`));
    children = [];
  });
  afterEach(() => {
    tracked.stop();
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  function settings(overrides: Partial<ProcessSettings> = {}): ProcessSettings {
    return {
      name: 'p',
      program: `tp${process.pid}`,
      parameters: [],
      parameterMatch: 'none',
      fullCommand: false,
      quorum: 1,
      forkDelay: 0,
      terminateDelay: 0,
      ...overrides,
    };
  }

  function run(...words: readonly string[]): ChildProcess {
    const child = spawn(program, words, { stdio: 'ignore' });
    children.push(child);
    return child;
  }

  /** Whether this machine has the connector; without it only the fall-back is there. */
  function needsEvents(context: Mocha.Context): void {
    if (warnings.length > 0) skip(context, `no process events here: ${warnings[0]}`);
  }

  it('finds what runs already, and tells of the end and of the next start', async () => {
    const child = run('60');
    await eventually('started', () => child.pid !== undefined);
    tracked.configure([settings()]);
    assert.deepEqual(told, ['p true']);
    child.kill();
    await eventually('down', () => told.length === 2);
    run('60');
    await eventually('up', () => told.length === 3);
    assert.deepEqual(told, ['p true', 'p false', 'p true']);
  });

  it('within 50 ms of the end, without reading /proc again', async function () {
    const child = run('60');
    tracked.configure([settings()]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    needsEvents(this);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
    const from = Date.now();
    await eventually('down', () => told.at(-1) === 'p false');
    // Polling would need half a second on average.
    assert.ok(Date.now() - from < 250, `told after ${Date.now() - from} ms`);
  }).retries(NOISE);

  it('compares the command line where it has to', async () => {
    const one = settings({
      program,
      fullCommand: true,
      parameterMatch: 'exact',
      parameters: ['61'],
    });
    tracked.configure([one]);
    run('60');
    run('61');
    await eventually('up', () => told.length === 2);
    assert.deepEqual(told, ['p false', 'p true']);
  });

  it('counts the forks of a shell, and forgets them when they run something else', async function () {
    copyFileSync('/bin/sh', `${program}s`);
    const shell = settings({ program: `tp${process.pid}s`, quorum: 2 });
    tracked.configure([shell]);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    needsEvents(this);
    // Two shells until a line comes, and one when the second has become something else.
    const script = 'exec 3<&0; (read line <&3; exec /bin/sleep 60) & wait';
    const child = spawn(`${program}s`, ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'] });
    children.push(child);
    assert.deepEqual(told, ['p false']);
    await eventually('two', () => told.includes('p true'));
    child.stdin?.write('\n');
    await eventually('one', () => told.at(-1) === 'p false');
  });

  it('a restart within the delay is told to nobody', async () => {
    const child = run('60');
    await eventually('started', () => child.pid !== undefined);
    tracked.configure([settings({ terminateDelay: 2_000 * MILLI })]);
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await exited;
    run('60');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    assert.deepEqual(told, ['p true']);
  });

  it('a reload keeps what is the same, and counts what is new', async () => {
    run('60');
    await eventually('started', () => children[0]?.pid !== undefined);
    tracked.configure([settings()]);
    tracked.configure([settings(), settings({ name: 'q', quorum: 2 })]);
    assert.deepEqual(told, ['p true', 'q false']);
    assert.deepEqual(
      [...tracked.verdicts()],
      [
        ['p', true],
        ['q', false],
      ],
    );
    run('60');
    await eventually('two', () => told.at(-1) === 'q true');
    tracked.configure([]);
    assert.deepEqual([...tracked.verdicts()], []);
  });
});
