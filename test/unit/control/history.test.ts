import assert from 'node:assert/strict';
import { History } from '../../../src/control/history.js';
import { parseNeighbours } from '../../../src/control/neighbours.js';

describe('control', () => {
  it('keeps the last 32 transitions of an instance, and forgets instances that are gone', () => {
    const history = new History();
    for (let i = 0; i < 40; i++) {
      const transition = {
        at: String(i),
        from: 'BACKUP',
        to: 'MASTER',
        effectivePriority: 100,
      } as const;
      history.add('VI_1', { ...transition, reason: 'r' });
    }
    history.add('VI_2', { at: 'x', from: 'INIT', to: 'FAULT', effectivePriority: 1, reason: 'r' });
    const kept = history.all()['VI_1'] ?? [];
    assert.deepEqual([kept.length, kept[0]?.at, kept.at(-1)?.at], [32, '8', '39']);
    history.keep(['VI_2']);
    assert.deepEqual(Object.keys(history.all()), ['VI_2']);
  });

  it('reads hardware addresses, but for incomplete entries', () => {
    const text = `IP address       HW type     Flags       HW address            Mask     Device
10.0.0.2         0x1         0x2         02:00:00:00:00:02     *        eth0
10.0.0.3         0x1         0x0         00:00:00:00:00:00     *        eth0
`;
    assert.deepEqual([...parseNeighbours(text)], [['10.0.0.2', '02:00:00:00:00:02']]);
  });
});
