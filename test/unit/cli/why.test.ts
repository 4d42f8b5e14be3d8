import assert from 'node:assert/strict';
import { explainInstance } from '../../../src/cli/why.js';
import type { Transition } from '../../../src/control/history.js';
import type { InstanceSnapshot } from '../../../src/vrrp/snapshot.js';

const SECOND = 1_000_000;
const MASTER_AT_WORK = { source: '10.0.0.2', priority: 150, ago: 400_000 };

function explained(
  overrides: Partial<InstanceSnapshot>,
  transitions: readonly Transition[] = [],
): string {
  return explainInstance(
    {
      name: 'VI_1',
      state: 'BACKUP',
      reason: 'started',
      inStateFor: 3 * SECOND,
      interface: 'eth0',
      virtualRouterId: 51,
      version: 2,
      priority: 100,
      effectivePriority: 100,
      standby: false,
      contributions: [],
      advertInterval: SECOND,
      addresses: ['192.0.2.1'],
      preempt: true,
      advertsSent: 0,
      advertsReceived: 0,
      becameMaster: 0,
      releasedMaster: 0,
      priorityZeroReceived: 0,
      priorityZeroSent: 0,
      rejected: {},
      configuredInterval: SECOND,
      peers: [],
      alarms: [],
      ...overrides,
    } as InstanceSnapshot,
    transitions,
  );
}

describe('cli: why', () => {
  it('what holds the start back', () => {
    const nobody = { masterDownIn: 30 * SECOND };
    assert.doesNotMatch(explained(nobody), /Nothing was received|is not over/);
    assert.match(
      explained({ ...nobody, heldBack: 'quiet-link' }),
      /^Nothing was received on eth0 since it exists, .*\nIt becomes MASTER when/m,
    );
    assert.match(
      explained({ ...nobody, heldBack: 'start-delay' }),
      /^vrrp_startup_delay or vrrp_delay_after_boot is not over: its master-down timer begins then\.$/m,
    );
  });

  it('a backup under a better master', () => {
    assert.equal(
      explained({ lastAdvert: MASTER_AT_WORK, advertsReceived: 7, masterDownIn: 3.2 * SECOND }),
      `VI_1 is BACKUP because 10.0.0.2 is MASTER with priority 150, ours is 100.
It came into this state 3.00 s ago: started.
Its priority is 100, as configured.
The last of 7 adverts heard came from 10.0.0.2, priority 150, 0.40 s ago.
It becomes MASTER when its master-down timer runs out (in 3.20 s), which each advert of 10.0.0.2 restarts, or when its priority is above 150.
`,
    );
  });

  it('a lowered priority, with each contribution', () => {
    const text = explained({
      effectivePriority: 80,
      contributions: [
        { kind: 'script', name: 'chk', value: false, weight: -20 },
        { kind: 'file', name: 'load', value: 3, weight: 0 },
        { kind: 'process', name: 'db', value: undefined, weight: 0 },
      ],
    });
    assert.match(text, /^Its priority is 80 instead of 100 because of what it tracks\.$/m);
    assert.match(text, /^ {2}script chk is down, which makes -20\.$/m);
    assert.match(text, /^ {2}file load is 3\.$/m);
    assert.match(text, /^ {2}process db has no result yet\.$/m);
  });

  it('why a better backup does not take over', () => {
    const worse = { lastAdvert: { ...MASTER_AT_WORK, priority: 50 }, masterDownIn: SECOND };
    assert.match(
      explained({ ...worse, preempt: false }),
      /but nopreempt leaves a living MASTER alone/,
    );
    assert.match(
      explained({ ...worse, preemptIn: 20 * SECOND }),
      /preempts 10\.0\.0\.2 when preempt_delay is over, in 20 s/,
    );
    assert.match(explained(worse), /adverts of 10\.0\.0\.2 do not restart it/);
    assert.match(
      explained({ ...worse, standby: true, effectivePriority: 1 }),
      /the operator has put it into standby/,
    );
  });

  it('a master that has never heard a peer is told what may be wrong', () => {
    assert.match(explained({ state: 'MASTER' }), /look for a filter on protocol 112/);
    assert.doesNotMatch(explained({ state: 'MASTER', lastAdvert: MASTER_AT_WORK }), /protocol 112/);
  });

  it('what ends a fault, and a wait', () => {
    assert.match(
      explained({ state: 'FAULT', reason: 'interface eth0 down' }),
      /interface eth0 down\.\n(?:.*\n)*It leaves FAULT when that is repaired\.$/m,
    );
    assert.match(
      explained({ state: 'FAULT', group: 'G', reason: 'sync group G follows VI_2' }),
      /when no member of sync group G has a fault/,
    );
    assert.match(
      explained({ state: 'INIT', pending: 'script chk' }),
      /It starts when script chk has its first result/,
    );
  });

  it('who is MASTER while a better backup is none, in the first line', () => {
    const worse = { lastAdvert: { ...MASTER_AT_WORK, priority: 50 }, masterDownIn: SECOND };
    assert.match(
      explained({ ...worse, preempt: false }),
      /^VI_1 is BACKUP because nopreempt and 10\.0\.0\.2 is MASTER with lower priority 50, ours is 100\.\n/,
    );
    assert.match(
      explained({ ...worse, preemptIn: 20 * SECOND }),
      /^VI_1 is BACKUP because preempt_delay has another 20 s to run and 10\.0\.0\.2 is MASTER with lower/,
    );
  });

  it('alarms, with who causes them', () => {
    const alarm = { firstAgo: 20 * SECOND, ago: 400_000, sightings: 20 };
    const text = explained({
      state: 'MASTER',
      alarms: [
        {
          kind: 'split-brain',
          text: 'split brain suspected: 10.0.0.2',
          mac: '02:00:00:00:00:02',
          ...alarm,
        },
        { kind: 'never-heard-a-peer', text: 'MASTER and never heard a peer', ...alarm },
      ],
    });
    assert.match(
      text,
      /^ALARM: split brain suspected: 10\.0\.0\.2; seen 20 times, first 20 s ago, last 0\.40 s ago; its MAC is 02:00:00:00:00:02\.$/m,
    );
    assert.match(text, /^WARNING: MASTER and never heard a peer\.$/m);
  });

  it('the routers that were heard, the learned interval, the last transitions', () => {
    const transitions = Array.from({ length: 7 }, (_, i) => ({
      at: `2026-01-0${i + 1}T00:00:00.000Z`,
      from: 'INIT',
      to: 'BACKUP',
      effectivePriority: 100,
      reason: 'started',
    })) satisfies Transition[];
    const text = explained(
      {
        lastAdvert: MASTER_AT_WORK,
        masterDownIn: SECOND,
        advertInterval: 200_000,
        peers: [
          {
            source: '10.0.0.2',
            priority: 150,
            firstAgo: 9 * SECOND,
            ago: 0,
            adverts: 1,
            checksum: 'plain',
          },
        ],
      },
      transitions,
    );
    assert.match(
      text,
      /^ {2}10\.0\.0\.2: 1 advert, the last with priority 150, first heard 9\.00 s ago, last 0\.00 s ago\.$/m,
    );
    assert.match(text, /learned the interval 0\.2 s from its MASTER; its own advert_int is 1 s/);
    assert.match(
      text,
      /last transitions:\n {2}2026-01-03T.* INIT -> BACKUP: started\n(?: {2}.*\n){4}$/,
    );
  });

  it('what was rejected', () => {
    assert.match(
      explained({ rejected: { 'bad-ttl': 3, short: 0 } }),
      /were rejected: bad-ttl 3\.$/m,
    );
  });
});
