/**
 * Scenario 16: scripts that are traps, 1,000 runs in all. Each verdict is right and stays so, and no
 * processes pile up.
 */
import assert from 'node:assert/strict';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrackScripts } from '../../../src/process/tracking/track-scripts.js';
import type { ScriptSettings } from '../../../src/tracking/settings.js';
import { eventually } from '../daemon.js';
import { silentLogger } from './silent-logger.js';

const MILLI = 1_000;
const SECONDS = 1_000_000;

interface Trap {
  readonly name: string;
  /** Each run leaves one more byte in the file that is its `$0`. */
  readonly script: string;
  readonly good: boolean;
  readonly runs: number;
  readonly overrides?: Partial<ScriptSettings>;
  /** The most processes of it that may be there at a time. */
  readonly most: number;
}

const COUNT = 'export TRAP="$0"; printf . >> "$0"; ';
/** Enough for a start on a busy machine, little enough for the scripts that hang. */
const SHORT = { timeout: 300 * MILLI };

const TRAPS: readonly Trap[] = [
  {
    name: 'prints 0 and exits 1',
    script: `${COUNT}echo 0; exit 1`,
    good: false,
    runs: 300,
    most: 1,
  },
  {
    name: 'prints 1 and exits 0',
    script: `${COUNT}echo 1; exit 0`,
    good: true,
    runs: 300,
    most: 1,
  },
  {
    name: 'leaves a child that keeps its output open',
    script: `${COUNT}sleep 0.5 & exit 0`,
    good: true,
    runs: 200,
    // They live half a second each, and nobody waits for them.
    most: 200,
  },
  {
    name: 'takes longer than the interval',
    script: `${COUNT}sleep 0.05; exit 0`,
    good: true,
    runs: 170,
    overrides: { interval: MILLI },
    most: 2,
  },
  { name: 'hangs', script: `${COUNT}sleep 61`, good: false, runs: 20, overrides: SHORT, most: 2 },
  {
    name: 'ignores SIGTERM',
    script: `trap "" TERM; ${COUNT}while :; do sleep 61; done`,
    good: false,
    runs: 10,
    overrides: SHORT,
    most: 2,
  },
];

describe('tracking: scenario 16, script traps', function () {
  this.timeout(120_000);
  let folder: string;
  let scripts: TrackScripts;
  let told: Map<string, boolean[]>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-traps-'));
    told = new Map();
    scripts = new TrackScripts(silentLogger, (name, up) => {
      told.set(name, [...(told.get(name) ?? []), up]);
    });
  });
  afterEach(async () => {
    scripts.stop();
    await eventually('nothing is left', () => processesOf(folder).length === 0);
    rmSync(folder, { recursive: true });
  });

  it('1,000 runs: one verdict each, the right one, and one run at a time', async () => {
    assert.equal(
      TRAPS.reduce((sum, { runs }) => sum + runs, 0),
      1_000,
    );
    const most = new Map<string, number>();
    const timer = setInterval(() => {
      const running = processesOf(folder);
      for (const [i, { name }] of TRAPS.entries()) {
        const count = running.filter((line) => line.includes(placeOf(i))).length;
        most.set(name, Math.max(most.get(name) ?? 0, count));
      }
    }, 20);
    try {
      scripts.configure(TRAPS.map(settingsOf));
      await eventually('all have run', () => TRAPS.every(hasRunEnough), 100_000);
    } finally {
      clearInterval(timer);
    }
    for (const { name, good, most: allowed } of TRAPS) {
      assert.deepEqual(told.get(name), [good], name);
      // A shell that is about to become its program counts twice for a moment.
      const seen = most.get(name) ?? 0;
      assert.ok(seen <= allowed + 1, `${name}: ${seen} processes at a time`);
    }
  });

  it('what cannot be executed is down, and is tried again', async () => {
    const file = join(folder, 'script');
    writeFileSync(file, '#!/bin/sh\nexit 0\n', { mode: 0o644 });
    const one = { ...settingsOf(TRAPS[0] as Trap, 0), command: { words: [file] as const } };
    scripts.configure([one]);
    await eventually('down', () => told.get(one.name)?.length === 1);
    writeFileSync(`${file}.new`, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    renameSync(`${file}.new`, file);
    await eventually('up', () => told.get(one.name)?.length === 2);
    assert.deepEqual(told.get(one.name), [false, true]);
  });

  function placeOf(i: number): string {
    return join(folder, `trap${i}`);
  }

  function settingsOf({ name, script, overrides }: Trap, i: number): ScriptSettings {
    const place = placeOf(i);
    writeFileSync(place, '');
    return {
      name,
      command: { words: ['/bin/sh', '-c', script, place] },
      interval: 5 * MILLI,
      timeout: 20 * SECONDS,
      rise: 1,
      fall: 1,
      initFail: false,
      ...overrides,
    };
  }

  function hasRunEnough({ runs }: Trap, i: number): boolean {
    return statSync(placeOf(i)).size >= runs;
  }
});

/** The processes that have a path on their command line, or in the environment they began with. */
function processesOf(path: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = ['cmdline', 'environ']
        .map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1'))
        .join('\0');
      return line.includes(path) ? [line] : [];
    } catch {
      return [];
    }
  });
}
