/**
 * Mails that wait for a server: bounded in number and in time, the newest of each subject only. One
 * is sent at a time. After a mail that the server refuses for now (greylisting, RFC 6647), or a
 * server that cannot be spoken to, there is a pause, longer each time: the next mail would fare the
 * same.
 *
 *     offer --> waiting --pause over--> sending --sent, or refused for good--> gone
 *                  ^                       |
 *                  +-------for now---------+   until it is too old
 */
import { fromSeconds, type Micros } from '../base/time.js';
import type { Mail } from './mail.js';

interface Waiting {
  readonly mail: Mail;
  readonly offeredAt: Micros;
}

export interface MailQueue {
  /** At most {@link MOST_MAILS}, and one of each subject. */
  readonly waiting: readonly Waiting[];
  readonly sending: Waiting | undefined;
  /** Nothing is sent before. */
  readonly pausedUntil: Micros;
  /** How often in a row the server took none. */
  readonly failures: number;
  /** How many were dropped: there was no room, or they became too old. */
  readonly dropped: number;
}

export const EMPTY_MAIL_QUEUE: MailQueue = {
  waiting: [],
  sending: undefined,
  pausedUntil: 0,
  failures: 0,
  dropped: 0,
};

export const MOST_MAILS = 200;
/** Greylisting servers want to be asked again after some minutes. */
const PAUSES: readonly Micros[] = [10, 60, 300].map(fromSeconds);
/** News of yesterday alarm people for nothing. */
const TOO_OLD: Micros = fromSeconds(3600);

/** Takes a mail, in the place of an older one of its subject that waits. */
export function offerMail(queue: MailQueue, mail: Mail, at: Micros): MailQueue {
  const others = queue.waiting.filter((one) => one.mail.about !== mail.about);
  const room = others.slice(Math.max(0, others.length - MOST_MAILS + 1));
  return {
    ...queue,
    waiting: [...room, { mail, offeredAt: at }],
    dropped: queue.dropped + (others.length - room.length),
  };
}

/** The next mail to send, if there is no pause and none is being sent. */
export function takeMail(
  queue: MailQueue,
  at: Micros,
): { readonly queue: MailQueue; readonly mail: Mail | undefined } {
  const fresh = queue.waiting.filter(({ offeredAt }) => at - offeredAt <= TOO_OLD);
  const dropped = queue.dropped + (queue.waiting.length - fresh.length);
  const isFree = !queue.sending && at >= queue.pausedUntil;
  const [next, ...rest] = isFree ? fresh : [];
  if (!next) return { queue: { ...queue, waiting: fresh, dropped }, mail: undefined };
  return { queue: { ...queue, waiting: rest, sending: next, dropped }, mail: next.mail };
}

/** The mail that was taken is dealt with: sent, refused for good, or to be tried `later`. */
export function finishMail(
  queue: MailQueue,
  outcome: 'sent' | 'refused' | 'later',
  at: Micros,
): MailQueue {
  const { sending, waiting, failures } = queue;
  const done = { ...queue, sending: undefined };
  if (outcome !== 'later') return { ...done, failures: 0 };
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)] as Micros;
  // Not if something newer about the same has come.
  const isNews = sending && !waiting.some(({ mail }) => mail.about === sending.mail.about);
  return {
    ...done,
    waiting: isNews ? [sending, ...waiting] : waiting,
    failures: failures + 1,
    pausedUntil: at + pause,
  };
}

/** Another server: what the last one made of mails says nothing of it. */
export function withoutPause(queue: MailQueue): MailQueue {
  return { ...queue, pausedUntil: 0, failures: 0 };
}

/** When {@link takeMail} is to be called again; `undefined`: not before another event. */
export function nextMailAt({ waiting, sending, pausedUntil }: MailQueue): Micros | undefined {
  return sending || waiting.length === 0 ? undefined : pausedUntil;
}
