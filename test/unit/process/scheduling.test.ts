/** Which priority a process gets: from the configuration, and when it ran late. */
import assert from 'node:assert/strict';
import { configuredPriority, raisedPriority } from '../../../src/process/auto-priority.js';
import {
  type SchedulingSettings,
  schedulingSettings,
} from '../../../src/process/scheduling-settings.js';
import { ownGroup } from '../../../src/process/swap-guard.js';

const PROCESS = { noSwap: false, cpus: [] };
const PROCESSES = {
  vrrp: PROCESS,
  checker: PROCESS,
  bfd: PROCESS,
  maxAutoPriority: 0,
  minAutoPriorityDelay: 1_000_000,
};
const PLAIN = schedulingSettings({ processes: PROCESSES }, 'checker');

describe('scheduling settings', () => {
  it('the vrrp process has the highest ordinary priority unless another is written', () => {
    assert.equal(schedulingSettings({ processes: PROCESSES }, 'vrrp').priority, -20);
    const written = { ...PROCESSES, vrrp: { ...PROCESS, priority: 5 } };
    assert.equal(schedulingSettings({ processes: written }, 'vrrp').priority, 5);
    assert.equal(PLAIN.priority, undefined);
  });

  it('the vrrp process may hurry unless something is written about its priority', () => {
    const may = (role: 'vrrp' | 'checker', written: object): boolean => {
      const processes = { ...PROCESSES, [role]: { ...PROCESS, ...written } };
      return schedulingSettings({ processes }, role).mayHurry;
    };
    assert.equal(may('vrrp', {}), true);
    assert.equal(may('vrrp', { priority: -20 }), false);
    assert.equal(may('vrrp', { realtimePriority: 1 }), false);
    assert.equal(may('checker', {}), false);
  });

  const limits: readonly (readonly [number | undefined, number, number])[] = [
    [undefined, 100_000, 2_000_000],
    [10_000, 100_000, 2_000_000],
    [400_000, 200_000, 2_000_000],
    [6_000_000, 3_000_000, 6_000_000],
  ];
  for (const [written, soft, hard] of limits) {
    it(`rlimit_rttime ${written ?? 'absent'} is ${soft} and ${hard}`, () => {
      const vrrp = { ...PROCESS, ...(written === undefined ? {} : { realtimeLimit: written }) };
      const settings = schedulingSettings({ processes: { ...PROCESSES, vrrp } }, 'vrrp');
      assert.deepEqual(settings.realtimeLimit, { soft, hard });
    });
  }

  it('max_auto_priority -1 is none', () => {
    const processes = { ...PROCESSES, maxAutoPriority: -1 };
    assert.equal(schedulingSettings({ processes }, 'vrrp').maxAutoPriority, 0);
  });
});

describe('automatic priority', () => {
  const settings = { maxAutoPriority: 2, minAutoPriorityDelay: 1_000 };
  const rows: readonly (readonly [string, number, number, number, number | undefined])[] = [
    ['a late process begins with 1', 0, 1_001, Number.POSITIVE_INFINITY, 1],
    ['on the limit it is not late', 0, 1_000, Number.POSITIVE_INFINITY, undefined],
    ['the next step', 1, 1_001, 1_000, 2],
    ['one stall is one step', 1, 1_001, 999, undefined],
    ['never above the highest', 2, 1_001, Number.POSITIVE_INFINITY, undefined],
    ['a configured priority above it stays', 50, 1_001, Number.POSITIVE_INFINITY, undefined],
  ];
  for (const [name, current, late, since, expected] of rows) {
    it(name, () => {
      assert.equal(raisedPriority(current, late, since, settings), expected);
    });
  }

  it('is off without max_auto_priority', () => {
    assert.equal(raisedPriority(0, 5_000_000, Number.POSITIVE_INFINITY, PLAIN), undefined);
  });
});

describe('priority after a reload', () => {
  const at = (
    realtimePriority: number | undefined,
    maxAutoPriority: number,
  ): SchedulingSettings => ({
    ...PLAIN,
    maxAutoPriority,
    ...(realtimePriority === undefined ? {} : { realtimePriority }),
  });
  const rows: readonly (readonly [
    string,
    number,
    ReturnType<typeof at> | undefined,
    ReturnType<typeof at>,
    number,
  ])[] = [
    ['none asked', 0, undefined, at(undefined, 0), 0],
    ['asked at the start', 0, undefined, at(50, 0), 50],
    ['raised stays', 3, at(undefined, 9), at(undefined, 9), 3],
    ['raised is lowered to what is allowed now', 3, at(undefined, 9), at(undefined, 2), 2],
    ['raised goes with the keyword', 3, at(undefined, 9), at(undefined, 0), 0],
    ['asked is taken back', 50, at(50, 0), at(undefined, 0), 0],
    ['another is asked', 50, at(50, 0), at(10, 99), 10],
    ['raised above what is asked stays', 52, at(50, 60), at(50, 60), 52],
  ];
  for (const [name, current, before, now, expected] of rows) {
    it(name, () => {
      assert.equal(configuredPriority(current, before, now), expected);
    });
  }
});

describe('control group of a process', () => {
  it('is the one of version 2', () => {
    assert.equal(
      ownGroup('4:memory:/x\n0::/system.slice/tandemd.service\n'),
      '/system.slice/tandemd.service',
    );
  });
  it('is none at the root, outside of what is mounted, or in version 1', () => {
    for (const text of ['0::/\n', '0::/../x\n', '4:memory:/x\n'])
      assert.equal(ownGroup(text), undefined);
  });
});
