import assert from 'node:assert/strict';
import type { TrackSettings } from '../../../src/vrrp/settings.js';
import { judge, type TrackedValue } from '../../../src/vrrp/tracking.js';

const BASE: TrackSettings = { kind: 'script', name: 'chk', weight: 0, reverse: false };

function verdict(track: Partial<TrackSettings>, value: TrackedValue, priority = 100) {
  const { contributions, ...rest } = judge(
    { priority, tracks: [{ ...BASE, ...track }] },
    () => value,
  );
  assert.equal(contributions.length, 1);
  return { ...rest, weight: contributions[0]?.weight };
}

describe('vrrp/tracking', () => {
  it('nothing tracked: the configured priority', () => {
    assert.deepEqual(
      judge({ priority: 77 }, () => undefined),
      { effectivePriority: 77, contributions: [], fault: undefined, pending: undefined },
    );
  });

  it('the table of weights', () => {
    const rows: readonly [weight: number, reverse: boolean, up: boolean, effective: number][] = [
      [20, false, true, 120],
      [20, false, false, 100],
      [-20, false, true, 100],
      [-20, false, false, 80],
      [20, true, true, 100],
      [20, true, false, 120],
      [-20, true, true, 80],
      [-20, true, false, 100],
    ];
    for (const [weight, reverse, up, effective] of rows) {
      const { effectivePriority, fault } = verdict({ weight, reverse }, up);
      assert.equal(effectivePriority, effective, `${weight} ${reverse} ${up}`);
      assert.equal(fault, undefined);
    }
  });

  it('without a weight: down is a fault, reversed: up is', () => {
    assert.equal(verdict({}, true).fault, undefined);
    assert.equal(verdict({}, false).fault, 'track script chk down');
    assert.equal(verdict({ reverse: true }, true).fault, 'track script chk up');
    assert.equal(verdict({ reverse: true }, false).fault, undefined);
    assert.equal(verdict({ kind: 'interface', name: 'eth1' }, false).fault, 'interface eth1 down');
  });

  it("a file's number is multiplied; beyond -253 is a fault", () => {
    const file = { kind: 'file', weight: 2 } as const;
    assert.equal(verdict(file, 10).effectivePriority, 120);
    assert.equal(verdict(file, -10).effectivePriority, 80);
    assert.equal(verdict({ ...file, reverse: true }, 10).effectivePriority, 80);
    assert.equal(verdict(file, -126).fault, undefined);
    assert.equal(verdict(file, -127).fault, 'track file chk is -127');
    assert.equal(verdict({ kind: 'file', weight: 0 }, 0).fault, undefined);
    assert.equal(verdict({ kind: 'file', weight: 0 }, 1).fault, 'track file chk is 1');
    assert.equal(
      verdict({ kind: 'file', weight: 0, reverse: true }, 0).fault,
      'track file chk is 0',
    );
  });

  it('stays within 1 and 254; the owner stays the owner', () => {
    assert.equal(verdict({ weight: -253 }, false).effectivePriority, 1);
    assert.equal(verdict({ weight: 253 }, true).effectivePriority, 254);
    assert.equal(verdict({ weight: -253 }, false, 255).effectivePriority, 255);
    assert.equal(verdict({}, false, 255).fault, 'track script chk down');
  });

  it('what has no result is pending and adds nothing', () => {
    assert.deepEqual(verdict({ weight: 20 }, undefined), {
      effectivePriority: 100,
      fault: undefined,
      pending: 'script chk',
      weight: 0,
    });
  });

  it('the order of the tracks does not matter for the priority', () => {
    const tracks: TrackSettings[] = [
      { ...BASE, name: 'a', weight: 200 },
      { ...BASE, name: 'b', weight: -250 },
      { ...BASE, name: 'c', weight: 30 },
    ];
    const up = (track: TrackSettings): boolean => track.name !== 'b';
    const forwards = judge({ priority: 100, tracks }, up).effectivePriority;
    assert.equal(
      forwards,
      judge({ priority: 100, tracks: tracks.toReversed() }, up).effectivePriority,
    );
    assert.equal(forwards, 80);
  });
});
