/** One thing that happened, in the words that keepalived's scripts and pipes know. */

export type NoticeEvent =
  | 'MASTER'
  | 'BACKUP'
  | 'FAULT'
  | 'STOP'
  | 'DELETED'
  | 'MASTER_RX_LOWER_PRI'
  | 'MASTER_PRIORITY'
  | 'BACKUP_PRIORITY';

export interface Notice {
  readonly subject: 'INSTANCE' | 'GROUP';
  readonly name: string;
  readonly event: NoticeEvent;
  /** The effective priority; of a group 0. */
  readonly priority: number;
  /** Why it happened: a sentence. */
  readonly reason: string;
  /** Counts the notices of this daemon, from 1: later ones are greater. */
  readonly sequence: number;
}

/** The line in a notify pipe (keepalived.conf(5), `notify_fifo`), with its newline. */
export function fifoLine({ subject, name, event, priority }: Notice): string {
  return `${subject} "${name}" ${event} ${priority}\n`;
}

/** What `notify` scripts get behind their own arguments. */
export function scriptArguments({ subject, name, event, priority }: Notice): string[] {
  return [subject, name, event, `${priority}`];
}

/** What every notify script finds in its environment: what keepalived's arguments cannot say. */
export function scriptEnvironment(notice: Notice): Record<string, string> {
  return {
    TANDEM_SUBJECT: notice.subject,
    TANDEM_NAME: notice.name,
    TANDEM_EVENT: notice.event,
    TANDEM_PRIORITY: `${notice.priority}`,
    TANDEM_REASON: notice.reason,
    TANDEM_SEQUENCE: `${notice.sequence}`,
  };
}
