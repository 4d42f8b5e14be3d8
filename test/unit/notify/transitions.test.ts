import assert from 'node:assert/strict';
import { fifoLine, scriptArguments, scriptEnvironment } from '../../../src/notify/notice.js';
import type { NotifySettings } from '../../../src/notify/settings.js';
import {
  nothingKnown,
  onLosingAdvert,
  onPriorityChanged,
  onStateChanged,
  statesOf,
} from '../../../src/notify/transitions.js';

const SUBJECT = { scripts: {}, priorityChanges: true, tellDeleted: false };
const SETTINGS: NotifySettings = {
  instances: { A: SUBJECT, B: SUBJECT },
  groups: { G: { ...SUBJECT, members: ['A', 'B'] } },
  fifos: [],
};

type Change = Parameters<typeof onStateChanged>[2];

function play(changes: readonly [string, Change['to']][], leaving: 'STOP' | 'DELETED' = 'STOP') {
  const known = nothingKnown();
  return changes.flatMap(([instance, to]) =>
    onStateChanged(
      known,
      SETTINGS,
      { instance, to, effectivePriority: 100, reason: 'because' },
      leaving,
    ).map(fifoLine),
  );
}

describe('notify: transitions', () => {
  it('an instance, then its group as soon as all agree', () => {
    assert.deepEqual(
      play([
        ['A', 'BACKUP'],
        ['B', 'BACKUP'],
        ['A', 'MASTER'],
        ['B', 'MASTER'],
      ]),
      [
        'INSTANCE "A" BACKUP 100\n',
        'INSTANCE "B" BACKUP 100\n',
        'GROUP "G" BACKUP 0\n',
        'INSTANCE "A" MASTER 100\n',
        'INSTANCE "B" MASTER 100\n',
        'GROUP "G" MASTER 0\n',
      ],
    );
  });

  it('a group is faulty when all have followed the first, and is told last, as by keepalived', () => {
    assert.deepEqual(
      play([
        ['A', 'FAULT'],
        ['B', 'FAULT'],
      ]),
      ['INSTANCE "A" FAULT 100\n', 'INSTANCE "B" FAULT 100\n', 'GROUP "G" FAULT 0\n'],
    );
  });

  it('a losing advert is an event, and changes no state', () => {
    const known = nothingKnown();
    const change = { instance: 'A', to: 'MASTER', effectivePriority: 90, reason: '' } as const;
    onStateChanged(known, SETTINGS, change, 'STOP');
    const heard = { instance: 'A', effectivePriority: 90, source: '192.0.2.2' };
    const notice = onLosingAdvert(known, heard);
    assert.equal(fifoLine(notice), 'INSTANCE "A" MASTER_RX_LOWER_PRI 90\n');
    assert.equal(notice.reason, '192.0.2.2 advertises a lower priority');
    assert.equal(known.states.get('A'), 'MASTER');
  });

  it('after a reload: what each is, groups last, with the priority of now', () => {
    const known = nothingKnown();
    for (const instance of ['A', 'B']) {
      const change = { instance, to: 'BACKUP', effectivePriority: 90, reason: '' } as const;
      onStateChanged(known, SETTINGS, change, 'STOP');
    }
    onPriorityChanged(known, 'A', 80);
    assert.deepEqual(statesOf(known, SETTINGS).map(fifoLine), [
      'INSTANCE "A" BACKUP 80\n',
      'INSTANCE "B" BACKUP 90\n',
      'GROUP "G" BACKUP 0\n',
    ]);
    assert.deepEqual(statesOf(nothingKnown(), SETTINGS), []);
  });

  it('the end is STOP or DELETED', () => {
    assert.deepEqual(play([['A', 'INIT']]), ['INSTANCE "A" STOP 100\n']);
    assert.deepEqual(play([['A', 'INIT']], 'DELETED'), ['INSTANCE "A" DELETED 100\n']);
  });

  it('priorities are told of MASTER and BACKUP only', () => {
    const known = nothingKnown();
    assert.equal(onPriorityChanged(known, 'A', 90), undefined);
    const change = { instance: 'A', to: 'BACKUP', effectivePriority: 90, reason: '' } as const;
    onStateChanged(known, SETTINGS, change, 'STOP');
    const notice = onPriorityChanged(known, 'A', 80);
    assert.equal(notice && fifoLine(notice), 'INSTANCE "A" BACKUP_PRIORITY 80\n');
  });

  it('a script is told all of it', () => {
    const [notice] = onStateChanged(
      nothingKnown(),
      SETTINGS,
      { instance: 'A', to: 'MASTER', effectivePriority: 150, reason: 'no advert was ever heard' },
      'STOP',
    );
    assert.ok(notice);
    assert.deepEqual(scriptArguments(notice), ['INSTANCE', 'A', 'MASTER', '150']);
    assert.deepEqual(scriptEnvironment(notice), {
      TANDEM_SUBJECT: 'INSTANCE',
      TANDEM_NAME: 'A',
      TANDEM_EVENT: 'MASTER',
      TANDEM_PRIORITY: '150',
      TANDEM_REASON: 'no advert was ever heard',
      TANDEM_SEQUENCE: '1',
    });
  });
});
