/** Sends mails one after the other, and never holds up whoever hands them in. */
import { monotonicMicros } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { MICROS_PER_MILLI } from '../../base/time.js';
import type { Mail } from '../../notify/mail.js';
import {
  EMPTY_MAIL_QUEUE,
  finishMail,
  type MailQueue,
  nextMailAt,
  offerMail,
  takeMail,
  withoutPause,
} from '../../notify/mail-queue.js';
import type { MailSettings } from '../../notify/settings.js';
import { type MailOutcome, sendMail } from './smtp.js';

/** A server that takes its time must not keep the daemon from ending. */
const LAST_MAILS_MILLIS = 1_000;

export class Mailer {
  readonly #logger: Logger;
  #settings: MailSettings | undefined;
  #queue: MailQueue = EMPTY_MAIL_QUEUE;
  #timer: NodeJS.Timeout | undefined;
  #lastFailure: string | undefined;
  #onIdle: () => void = () => {};

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param settings without them nothing is sent any more, and what waits is dropped. */
  configure(settings: MailSettings | undefined): void {
    const isOther = JSON.stringify(settings) !== JSON.stringify(this.#settings);
    this.#settings = settings;
    if (!settings) this.#queue = { ...EMPTY_MAIL_QUEUE, sending: this.#queue.sending };
    else if (isOther) this.#change(withoutPause(this.#queue));
  }

  /** Takes a mail to be sent when its turn comes. */
  offer(mail: Mail): void {
    if (!this.#settings) return;
    const { dropped } = this.#queue;
    this.#change(offerMail(this.#queue, mail, monotonicMicros()));
    if (this.#queue.dropped > dropped) this.#dropped();
  }

  /** Waits a moment for what is to be sent now; what the server does not take then is lost. */
  async stop(): Promise<void> {
    const isIdle = (): boolean =>
      !this.#queue.sending && (nextMailAt(this.#queue) ?? Infinity) > monotonicMicros();
    if (this.#settings && !isIdle()) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, LAST_MAILS_MILLIS);
        this.#onIdle = () => {
          if (!isIdle()) return;
          clearTimeout(limit);
          resolve();
        };
      });
    }
    if (this.#timer) clearTimeout(this.#timer);
    const left = this.#queue.waiting.length + (this.#queue.sending ? 1 : 0);
    if (left > 0) this.#logger.warning('mail-lost', `${left} SMTP alerts were not sent`);
  }

  #change(queue: MailQueue): void {
    this.#queue = queue;
    this.#next();
    this.#onIdle();
  }

  #next(): void {
    const at = monotonicMicros();
    const { dropped } = this.#queue;
    const { queue, mail } = takeMail(this.#queue, at);
    this.#queue = queue;
    if (queue.dropped > dropped) this.#dropped();
    if (mail && this.#settings) void this.#send(mail, this.#settings);
    if (this.#timer) clearTimeout(this.#timer);
    const due = nextMailAt(this.#queue);
    this.#timer =
      due === undefined
        ? undefined
        : setTimeout(() => this.#next(), Math.max(1, (due - at) / MICROS_PER_MILLI)).unref();
  }

  async #send(mail: Mail, settings: MailSettings): Promise<void> {
    const outcome = await sendMail(mail, settings).catch(
      (error: unknown): MailOutcome => ({ kind: 'refused', why: messageOf(error) }),
    );
    this.#report(mail, settings, outcome);
    this.#change(finishMail(this.#queue, outcome.kind, monotonicMicros()));
  }

  /** A server that is away is told of once, not at each try. */
  #report({ subject }: Mail, { host, port }: MailSettings, outcome: MailOutcome): void {
    const fields = { subject };
    if (outcome.kind === 'sent') {
      this.#lastFailure = undefined;
      this.#logger.info('mail-sent', 'SMTP alert successfully sent.', fields);
      return;
    }
    if (outcome.kind === 'later' && outcome.why === this.#lastFailure) return;
    this.#lastFailure = outcome.why;
    const then = outcome.kind === 'later' ? 'it is tried again' : 'it is dropped';
    const text = `SMTP alert not taken by ${host}:${port}: ${outcome.why}: ${then}`;
    this.#logger.warning('mail-failed', text, fields);
  }

  #dropped(): void {
    const text = `SMTP alerts are dropped: the server takes none (${this.#queue.dropped} so far)`;
    this.#logger.warning('mail-dropped', text);
  }
}
