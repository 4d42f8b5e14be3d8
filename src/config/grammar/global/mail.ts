/** `global_defs`: mail. */
import { parseIp } from '../../../base/ip.js';
import type { Word } from '../../text/source.js';
import { bool, integer, none, parseInteger, text } from '../args.js';
import { oneForZero } from '../garp.js';
import { type Args, entries, setting } from '../keyword.js';

/** keepalived keeps the time in an unsigned count of microseconds. */
const MAX_CONNECT_SECONDS = 4294;

/** `HOST [PORT]`; the host is looked up when mail is sent. */
const mailServer: Args<{ host: string; port: number | undefined }> = {
  syntax: '<HOST> [<PORT>]',
  expects: 'an address or a name, and perhaps a port',
  min: 1,
  max: 2,
  parse([host, port], report) {
    const number = port && parseInteger(port, 1, 65535, 'a port from 1 to 65535', report);
    const { text } = host as Word;
    if (parseIp(text) === undefined) {
      // No name ends in a number (RFC 1123 section 2.1), and few begin with three: it was to be an address.
      if (!/^[\w.-]+$/.test(text) || /^(?:\d+\.){3}|(?:^|\.)\d+\.?$/.test(text)) {
        report('CONFIG_INVALID_VALUE', host as Word, {
          message: `'${text}' is neither an address nor a name`,
          expected: mailServer.expects,
        });
        return undefined;
      }
      // The same section. Some resolvers have such names all the same.
      if (text.includes('_')) {
        report('CONFIG_INVALID_VALUE', host as Word, {
          message: `'${text}' is no name of a host, it may not be found`,
          expected: mailServer.expects,
          severity: 'warning',
        });
      }
    }
    if (port && number === undefined) return undefined;
    return { host: text, port: number };
  },
};

/** Without a name the keyword is as if it were not there. */
const optionalName: Args<string> = {
  syntax: '[<STRING>]',
  expects: 'a name',
  min: 0,
  max: 1,
  parse: ([word]) => word?.text ?? '',
};

const connectSeconds: Args<number> = {
  ...oneForZero(integer(0, MAX_CONNECT_SECONDS)),
  syntax: '<SECONDS>',
  unit: 'seconds',
};

export const mail = {
  notification_email: entries(none, '<ADDRESS>', 'Who gets mail, one or more a line.', {
    repeatable: true,
  }),
  notification_email_from: setting(text, 'The sender of mail.', {
    default: "keepalived@ and the host's name",
  }),
  smtp_server: setting(mailServer, 'The mail server.', { default: 'none; the port is 25' }),
  smtp_helo_name: setting(optionalName, 'The name given in HELO.', {
    default: "the host's name",
  }),
  smtp_connect_timeout: setting(
    connectSeconds,
    'How long the mail server may take for each of its answers.',
    { default: '30' },
  ),
  smtp_alert: setting(bool, 'The default of every smtp_alert.', { default: 'no' }),
  smtp_alert_vrrp: setting(bool, 'The default of smtp_alert in instances and sync groups.', {
    default: 'smtp_alert',
  }),
  smtp_alert_checker: setting(bool, 'The default of smtp_alert in virtual servers.', {
    default: 'smtp_alert',
  }),
  no_email_faults: setting(none, 'No mail about faults of instances.'),
  no_checker_emails: setting(
    bool,
    "No mail about each check's change, only when a real server comes or goes.",
    {
      default: 'no',
    },
  ),
};
