/** The checks of a real server to the model, with what they inherit from the servers. */
import { familyOf } from '../../base/ip.js';
import { fromSeconds } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { httpCheck, tcpCheck, url } from '../grammar/checkers.js';
import type { realServer, virtualServer } from '../grammar/virtual-server.js';
import type {
  CheckConfig,
  CheckTargetConfig,
  CheckTimingConfig,
  UrlConfig,
} from '../model/index.js';
import type { Position } from '../text/source.js';
import type { Section, Setting } from './interpret.js';
import { Picker } from './pick.js';

export type VirtualServerSection = Section<typeof virtualServer>;
export type RealServerSection = Section<typeof realServer>;
type HttpSection = Section<typeof httpCheck>;

/** Where a check connects to unless it says otherwise. */
export interface ServerAddress {
  readonly address: string;
  /** 0: unknown. */
  readonly port: number;
}

const CONNECT_TIMEOUT = fromSeconds(5);
const DELAY_LOOP = fromSeconds(60);
const RETRY = 1;
const RETRY_DELAY = fromSeconds(1);
const HTTP_RETRY_DELAY = fromSeconds(3);

interface Context {
  readonly server: ServerAddress;
  readonly real: RealServerSection;
  readonly virtual: VirtualServerSection;
  readonly sink: Sink;
}

/** Builds all checks of a real server, in the order of the file. */
export function buildChecks(
  server: ServerAddress,
  real: RealServerSection,
  virtual: VirtualServerSection,
  sink: Sink,
): CheckConfig[] {
  const context: Context = { server, real, virtual, sink };
  const built: { order: number; check: CheckConfig }[] = [];
  for (const setting of real.all('TCP_CHECK')) {
    built.push({ order: setting.order, check: buildTcp(setting.section, context) });
  }
  for (const type of ['HTTP_GET', 'SSL_GET'] as const) {
    for (const setting of real.all(type)) {
      built.push({ order: setting.order, check: buildHttp(type, setting.section, context) });
    }
  }
  return built.sort((a, b) => a.order - b.order).map(({ check }) => check);
}

function buildTcp(section: Section<typeof tcpCheck>, context: Context): CheckConfig {
  const pick = new Picker();
  return { type: 'TCP_CHECK', ...common(section, pick, RETRY_DELAY, 'TCP_CHECK', context) };
}

function buildHttp(
  type: 'HTTP_GET' | 'SSL_GET',
  section: HttpSection,
  context: Context,
): CheckConfig {
  const pick = new Picker();
  const base = common(section, pick, HTTP_RETRY_DELAY, type, context);
  const urls = section.all('url').map((setting) => buildUrl(setting, section, context));
  if (urls.length === 0) {
    context.sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: `${type} has no url: there is nothing to ask for`,
      expected: "'url { path / }'",
    });
  }
  const sni = section.get('enable_sni');
  if (sni && type === 'HTTP_GET') {
    context.sink.report('CONFIG_WITHOUT_EFFECT', sni.at, {
      message: 'enable_sni has no effect in HTTP_GET, only SSL_GET has a handshake',
    });
  }
  return {
    type,
    ...base,
    urls,
    httpProtocol: pick.value('http_protocol', '1.0', section.get('http_protocol')),
    enableSni: type === 'SSL_GET' && pick.value('enable_sni', false, sni),
  };
}

function common(
  section: Section<typeof tcpCheck>,
  pick: Picker,
  retryDelay: number,
  type: string,
  context: Context,
): {
  at: Position;
  origins: Record<string, Position>;
  target: CheckTargetConfig;
  timing: CheckTimingConfig;
  alpha: boolean;
} {
  const { real, virtual } = context;
  return {
    at: section.at,
    target: target(section, pick, type, context),
    timing: timing(section, pick, retryDelay, context),
    alpha: pick.value<boolean>(
      'alpha',
      false,
      section.get('alpha'),
      real.get('alpha'),
      virtual.get('alpha'),
    ),
    origins: pick.origins,
  };
}

/** Check, else real server, else virtual server, else the default of the kind of check. */
function timing(
  section: Section<typeof tcpCheck>,
  pick: Picker,
  retryDelay: number,
  { real, virtual }: Context,
): CheckTimingConfig {
  const value = (
    word: 'connect_timeout' | 'delay_loop' | 'delay_before_retry' | 'warmup' | 'retry',
    fallback: number,
  ): number => pick.value(word, fallback, section.get(word), real.get(word), virtual.get(word));
  const delayLoop = value('delay_loop', DELAY_LOOP);
  return {
    delayLoop,
    connectTimeout: value('connect_timeout', CONNECT_TIMEOUT),
    retry: value('retry', RETRY),
    delayBeforeRetry: value('delay_before_retry', retryDelay),
    warmup: value('warmup', delayLoop),
  };
}

function target(
  section: Section<typeof tcpCheck>,
  pick: Picker,
  type: string,
  { server, sink }: Context,
): CheckTargetConfig {
  const address = pick.value('connect_ip', server.address, section.get('connect_ip'));
  const port = pick.value('connect_port', server.port, section.get('connect_port'));
  const bindTo = pick.optional('bindto', section.get('bindto'));
  const bindPort = pick.optional('bind_port', section.get('bind_port'));
  if (port === 0) {
    sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: `${type} has no port to connect to: the real server has none`,
      expected: "'connect_port <PORT>'",
    });
  }
  if (bindTo !== undefined && familyOf(bindTo) !== familyOf(address)) {
    sink.report('CONFIG_FAMILY_MISMATCH', pick.origins['bindto'] ?? section.at, {
      message: `bindto ${bindTo} and the address to connect to, ${address}, are of different families: no connection is possible`,
    });
  }
  return {
    address,
    port,
    ...(bindTo === undefined ? {} : { bindTo }),
    ...(bindPort === undefined ? {} : { bindPort }),
    fwmark: pick.value('fwmark', 0, section.get('fwmark')),
  };
}

function buildUrl(
  setting: Setting<(typeof httpCheck)['url']>,
  http: HttpSection,
  { real, virtual, sink }: Context,
): UrlConfig {
  const section: Section<typeof url> = setting.section;
  const pick = new Picker();
  if (!section.mentions('path')) {
    sink.report('CONFIG_CHECK_INCOMPLETE', section.at, {
      message: 'url has no path: there is nothing to ask for',
      expected: "'path /'",
    });
  }
  const path = pick.value('path', '', section.get('path'));
  const digest = pick.optional('digest', section.get('digest'));
  const virtualHost = pick.optional(
    'virtualhost',
    section.get('virtualhost'),
    http.get('virtualhost'),
    real.get('virtualhost'),
    virtual.get('virtualhost'),
  );
  return {
    at: section.at,
    path,
    statusCodes: pick.value('status_code', [], section.get('status_code')),
    ...(digest === undefined ? {} : { digest }),
    ...(virtualHost === undefined ? {} : { virtualHost }),
    origins: pick.origins,
  };
}
