/** The checks of a real server. */

import type { Word } from '../../text/source.js';
import { choice, integer, none, parseInteger, text } from '../args.js';
import { type Args, block, type Keywords, outdated, planned, setting } from '../keyword.js';
import { scriptUser, splitCommand } from '../script.js';
import { alpha, connectionCheck, NOT_RUN, repeatedCheck } from './check-options.js';
import { hexBytes } from './hex.js';
import { MAX_WEIGHT } from './timing.js';
import { webCheck } from './web-checks.js';

const oldRetry = outdated('keepalived does not read it in a TCP_CHECK', "'retry'");

export const tcpCheck = {
  ...connectionCheck,
  nb_get_retry: oldRetry,
  nb_sock_retry: oldRetry,
};
export const pingCheck = { ...connectionCheck };

export const smtpCheck = {
  ...connectionCheck,
  helo_name: setting(text, 'The name to say HELO with.', { default: 'smtpchecker.keepalived.org' }),
  host: block(none, connectionCheck, 'One of several places to connect to, an old form.', {
    repeatable: true,
  }),
};

/** Types of DNS records that can be asked for. */
export const DNS_TYPES = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'] as const;

/** RFC 1035 2.3.4: labels of 63 octets, names of 255 with a length before each label. */
const dnsName: Args<string> = {
  syntax: '<STRING>',
  expects: 'a domain name: labels of at most 63 characters, 253 in all',
  min: 1,
  max: 1,
  parse([word], report) {
    const { text: name } = word as Word;
    if (name === '.') return name;
    const labels = name.replace(/\.$/, '').split('.');
    const good = labels.every((label) => label !== '' && Buffer.byteLength(label) <= 63);
    if (good && Buffer.byteLength(labels.join('.')) <= 253) return name;
    report('CONFIG_INVALID_VALUE', word as Word, {
      message: `'${name}' is not a domain name`,
      expected: dnsName.expects,
    });
    return undefined;
  },
};

export const dnsCheck = {
  ...connectionCheck,
  type: setting(choice(DNS_TYPES, true), 'The type of record to ask for.', { default: 'SOA' }),
  name: setting(dnsName, 'The name to ask for.', { default: '.' }),
};

export const udpCheck = {
  ...connectionCheck,
  payload: setting(hexBytes(false, 1), 'The bytes to send.', { default: 'random ones' }),
  require_reply: setting(
    hexBytes(true, 0),
    'An answer must come, and begin with these bytes as far as it goes.',
    { default: 'no answer is needed, only no ICMP error' },
  ),
  min_reply_length: setting(integer(0, 65535, 'bytes'), 'A shorter answer is a failure.', {
    default: '0',
  }),
  max_reply_length: setting(integer(0, 65535, 'bytes'), 'A longer answer is a failure.', {
    default: '255',
  }),
};

/** A command without a user: what follows its word is ignored. */
const command: Args<readonly string[]> = {
  syntax: '<COMMAND>',
  expects: 'a command, quoted if it has arguments',
  readsLikeShell: true,
  min: 1,
  max: 1,
  parse: ([word], report) => splitCommand(word as Word, report),
};

/** keepalived keeps misc_timeout in an unsigned 32-bit count of microseconds. */
const MAX_MISC_SECONDS = 4294;

export const miscCheck = {
  ...repeatedCheck,
  misc_path: setting(command, 'The command: status 0 is success.'),
  misc_timeout: setting(
    integer(0, MAX_MISC_SECONDS, 'seconds'),
    'After this time the command is ended and has failed; 0: the default.',
    { default: 'delay_loop' },
  ),
  misc_dynamic: setting(
    none,
    'A status from 2 to 255 is success, and makes the weight two less than it.',
  ),
  user: setting(scriptUser, 'Who runs the command.', { default: 'script_user' }),
};

/** A weight by which the value of a tracked file is multiplied. */
export interface FileWeight {
  readonly weight: number;
  readonly reverse: boolean;
}

const fileWeight: Args<FileWeight> = {
  syntax: `<${-MAX_WEIGHT}..${MAX_WEIGHT}> [reverse]`,
  expects: `a whole number from ${-MAX_WEIGHT} to ${MAX_WEIGHT}, and perhaps reverse`,
  min: 1,
  max: 2,
  range: [-MAX_WEIGHT, MAX_WEIGHT],
  parse([word, option], report) {
    const weight = parseInteger(word as Word, -MAX_WEIGHT, MAX_WEIGHT, fileWeight.expects, report);
    if (option && option.text !== 'reverse' && option.text !== 'noreverse') {
      report('CONFIG_INVALID_VALUE', option, {
        message: `'${option.text}' is not known`,
        expected: 'reverse or noreverse',
      });
      return undefined;
    }
    return weight === undefined ? undefined : { weight, reverse: option?.text === 'reverse' };
  },
};

export const fileCheck = {
  track_file: setting(text, 'The `track_file` whose number counts.'),
  weight: setting(
    fileWeight,
    "The file's number times this is added to the server's weight; 0: any other number than 0 is a failure.",
    { default: "the track_file's" },
  ),
};

export const bfdCheck = {
  name: setting(text, 'The `bfd_instance` that must be up.', { firstCounts: true }),
  alpha,
};

const MANY = { repeatable: true };

/** All kinds of checks, by the keyword that opens them. */
export const checks = {
  TCP_CHECK: block(none, tcpCheck, 'The server is well if a TCP connection is accepted.', MANY),
  HTTP_GET: block(none, webCheck, 'The server is well if its pages answer as expected.', MANY),
  SSL_GET: block(none, webCheck, 'As HTTP_GET, over TLS.', MANY),
  SMTP_CHECK: planned(
    block(none, smtpCheck, 'The server is well if it greets and answers HELO.', MANY),
    NOT_RUN,
  ),
  DNS_CHECK: planned(
    block(none, dnsCheck, 'The server is well if it answers a query.', MANY),
    NOT_RUN,
  ),
  MISC_CHECK: planned(
    block(none, miscCheck, 'The server is well if a command says so by its exit status.', MANY),
    NOT_RUN,
  ),
  UDP_CHECK: planned(
    block(
      none,
      udpCheck,
      'The server is well if a datagram brings no ICMP error, or an answer.',
      MANY,
    ),
    NOT_RUN,
  ),
  PING_CHECK: planned(
    block(none, pingCheck, 'The server is well if it answers an ICMP echo request.', MANY),
    NOT_RUN,
  ),
  FILE_CHECK: planned(
    block(none, fileCheck, 'The number in a file makes the weight, or the verdict.', MANY),
    NOT_RUN,
  ),
  BFD_CHECK: planned(
    block(none, bfdCheck, 'The server is well while a BFD session is up.', MANY),
    NOT_RUN,
  ),
} satisfies Keywords;
