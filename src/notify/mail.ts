/** What a mail says, in keepalived's words, which filters of mailboxes know. */
import type { Notice, NoticeEvent } from './notice.js';
import type { MailSettings } from './settings.js';

/** One mail. */
export interface Mail {
  /** Whom it is about: a newer one about the same takes its place while it waits. */
  readonly about: string;
  readonly subject: string;
  readonly body: string;
}

interface Wording {
  readonly subject: string;
  readonly instance: string;
  readonly group: string;
}

const WORDS: Partial<Record<NoticeEvent, Wording>> = {
  MASTER: {
    subject: 'Entering MASTER state',
    instance: '=> VRRP Instance is now owning VRRP VIPs <=',
    group: '=> All VRRP group instances are now in MASTER state <=',
  },
  BACKUP: {
    subject: 'Entering BACKUP state',
    instance: '=> VRRP Instance is no longer owning VRRP VIPs <=',
    group: '=> All VRRP group instances are now in BACKUP state <=',
  },
  FAULT: {
    subject: 'Entering FAULT state',
    instance: '=> VRRP Instance is no longer owning VRRP VIPs <=',
    group: '=> All VRRP group instances are now in FAULT state <=',
  },
  STOP: {
    subject: 'Stopping',
    instance: '=> VRRP Instance stopping <=',
    group: '=> All VRRP group instances are now stopping <=',
  },
  DELETED: {
    subject: 'Deleted',
    instance: '=> VRRP Deleted at reload <=',
    group: '=> VRRP Deleted at reload <=',
  },
};

/** The mail about a change of state; `undefined` for events that no mail tells of. */
export function mailAbout(
  { subject, name, event }: Notice,
  { routerId, noFaults }: Pick<MailSettings, 'routerId' | 'noFaults'>,
): Mail | undefined {
  const words = WORDS[event];
  if (!words || (event === 'FAULT' && noFaults)) return undefined;
  const isInstance = subject === 'INSTANCE';
  return {
    about: `${subject} ${name}`,
    subject: `[${routerId}] VRRP ${isInstance ? 'Instance' : 'Group'} ${name} - ${words.subject}`,
    body: isInstance ? words.instance : words.group,
  };
}
