/** Sends one mail by SMTP. The only file that imports nodemailer, and only when there is mail. */

import { MICROS_PER_MILLI } from '../../base/time.js';
import type { Mail } from '../../notify/mail.js';
import type { MailSettings } from '../../notify/settings.js';

/** `later`: the server said so (4xx), or could not be spoken to. */
export type MailOutcome =
  | { readonly kind: 'sent' }
  | { readonly kind: 'refused' | 'later'; readonly why: string };

/** Each answer may take its time; the whole mail may not take more than so many of them. */
const ANSWERS = 4;
/** RFC 5321 4.2.1: from here on the answer is for good. */
const PERMANENT = 500;

/** Sends a mail; never rejects, and answers within four times the settings' timeout. */
export async function sendMail(mail: Mail, settings: MailSettings): Promise<MailOutcome> {
  const [{ default: SmtpConnection }, { default: MailComposer }] = await Promise.all([
    import('nodemailer/lib/smtp-connection'),
    import('nodemailer/lib/mail-composer'),
  ]);
  const { subject, body } = mail;
  const message = new MailComposer({
    from: settings.from,
    to: [...settings.to],
    subject,
    text: `${body}\n`,
    headers: { 'X-Mailer': 'tandem' },
  }).compile();
  const envelope = message.getEnvelope();
  const bytes = await message.build();
  const timeout = settings.timeout / MICROS_PER_MILLI;
  const connection = new SmtpConnection({
    host: settings.host,
    port: settings.port,
    name: settings.heloName,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    dnsTimeout: timeout,
    // keepalived speaks in the clear. Whoever can do better is not asked for a certificate: nothing
    // in the configuration says which one to expect.
    opportunisticTLS: true,
    tls: { rejectUnauthorized: false },
  });
  return new Promise((resolve) => {
    const end = (outcome: MailOutcome): void => {
      clearTimeout(deadline);
      if (outcome.kind === 'sent') connection.quit();
      else connection.close();
      resolve(outcome);
    };
    const deadline = setTimeout(
      () => end({ kind: 'later', why: 'it took too long' }),
      ANSWERS * timeout,
    );
    // It may come after the end, too, and must not be nobody's.
    connection.on('error', (error: unknown) => end(failed(error)));
    connection.connect(() => {
      connection.send(envelope, bytes, (error) => end(error ? failed(error) : { kind: 'sent' }));
    });
  });
}

function failed(error: unknown): MailOutcome {
  const { responseCode, message } = error as { responseCode?: unknown; message?: unknown };
  const isPermanent = typeof responseCode === 'number' && responseCode >= PERMANENT;
  return { kind: isPermanent ? 'refused' : 'later', why: String(message) };
}
