import assert from 'node:assert/strict';
import { mailAbout } from '../../../src/notify/mail.js';
import {
  EMPTY_MAIL_QUEUE,
  finishMail,
  MOST_MAILS,
  nextMailAt,
  offerMail,
  takeMail,
  withoutPause,
} from '../../../src/notify/mail-queue.js';
import type { Notice } from '../../../src/notify/notice.js';

const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;
const settings = { routerId: 'lb1', noFaults: false };
const notice = (event: Notice['event'], subject: Notice['subject'] = 'INSTANCE'): Notice => ({
  subject,
  name: 'X',
  event,
  priority: 100,
  reason: '',
  sequence: 1,
});
const mail = (about: string, subject = 's') => ({ about, subject, body: 'b' });
/** What a queue would send now, in a row. */
function drain(start: typeof EMPTY_MAIL_QUEUE, at: number): string[] {
  const sent: string[] = [];
  let queue = start;
  for (;;) {
    const taken = takeMail(queue, at);
    if (!taken.mail) return sent;
    sent.push(`${taken.mail.about} ${taken.mail.subject}`);
    queue = finishMail(taken.queue, 'sent', at);
  }
}

describe('notify: mails', () => {
  it('have keepalived’s words', () => {
    const rows: readonly (readonly [Notice, string, string])[] = [
      [
        notice('MASTER'),
        '[lb1] VRRP Instance X - Entering MASTER state',
        '=> VRRP Instance is now owning VRRP VIPs <=',
      ],
      [
        notice('FAULT'),
        '[lb1] VRRP Instance X - Entering FAULT state',
        '=> VRRP Instance is no longer owning VRRP VIPs <=',
      ],
      [notice('STOP'), '[lb1] VRRP Instance X - Stopping', '=> VRRP Instance stopping <='],
      [
        notice('BACKUP', 'GROUP'),
        '[lb1] VRRP Group X - Entering BACKUP state',
        '=> All VRRP group instances are now in BACKUP state <=',
      ],
    ];
    for (const [what, subject, body] of rows) {
      const about = `${what.subject} X`;
      assert.deepEqual(mailAbout(what, settings), { about, subject, body });
    }
  });

  it('tell of states, and with no_email_faults not of FAULT', () => {
    assert.equal(mailAbout(notice('MASTER_PRIORITY'), settings), undefined);
    assert.equal(mailAbout(notice('MASTER_RX_LOWER_PRI'), settings), undefined);
    assert.equal(mailAbout(notice('FAULT'), { ...settings, noFaults: true }), undefined);
    assert.ok(mailAbout(notice('MASTER'), { ...settings, noFaults: true }));
  });
});

describe('notify: the queue of mails', () => {
  it('one at a time, in order, the newest of each subject', () => {
    let queue = EMPTY_MAIL_QUEUE;
    for (const [about, subject] of [
      ['A', '1'],
      ['B', '1'],
      ['A', '2'],
    ] as const) {
      queue = offerMail(queue, mail(about, subject), 0);
    }
    const { queue: busy } = takeMail(queue, 0);
    assert.equal(takeMail(busy, 0).mail, undefined);
    assert.deepEqual(drain(queue, 0), ['B 1', 'A 2']);
  });

  it('never holds more than so many, and drops the oldest', () => {
    let queue = EMPTY_MAIL_QUEUE;
    for (let i = 0; i < MOST_MAILS + 5; i++) queue = offerMail(queue, mail(`${i}`), 0);
    assert.equal(queue.waiting.length, MOST_MAILS);
    assert.equal(queue.dropped, 5);
    assert.equal(drain(queue, 0)[0], '5 s');
  });

  it('tries again what is refused for now, later each time', () => {
    let queue = offerMail(EMPTY_MAIL_QUEUE, mail('A'), 0);
    let at = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 5; i++) {
      queue = finishMail(takeMail(queue, at).queue, 'later', at);
      const next = nextMailAt(queue) as number;
      assert.equal(takeMail(queue, next - 1).mail, undefined);
      pauses.push((next - at) / SECOND);
      at = next;
    }
    assert.deepEqual(pauses, [10, 60, 300, 300, 300]);
    // Nobody else is sent meanwhile; another server has its own luck.
    const more = offerMail(finishMail(takeMail(queue, at).queue, 'later', at), mail('B'), at);
    assert.deepEqual(drain(more, at), []);
    assert.deepEqual(drain(withoutPause(more), at), ['A s', 'B s']);
  });

  it('a newer one takes the place of one that could not be sent', () => {
    let queue = offerMail(EMPTY_MAIL_QUEUE, mail('A', '1'), 0);
    queue = takeMail(queue, 0).queue;
    queue = offerMail(queue, mail('A', '2'), SECOND);
    queue = finishMail(queue, 'later', 2 * SECOND);
    assert.deepEqual(drain(queue, 12 * SECOND), ['A 2']);
  });

  it('drops what is refused for good, and what nobody took for an hour', () => {
    const queue = offerMail(EMPTY_MAIL_QUEUE, mail('A'), 0);
    assert.deepEqual(finishMail(takeMail(queue, 0).queue, 'refused', 0).waiting, []);
    assert.equal(takeMail(queue, HOUR).mail?.about, 'A');
    const old = takeMail(queue, HOUR + 1);
    assert.equal(old.mail, undefined);
    assert.equal(old.queue.dropped, 1);
    assert.equal(nextMailAt(old.queue), undefined);
  });
});
