/** The daemon is kept out of swap by its control group, and only if the group is its own. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../../src/base/log.js';
import { SwapGuard } from '../../../src/process/swap-guard.js';

const ROOT = 100;

describe('memory out of swap', () => {
  let folder: string;
  let lines: string[];
  let limit: string;

  /** A machine with these processes (with their parents) in our control group. */
  function guard(members: readonly (readonly [number, number])[], group = '/unit'): SwapGuard {
    for (const [pid, parent] of [...members, [200, 1] as const]) {
      mkdirSync(join(folder, 'proc', String(pid)), { recursive: true });
      writeFileSync(join(folder, 'proc', String(pid), 'stat'), `${pid} (a ) b) S ${parent} 0`);
    }
    mkdirSync(join(folder, 'proc/self'), { recursive: true });
    writeFileSync(join(folder, 'proc/self/cgroup'), `0::${group}\n`);
    mkdirSync(join(folder, 'cg/unit'), { recursive: true });
    writeFileSync(
      join(folder, 'cg/unit/cgroup.procs'),
      members.map(([pid]) => `${pid}\n`).join(''),
    );
    limit = join(folder, 'cg/unit/memory.swap.max');
    writeFileSync(limit, 'max\n');
    const say = (_event: string, text: string): void => void lines.push(text);
    const logger: Logger = { debug: say, info: say, notice: say, warning: say, error: say };
    return new SwapGuard(logger, ROOT, {
      proc: join(folder, 'proc'),
      cgroups: join(folder, 'cg'),
    });
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-swap-'));
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const OURS = [
    [ROOT, 1],
    [101, ROOT],
    [102, 101],
  ] as const;

  it('a group of our own gets none, and has it back when it is not wanted any more', () => {
    const swap = guard(OURS);
    swap.want(true);
    assert.equal(readFileSync(limit, 'utf8'), '0');
    swap.want(false);
    assert.equal(readFileSync(limit, 'utf8'), 'max');
    assert.deepEqual(lines, []);
  });

  it('a group with a stranger is left alone, and the log says so once', () => {
    const swap = guard([...OURS, [200, 1]]);
    swap.want(true);
    swap.want(true);
    assert.equal(readFileSync(limit, 'utf8'), 'max\n');
    assert.deepEqual(lines, [
      'Cannot keep the daemon out of swap: process 200 is in the control group too (use MemorySwapMax=0 in the unit)',
    ]);
  });

  it('without a group of its own the log says so', () => {
    guard(OURS, '/').want(true);
    assert.equal(readFileSync(limit, 'utf8'), 'max\n');
    assert.match(lines.join(), /there is no control group of its own/);
  });

  it('a kernel without the file is no failure', () => {
    const swap = guard(OURS);
    rmSync(limit);
    swap.want(true);
    assert.match(lines.join(), /ENOENT/);
  });
});
