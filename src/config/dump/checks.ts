/** The checks of real servers as canonical text. */
import type { CheckConfig, UrlConfig } from '../model/index.js';
import { block, flag, type Line, line, optional, quote, seconds, yesNo } from './text.js';

export function checkBlock(check: CheckConfig): Line {
  const { target, timing } = check;
  return block(check.type, check.at, [
    line(check, 'connect_ip', target.address),
    line(check, 'connect_port', target.port),
    ...optional(check, 'bindto', target.bindTo),
    ...optional(check, 'bind_port', target.bindPort),
    ...flag(target.fwmark > 0, check, 'fwmark', target.fwmark),
    line(check, 'connect_timeout', seconds(timing.connectTimeout)),
    line(check, 'delay_loop', seconds(timing.delayLoop)),
    line(check, 'retry', timing.retry),
    line(check, 'delay_before_retry', seconds(timing.delayBeforeRetry)),
    line(check, 'warmup', seconds(timing.warmup)),
    yesNo(check, 'alpha', check.alpha),
    ...(check.type === 'TCP_CHECK'
      ? []
      : [
          line(check, 'http_protocol', check.httpProtocol),
          ...flag(check.enableSni, check, 'enable_sni', 'yes'),
          ...check.urls.map(urlBlock),
        ]),
  ]);
}

function urlBlock(url: UrlConfig): Line {
  const codes = url.statusCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return block('url', url.at, [
    line(url, 'path', quote(url.path)),
    ...optional(url, 'digest', url.digest),
    ...flag(codes.length > 0, url, 'status_code', ...codes),
    ...optional(url, 'virtualhost', url.virtualHost),
  ]);
}
