/** `HTTP_GET` and `SSL_GET`. */
import { bool, choice, none, parseInteger, text } from '../args.js';
import { type Args, block, ignored, oldName, planned, setting } from '../keyword.js';
import { connectionCheck, NOT_RUN } from './check-options.js';

export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

const CODE = 'a status code from 100 to 599';

const statusCodes: Args<readonly CodeRange[]> = {
  syntax: '<CODE>[-<CODE>] ...',
  expects: 'status codes or ranges of them, for example 200 or 200-299',
  // Nothing is the default, as in keepalived; the builder warns.
  min: 0,
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

/** PCRE2's compile options that keepalived knows, by its names. */
export const REGEX_OPTIONS = [
  'allow_empty_class',
  'alt_bsux',
  'alt_circumflex',
  'alt_verbnames',
  'auto_callout',
  'caseless',
  'dollar_endonly',
  'dotall',
  'dupnames',
  'extended',
  'firstline',
  'match_unset_backref',
  'multiline',
  'never_backslash_c',
  'never_ucp',
  'never_utf',
  'no_auto_capture',
  'no_auto_possess',
  'no_dotstar_anchor',
  'no_start_optimize',
  'ucp',
  'ungreedy',
  'use_offset_limit',
  'utf',
] as const;

export type RegexOption = (typeof REGEX_OPTIONS)[number];

/** What keepalived does not look at closely is taken as it is; the builder says what it makes of it. */
function words(syntax: string, expects: string, readsLikeShell = false): Args<readonly string[]> {
  return {
    syntax,
    expects,
    readsLikeShell,
    min: 0,
    max: Number.POSITIVE_INFINITY,
    parse: (given) => given.map((word) => word.text),
  };
}

const tlsCompliant = planned(
  setting(bool, 'SSL_GET: the connection is closed with a close_notify alert.', { default: 'no' }),
  'the TLS library decides how the connection is closed',
);

export const url = {
  path: setting(text, 'What to ask for, for example `/`.'),
  digest: setting(digest, "The MD5 of the answer's body.", { firstCounts: true }),
  status_code: setting(statusCodes, 'The status codes that are good.', {
    default: '200-299',
    repeatable: true,
  }),
  virtualhost: setting(text, 'The Host header of the request.', { default: "the check's" }),
  regex: planned(
    setting(
      words('<STRING>', 'a regular expression, quoted if it has blanks', true),
      'A regular expression (PCRE) that the answer must match.',
    ),
    NOT_RUN,
  ),
  regex_no_match: planned(setting(none, 'The answer must not match the expression.'), NOT_RUN),
  regex_options: planned(
    setting(
      words('<OPTION> ...', `some of ${REGEX_OPTIONS.join(', ')}`),
      'Options of the expression, by the names of pcre2api(3).',
      { repeatable: true },
    ),
    NOT_RUN,
  ),
  regex_min_offset: planned(
    setting(words('<OFFSET>', 'a number of bytes'), 'Where in the answer the search begins.', {
      default: '0',
    }),
    NOT_RUN,
  ),
  regex_max_offset: planned(
    setting(words('<OFFSET>', 'a number of bytes'), 'Where in the answer a match begins at last.', {
      default: 'no limit',
    }),
    NOT_RUN,
  ),
  regex_stack: ignored(
    "it is about PCRE2's compiled expressions, which tandem does not use",
    'info',
  ),
  tls_compliant: tlsCompliant,
};

const web = {
  ...connectionCheck,
  url: block(none, url, 'A page to ask for; all pages must be good.', { repeatable: true }),
  virtualhost: setting(text, 'The Host header of requests that do not say theirs.', {
    default: "the real server's",
  }),
  http_protocol: setting(
    choice(['1.0', '1.0C', '1.1'], true),
    'The HTTP version; 1.0C is 1.0 with "Connection: close".',
    { default: '1.0' },
  ),
  fast_recovery: planned(
    setting(bool, 'A server that comes back is asked for all pages without a pause between them.', {
      default: 'no',
    }),
    'all pages are asked for in one attempt, always',
  ),
  nb_get_retry: oldName('retry'),
};

/** HTTP_GET and SSL_GET have the same words; those of TLS are without effect in HTTP_GET. */
export const webCheck = {
  ...web,
  enable_sni: setting(bool, 'SSL_GET: sends the virtualhost as server name in the handshake.', {
    default: 'no',
  }),
  sni_name: planned(
    setting(text, 'SSL_GET: the server name to send in the handshake.', {
      default: 'the virtualhost, with enable_sni',
    }),
    NOT_RUN,
  ),
  tls_compliant: tlsCompliant,
};
