import assert from 'node:assert/strict';
import { explainInstance } from '../../../src/cli/why.js';
import type { InstanceSnapshot } from '../../../src/vrrp/snapshot.js';

const SECOND = 1_000_000;
const MASTER_AT_WORK = { source: '10.0.0.2', priority: 150, ago: 400_000 };

function explained(overrides: Partial<InstanceSnapshot>): string {
  return explainInstance({
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
    ...overrides,
  } as InstanceSnapshot);
}

describe('cli: why', () => {
  it('a backup under a better master', () => {
    assert.equal(
      explained({ lastAdvert: MASTER_AT_WORK, advertsReceived: 7, masterDownIn: 3.2 * SECOND }),
      `VI_1 is BACKUP for 3.00 s: started.
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

  it('what was rejected', () => {
    assert.match(
      explained({ rejected: { 'bad-ttl': 3, short: 0 } }),
      /were rejected: bad-ttl 3\.$/m,
    );
  });
});
