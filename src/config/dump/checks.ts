/** The checks of real servers as canonical text. */
import type {
  CheckConfig,
  CheckTargetConfig,
  HttpCheckConfig,
  MiscCheckConfig,
  Origins,
  RegexConfig,
  UdpCheckConfig,
  UrlConfig,
} from '../model/index.js';
import { commandText } from './script.js';
import {
  block,
  flag,
  givenYesNo,
  type Line,
  line,
  optional,
  quote,
  quoteForShell,
  seconds,
  yesNo,
} from './text.js';

export function checkBlock(check: CheckConfig): Line {
  return block(check.type, check.at, [...connectionLines(check), ...ownLines(check)]);
}

/** What kinds of checks share, as far as this one has it. */
function connectionLines(check: CheckConfig): Line[] {
  if (check.type === 'FILE_CHECK') return [];
  if (check.type === 'BFD_CHECK') return [yesNo(check, 'alpha', check.alpha)];
  const { timing } = check;
  return [
    ...('target' in check ? targetLines(check, check.target) : []),
    ...('connectTimeout' in timing
      ? [line(check, 'connect_timeout', seconds(timing.connectTimeout))]
      : []),
    line(check, 'delay_loop', seconds(timing.delayLoop)),
    line(check, 'retry', timing.retry),
    line(check, 'delay_before_retry', seconds(timing.delayBeforeRetry)),
    line(check, 'warmup', seconds(timing.warmup)),
    yesNo(check, 'alpha', check.alpha),
    ...givenYesNo(check, 'log_all_failures', check.logAllFailures),
  ];
}

function targetLines(object: { readonly origins: Origins }, target: CheckTargetConfig): Line[] {
  return [
    line(object, 'connect_ip', target.address),
    ...flag(target.port > 0, object, 'connect_port', target.port),
    ...optional(object, 'bindto', target.bindTo),
    ...optional(object, 'bind_if', target.bindInterface),
    ...optional(object, 'bind_port', target.bindPort),
    ...flag(target.fwmark > 0, object, 'fwmark', target.fwmark),
  ];
}

function ownLines(check: CheckConfig): Line[] {
  switch (check.type) {
    case 'TCP_CHECK':
    case 'PING_CHECK':
      return [];
    case 'HTTP_GET':
    case 'SSL_GET':
      return webLines(check);
    case 'SMTP_CHECK':
      return [
        line(check, 'helo_name', quote(check.heloName)),
        ...check.hosts.map((host) =>
          block('host', host.at, [
            ...targetLines(host, host.target),
            line(host, 'connect_timeout', seconds(host.connectTimeout)),
          ]),
        ),
      ];
    case 'DNS_CHECK':
      return [line(check, 'type', check.recordType), line(check, 'name', quote(check.name))];
    case 'UDP_CHECK':
      return udpLines(check);
    case 'MISC_CHECK':
      return [
        line(check, 'misc_path', commandText(check.script.command)),
        // The default is delay_loop, which need not be whole seconds.
        ...flag(
          check.timeout !== check.timing.delayLoop,
          check,
          'misc_timeout',
          seconds(check.timeout),
        ),
        ...flag(check.dynamic, check, 'misc_dynamic'),
        ...userLine(check),
      ];
    case 'FILE_CHECK':
      return [
        line(check, 'track_file', quote(check.trackFile)),
        line(check, 'weight', check.weight, ...(check.reverse ? ['reverse'] : [])),
      ];
    case 'BFD_CHECK':
      return [line(check, 'name', quote(check.name))];
  }
}

/** Its words are plain ones, unlike those behind a command. */
function userLine(check: MiscCheckConfig): Line[] {
  const { user, group } = check.script;
  if (user === undefined) return [];
  return [line(check, 'user', quote(user), ...(group === undefined ? [] : [quote(group)]))];
}

function udpLines(check: UdpCheckConfig): Line[] {
  const { payload, reply } = check;
  return [
    ...optional(check, 'payload', payload),
    ...flag(reply !== undefined, check, 'require_reply', ...(reply ? [reply] : [])),
    ...(reply === undefined
      ? []
      : [
          line(check, 'min_reply_length', check.minReplyLength),
          line(check, 'max_reply_length', check.maxReplyLength),
        ]),
  ];
}

function webLines(check: HttpCheckConfig): Line[] {
  return [
    line(check, 'http_protocol', check.httpProtocol),
    ...flag(check.fastRecovery, check, 'fast_recovery', 'yes'),
    ...flag(check.enableSni, check, 'enable_sni', 'yes'),
    ...optional(check, 'sni_name', check.sniName),
    ...check.urls.map(urlBlock),
  ];
}

function urlBlock(url: UrlConfig): Line {
  const codes = url.statusCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return block('url', url.at, [
    line(url, 'path', quote(url.path)),
    ...optional(url, 'digest', url.digest),
    ...flag(codes.length > 0, url, 'status_code', ...codes),
    ...optional(url, 'virtualhost', url.virtualHost),
    ...(url.regex ? regexLines(url, url.regex) : []),
    ...flag(url.tlsCompliant, url, 'tls_compliant', 'yes'),
  ]);
}

function regexLines(url: UrlConfig, regex: RegexConfig): Line[] {
  return [
    line(url, 'regex', quoteForShell(regex.pattern)),
    ...flag(regex.noMatch, url, 'regex_no_match'),
    ...flag(regex.options.length > 0, url, 'regex_options', ...regex.options),
    ...flag(regex.minOffset > 0, url, 'regex_min_offset', regex.minOffset),
    ...optional(url, 'regex_max_offset', regex.maxOffset),
  ];
}
