/** The checks of a real server to the model, with what they inherit from the servers. */
import { familyOf } from '../../../base/ip.js';
import type { connectionCheck } from '../../grammar/lvs/check-options.js';
import type { CheckConfig, CheckTargetConfig } from '../../model/index.js';
import type { Position } from '../../text/source.js';
import type { Section } from '../interpret.js';
import type { Picker } from '../pick.js';
import type { Writable } from '../present.js';
import {
  buildBfd,
  buildDns,
  buildFile,
  buildMisc,
  buildPlain,
  buildSmtp,
  buildUdp,
} from './check-kinds.js';
import type { RealServerSection, Service } from './service.js';
import { type CheckType, checkTiming, type InheritedTiming, inheritedTiming } from './timing.js';
import { buildWeb } from './web-checks.js';

/** Where a check connects to unless it says otherwise. */
export interface ServerAddress {
  readonly address: string;
  /** 0: unknown. */
  readonly port: number;
}

/** What the checks of one real server are built from. */
export interface CheckContext {
  readonly server: ServerAddress;
  readonly real: RealServerSection;
  readonly service: Service;
  readonly timing: InheritedTiming;
}

type Build = (section: never, context: CheckContext) => CheckConfig | undefined;

const BUILDERS = new Map<string, Build>([
  ['TCP_CHECK', (section, context) => buildPlain('TCP_CHECK', section, context)],
  ['HTTP_GET', (section, context) => buildWeb('HTTP_GET', section, context)],
  ['SSL_GET', (section, context) => buildWeb('SSL_GET', section, context)],
  ['SMTP_CHECK', buildSmtp],
  ['DNS_CHECK', buildDns],
  ['MISC_CHECK', buildMisc],
  ['UDP_CHECK', buildUdp],
  ['PING_CHECK', (section, context) => buildPlain('PING_CHECK', section, context)],
  ['FILE_CHECK', buildFile],
  ['BFD_CHECK', buildBfd],
] satisfies readonly (readonly [CheckType, Build])[]);

/** Builds all checks of a real server, in the order of the file. */
export function buildChecks(
  server: ServerAddress,
  real: RealServerSection,
  service: Service,
  fromVirtual: InheritedTiming,
): CheckConfig[] {
  const timing = inheritedTiming(real, fromVirtual);
  const context: CheckContext = { server, real, service, timing };
  const built: CheckConfig[] = [];
  for (const { keyword, section } of real.among(BUILDERS)) {
    const check = BUILDERS.get(keyword)?.(section as never, context);
    if (check) built.push(check);
  }
  return built;
}

/** The blocks of checks that connect. */
export type ConnectionSection = Section<typeof connectionCheck>;

/** What every check that connects has. */
export function connection(
  type: CheckType,
  section: ConnectionSection,
  pick: Picker,
  context: CheckContext,
) {
  return {
    at: section.at,
    target: target(section, pick, type, context.server, context),
    timing: checkTiming(type, section, pick, context.timing),
    alpha: pickAlpha(pick, context, section.get('alpha')),
    logAllFailures: pickLogAllFailures(section, pick, context),
    origins: pick.origins,
  };
}

/** Whether a check counts as failed at first, and what is logged of it. */
export function judging(
  section: Pick<ConnectionSection, 'get'>,
  pick: Picker,
  context: CheckContext,
): { alpha: boolean; logAllFailures: boolean } {
  return {
    alpha: pickAlpha(pick, context, section.get('alpha')),
    logAllFailures: pickLogAllFailures(section, pick, context),
  };
}

function pickLogAllFailures(
  section: Pick<ConnectionSection, 'get'>,
  pick: Picker,
  { service }: CheckContext,
): boolean {
  const own = section.get('log_all_failures');
  return pick.value<boolean>('log_all_failures', false, own, service.defaults.logAllFailures);
}

/** The check's `alpha`, else the real server's, else the virtual server's. */
export function pickAlpha(
  pick: Picker,
  { real, service }: CheckContext,
  own?: { readonly value: boolean; readonly at: Position },
): boolean {
  return pick.value<boolean>('alpha', false, own, real.get('alpha'), service.section.get('alpha'));
}

/**
 * Where a check connects to and from.
 *
 * @param usual what it connects to if it says nothing.
 */
export function target(
  section: ConnectionSection,
  pick: Picker,
  type: CheckType,
  usual: ServerAddress,
  { service: { sink } }: CheckContext,
): CheckTargetConfig {
  const address = pick.value('connect_ip', usual.address, section.get('connect_ip'));
  const port = pick.value('connect_port', usual.port, section.get('connect_port'));
  const bindTo = pick.optional('bindto', section.get('bindto'));
  const bindInterface = pick.optional('bind_if', section.get('bind_if'));
  const bindPort = pick.optional('bind_port', section.get('bind_port'));
  if (port === 0 && type !== 'PING_CHECK') {
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
  if (bindInterface === undefined && isLinkLocal(address)) {
    sink.report('CONFIG_CHECK_INCOMPLETE', pick.origins['connect_ip'] ?? section.at, {
      message: `${address} is a link-local address: without an interface ${type} cannot connect to it`,
      expected: "'bind_if <INTERFACE>'",
    });
  }
  const fwmark = pick.value('fwmark', 0, section.get('fwmark'));
  const target: Writable<CheckTargetConfig> = { address, port, fwmark };
  if (bindTo !== undefined) target.bindTo = bindTo;
  if (bindInterface !== undefined) target.bindInterface = bindInterface;
  if (bindPort !== undefined) target.bindPort = bindPort;
  return target;
}

/** fe80::/10 (RFC 4291 2.5.6). */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(address);
}
