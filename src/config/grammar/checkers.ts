/** The checks of a real server. */
import { address, bool, choice, integer, none, parseInteger, text, timer } from './args.js';
import { type Args, block, type Keywords, oldName, setting, unwritten } from './keyword.js';

const MAX_UINT32 = 4_294_967_295;
/** keepalived keeps connect_timeout in an unsigned 32-bit count of microseconds. */
const MAX_CONNECT_SECONDS = 4294;
/** One day short of what a number of microseconds holds: longer is a mistake. */
export const MAX_DELAY_SECONDS = 31_536_000;
const SHORTEST = 0.000001;

/** Timing that a virtual server gives to its real servers and they to their checks. */
export const timing = {
  connect_timeout: setting(
    timer(SHORTEST, MAX_CONNECT_SECONDS),
    'One total deadline of an attempt, from connect to the last byte of the answer.',
    { default: '5' },
  ),
  delay_loop: setting(
    timer(SHORTEST, MAX_DELAY_SECONDS),
    'The pause between two attempts while the server is well.',
    { default: '60' },
  ),
  delay_before_retry: setting(
    timer(0, MAX_DELAY_SECONDS),
    'The pause between a failed attempt and the next.',
    {
      default: '1; 3 for HTTP_GET and SSL_GET',
    },
  ),
  warmup: setting(
    timer(0, MAX_DELAY_SECONDS),
    'The first attempt comes at a random moment within this time.',
    { default: 'delay_loop' },
  ),
} as const;

/** `retry` of servers starts at 1, that of checks at 0. */
export const serverRetry = setting(
  integer(1, MAX_UINT32),
  'Failed attempts after the first before the server counts as failed.',
  {
    default: '1',
  },
);

const common = {
  connect_ip: setting(address, 'The address to connect to.', { default: "the real server's" }),
  connect_port: setting(integer(1, 65535), 'The port to connect to.', {
    default: "the real server's",
  }),
  bindto: setting(address, 'The address to connect from.'),
  bind_port: setting(integer(1, 65535), 'The port to connect from.'),
  fwmark: setting(integer(0, MAX_UINT32), "A mark on the check's packets.", { default: '0' }),
  ...timing,
  retry: setting(
    integer(0, MAX_UINT32),
    'Failed attempts after the first before the server counts as failed.',
    {
      default: '1',
    },
  ),
  alpha: setting(bool, 'The check counts as failed until it has succeeded once.', {
    default: 'no',
  }),
  ...unwritten('bind_if', 'log_all_failures'),
};

export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

const CODE = 'a status code from 100 to 599';

const statusCodes: Args<readonly CodeRange[]> = {
  syntax: '<CODE>[-<CODE>] ...',
  expects: 'status codes or ranges of them, for example 200 or 200-299',
  min: 1,
  max: Number.POSITIVE_INFINITY,
  parse(words, report) {
    const ranges: CodeRange[] = [];
    let good = true;
    for (const word of words) {
      const [low = '', high] = word.text.split('-', 2);
      const from = parseInteger({ ...word, text: low }, 100, 599, CODE, report);
      const to =
        high === undefined ? from : parseInteger({ ...word, text: high }, 100, 599, CODE, report);
      if (from === undefined || to === undefined) {
        good = false;
      } else if (to < from) {
        report('CONFIG_INVALID_VALUE', word, {
          message: `the range '${word.text}' is empty`,
          suggestion: `'${to}-${from}'`,
        });
        good = false;
      } else {
        ranges.push({ from, to });
      }
    }
    return good ? ranges : undefined;
  },
};

const digest: Args<string> = {
  syntax: '<MD5>',
  expects: '32 hexadecimal digits',
  min: 1,
  max: 1,
  parse([word], report) {
    if (word && /^[0-9a-f]{32}$/i.test(word.text)) return word.text.toLowerCase();
    if (word) {
      report('CONFIG_INVALID_VALUE', word, {
        message: `'${word.text}' is not an MD5 digest`,
        expected: digest.expects,
      });
    }
    return undefined;
  },
};

export const url = {
  path: setting(text, 'What to ask for, for example `/`.'),
  digest: setting(digest, "The MD5 of the answer's body."),
  status_code: setting(statusCodes, 'The status codes that are good.', { default: '200-299' }),
  virtualhost: setting(text, 'The Host header of the request.', { default: "the check's" }),
  ...unwritten(
    'regex',
    'regex_max_offset',
    'regex_min_offset',
    'regex_no_match',
    'regex_options',
    'regex_stack',
  ),
};

export const httpCheck = {
  ...common,
  url: block(none, url, 'A page to ask for; all pages must be good.', { repeatable: true }),
  virtualhost: setting(text, 'The Host header of requests that do not say theirs.', {
    default: "the real server's",
  }),
  http_protocol: setting(
    choice(['1.0', '1.0C', '1.1']),
    'The HTTP version; 1.0C is 1.0 with "Connection: close".',
    { default: '1.0' },
  ),
  enable_sni: setting(bool, 'Sends the virtualhost as server name in the TLS handshake.', {
    default: 'no',
  }),
  nb_get_retry: oldName('retry'),
  ...unwritten('fast_recovery', 'sni_name', 'tls_compliant'),
};

export const tcpCheck = { ...common };

/** All kinds of checks, by the keyword that opens them. */
export const checks = {
  TCP_CHECK: block(none, tcpCheck, 'The server is well if a TCP connection is accepted.', {
    repeatable: true,
  }),
  HTTP_GET: block(none, httpCheck, 'The server is well if its pages answer as expected.', {
    repeatable: true,
  }),
  SSL_GET: block(none, httpCheck, 'As HTTP_GET, over TLS.', { repeatable: true }),
  ...unwritten(
    'BFD_CHECK',
    'DNS_CHECK',
    'FILE_CHECK',
    'MISC_CHECK',
    'PING_CHECK',
    'SMTP_CHECK',
    'UDP_CHECK',
  ),
} satisfies Keywords;
