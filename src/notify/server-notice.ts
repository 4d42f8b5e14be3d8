/** What is said of real and virtual servers, in the words that keepalived's scripts, pipes and mails know. */
import type { ServerNotice } from '../checker/notices.js';
import type { Mail } from './mail.js';
import type { ServersSettings } from './settings.js';

/** The line in a notify pipe (keepalived.conf(5), `lvs_notify_fifo`), with its newline; none for a check. */
export function serverLine(notice: ServerNotice): string | undefined {
  const { subject, serviceName, event } = notice;
  if (subject === 'VS') return `VS ${serviceName} ${event}\n`;
  return subject === 'RS' ? `RS ${notice.serverName} ${serviceName} ${event}\n` : undefined;
}

/** What `notify_up`, `quorum_up` and their counterparts find in their environment. */
export function serverEnvironment(notice: ServerNotice, sequence: number): Record<string, string> {
  const { subject, serviceName, event, reason } = notice;
  return {
    TANDEM_SUBJECT: subject,
    TANDEM_NAME: subject === 'VS' ? serviceName : notice.serverName,
    TANDEM_SERVICE: serviceName,
    TANDEM_EVENT: event,
    TANDEM_REASON: reason,
    TANDEM_SEQUENCE: `${sequence}`,
  };
}

/** How keepalived calls its checks in mails; the others are only a check. */
const CHECK_WORDS: Readonly<Record<string, string>> = {
  TCP_CHECK: 'TCP CHECK',
  UDP_CHECK: 'UDP CHECK',
  PING_CHECK: 'ICMP CHECK',
  DNS_CHECK: 'DNS_CHECK:',
  MISC_CHECK: 'MISC CHECK',
  FILE_CHECK: 'FILE CHECK',
};

/** The mail about it; `undefined`: none is wanted. */
export function serverMail(
  notice: ServerNotice,
  { services, onlyServerMails }: Pick<ServersSettings, 'services' | 'onlyServerMails'>,
  routerId: string,
): Mail | undefined {
  const service = services[notice.service];
  const { subject, serviceName, event } = notice;
  if (subject === 'VS') {
    if (!service?.mail) return undefined;
    return {
      about: `VS ${serviceName}`,
      subject: `[${routerId}] Virtualserver ${serviceName} - ${event}`,
      body: `=> ${notice.reason} <=`,
    };
  }
  if (!service?.servers[notice.server]?.mail) return undefined;
  const body = subject === 'CHECK' ? checkBody(notice, onlyServerMails) : serverBody(notice);
  if (body === undefined) return undefined;
  return {
    about: `RS ${notice.serverName} ${serviceName}`,
    subject: `[${routerId}] Realserver ${notice.serverName} of virtual server ${serviceName} - ${event}`,
    body,
  };
}

function checkBody(
  { type, isGood, isDecisive, reason }: Extract<ServerNotice, { subject: 'CHECK' }>,
  onlyServerMails: true | undefined,
): string | undefined {
  if (onlyServerMails && !isDecisive) return undefined;
  const words = `${CHECK_WORDS[type] ?? 'CHECK'} ${isGood ? 'succeed' : 'failed'} on service`;
  return isGood ? `=> ${words} <=` : `=> ${words} : ${reason} <=`;
}

/** Of a server whose check changed the check tells. */
function serverBody({ cause, reason }: ServerNotice): string | undefined {
  return cause === 'removed' || cause === 'stopping' ? `=> ${reason} <=` : undefined;
}
