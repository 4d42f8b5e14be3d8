/**
 * What `keepalived_check.data` has behind the global definitions: groups of addresses, virtual servers
 * with their real servers, and the health checkers. What a virtual server only passes on to its
 * checks is shown there, and counters of keepalived's own (retries so far) are not.
 */
import { MICROS_PER_SECOND } from '../base/time.js';
import { virtualServerKey } from '../checker/group.js';
import { serverName, serviceName } from '../checker/names.js';
import type {
  CheckSettings,
  GroupMember,
  RealServerSettings,
  UrlCheck,
  VirtualServerSettings,
} from '../checker/settings.js';
import type {
  CheckerSnapshot,
  CheckSnapshot,
  RealServerSnapshot,
  VirtualServerSnapshot,
} from '../checker/snapshot.js';
import { destinationKey } from '../ipvs/model.js';
import type { ServerSubject, ServersSettings } from '../notify/settings.js';
import type { CommandSettings } from '../tracking/settings.js';

/** IP_VS_SVC_F_* of linux/ip_vs.h. */
const FLAGS = { ops: 0x04, flag1: 0x08, flag2: 0x10, flag3: 0x20 } as const;

/** A service that runs: what is configured, and what became of it. */
interface Service {
  readonly settings: VirtualServerSettings;
  readonly state: VirtualServerSnapshot;
  readonly told: ServersSettings['services'][string] | undefined;
}

/**
 * The lines.
 *
 * @param settings what the checker was told.
 * @param told which scripts and mails there are.
 */
export function checkLines(
  settings: readonly VirtualServerSettings[],
  told: ServersSettings | undefined,
  checker: CheckerSnapshot,
): readonly string[] {
  const states = new Map(checker.virtualServers.map((one) => [virtualServerKey(one.id), one]));
  const services = settings.flatMap((one): Service[] => {
    const key = virtualServerKey(one.id);
    const state = states.get(key);
    return state ? [{ settings: one, state, told: told?.services[key] }] : [];
  });
  if (services.length === 0) return [];
  return [
    '------< LVS Topology >------',
    ...groupsOf(services),
    ...services.flatMap(serviceLines),
    '------< Health checkers >------',
    ...services.flatMap(checkersOf),
  ];
}

/** Each group once, however many services have it. */
function groupsOf(services: readonly Service[]): string[] {
  const groups = new Map<string, readonly GroupMember[]>();
  for (const { settings } of services) {
    if (settings.id.kind === 'group') groups.set(settings.id.group, settings.members ?? []);
  }
  return [...groups].flatMap(([name, members]) => groupLines(name, members));
}

function groupLines(name: string, members: readonly GroupMember[]): string[] {
  const has = (family: 4 | 6): string =>
    yesNo(members.some((one) => one.kind === 'addresses' && familyOf(one.first) === family));
  return [
    ' ------< Virtual server group >------',
    ` Virtual Server Group = ${name}, IPv4 = ${has(4)}, IPv6 = ${has(6)}`,
    ...members.map(memberLine),
  ];
}

function memberLine(member: GroupMember): string {
  if (member.kind === 'fwmark') return `   FWMARK = ${member.fwmark}`;
  const { first, last, port } = member;
  return first === last
    ? `   VIP = ${first}, VPORT = ${port}`
    : `   VIP Range = ${first}-${last}, VPORT = ${port}`;
}

function serviceLines({ settings, state, told }: Service): string[] {
  const { id, flags, sorryServer } = settings;
  const protocol = id.kind === 'fwmark' ? 'none' : (id.protocol ?? 'none');
  return [
    ' ------< Virtual server >------',
    id.kind === 'group'
      ? ` VS GROUP = ${serviceName(id)}`
      : id.kind === 'fwmark'
        ? ` VS FWMARK = ${id.fwmark}`
        : ` VS VIP = ${id.address}, VPORT = ${id.port}`,
    `   Address family = ${(id.kind === 'address' ? familyOf(id.address) : id.family) === 6 ? 'inet6' : 'inet'}`,
    `   lvs_sched = ${settings.scheduler}`,
    '   Hashed = disabled',
    ...flagLines(settings),
    `   One packet scheduling = ${enabled((flags & FLAGS.ops) !== 0)}`,
    ...persistenceLines(settings),
    `   protocol = ${protocol}`,
    `   omega is ${onOff(settings.omega)}`,
    `   quorum = ${settings.quorum}, hysteresis = ${settings.hysteresis}`,
    ...scriptLine('   Quorum up', told?.UP),
    ...scriptLine('   Quorum down', told?.DOWN),
    `   Using smtp notification = ${yesNo(told?.mail === true)}`,
    ...(sorryServer
      ? [
          `   sorry server = ${serverName(id, sorryServer)}`,
          `     ${methodLine(sorryServer)}`,
          `     Inhibit on failure is ${onOff(sorryServer.inhibit)}`,
        ]
      : []),
    '   alive = 1',
    `   quorum_state_up = ${Number(state.quorumUp)}`,
    ...[...settings.realServers].flatMap((server, i) =>
      serverLines(server, state.realServers[i], told?.servers[destinationKey(server)]),
    ),
  ];
}

/** sh and mh have names for the first two. */
function flagLines({ scheduler, flags }: VirtualServerSettings): string[] {
  const has = (flag: number): string => enabled((flags & flag) !== 0);
  if (scheduler === 'sh' || scheduler === 'mh') {
    return [
      `   ${scheduler}-port = ${has(FLAGS.flag2)}`,
      `   ${scheduler}-fallback = ${has(FLAGS.flag1)}`,
    ];
  }
  return [FLAGS.flag1, FLAGS.flag2, FLAGS.flag3].map(
    (flag, i) => `   flag-${i + 1} = ${has(flag)}`,
  );
}

function persistenceLines(settings: VirtualServerSettings): string[] {
  const { persistenceTimeout, persistencePrefix, persistenceMask, persistenceEngine } = settings;
  if (persistenceTimeout === 0) return [];
  const granularity =
    persistenceMask === undefined
      ? maskOf(settings.id, persistencePrefix)
      : bytesOf(persistenceMask);
  return [
    `   persistence timeout = ${persistenceTimeout}`,
    ...(persistenceEngine === undefined ? [] : [`   persistence engine = ${persistenceEngine}`]),
    ...(granularity === undefined ? [] : [`   persistence granularity = ${granularity}`]),
  ];
}

/** An IPv4 mask as addresses are written, an IPv6 one as its length; nothing for a whole address. */
function maskOf(id: VirtualServerSettings['id'], prefix: number): string | undefined {
  const family = id.kind === 'address' ? familyOf(id.address) : id.family;
  if (family === 6) return prefix === 128 ? undefined : `${prefix}`;
  if (prefix === 32) return undefined;
  return bytesOf(2 ** 32 - 2 ** (32 - prefix));
}

function bytesOf(mask: number): string {
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
}

function serverLines(
  server: RealServerSettings,
  state: RealServerSnapshot | undefined,
  told: ServerSubject | undefined,
): string[] {
  const { address, port, weight } = server;
  const effective = state?.weight ?? weight;
  return [
    '   ------< Real server >------',
    `   RIP = ${address}, RPORT = ${port}, WEIGHT = ${weight} EFF WEIGHT = ${effective}`,
    `   ${methodLine(server)}`,
    `   Alpha is ${onOff(server.alpha)}`,
    `   connection limit range = ${server.lowerThreshold} -> ${server.upperThreshold}`,
    `   Inhibit on failure is ${onOff(server.inhibitOnFailure)}`,
    ...scriptLine('     RS up', told?.UP),
    ...scriptLine('     RS down', told?.DOWN),
    `   Using smtp notification = ${yesNo(told?.mail === true)}`,
    `   initial weight = ${weight}`,
    `   effective weight = ${effective}`,
    `   alive = ${Number(state?.alive ?? false)}`,
    `   num failed checkers = ${state?.checks.filter(({ up }) => !up).length ?? 0}`,
    `   RS set = ${Number(state?.weight !== undefined)}`,
  ];
}

function methodLine({
  method,
  tunnel,
  sourceNat,
}: Pick<RealServerSettings, 'method' | 'tunnel' | 'sourceNat'>): string {
  if (method !== 'TUN') return `forwarding method = ${sourceNat ? 'FULLNAT' : method}`;
  const type = tunnel?.type.toUpperCase() ?? 'IPIP';
  const port = tunnel && 'port' in tunnel ? `, port = ${tunnel.port}` : '';
  return `forwarding method = TUN, type = ${type}${port}`;
}

function checkersOf({ settings, state }: Service): string[] {
  const { id, realServers } = settings;
  return [...realServers].flatMap((server, i) =>
    server.checks.flatMap((check, k) => [
      ` ${serviceName(id)} -> ${serverName(id, server)}`,
      ...checkerLines(check, server.alpha, state.realServers[i]?.checks[k]),
    ]),
  );
}

function checkerLines(
  check: CheckSettings,
  alpha: boolean,
  state: CheckSnapshot | undefined,
): string[] {
  const { timing, target } = check;
  return [
    '   Enabled = yes',
    `   Up = ${yesNo(state?.up ?? false)}`,
    `   Has run = ${yesNo((state?.attempts ?? 0) > 0)}`,
    `   Alpha = ${yesNo(alpha)}`,
    `   Delay loop = ${timing.delayLoop} us`,
    `   Warmup = ${timing.warmup} us`,
    `   Retries = ${timing.retry}`,
    `   Delay before retry = ${timing.delayBeforeRetry} us`,
    '   Connection',
    `     Dest = [${target.address}]:${target.port}`,
    ...(target.bindTo === undefined
      ? []
      : [`     Bind to = [${target.bindTo}]:${target.bindPort ?? 0}`]),
    ...(target.fwmark === 0 ? [] : [`     Mark = ${target.fwmark}`]),
    `     Timeout = ${seconds(timing.connectTimeout)}`,
    ...(check.type === 'TCP_CHECK'
      ? ['   Keepalive method = TCP_CHECK']
      : [
          `   Keepalive method = ${check.type}, http protocol ${check.httpProtocol}`,
          `   Enable SNI ${check.enableSni ? 'set' : 'unset'}`,
          ...check.urls.flatMap(urlLines),
        ]),
  ];
}

function urlLines({ path, digest, statusCodes, virtualHost }: UrlCheck): string[] {
  const codes = statusCodes.length === 0 ? [{ from: 200, to: 299 }] : statusCodes;
  return [
    `   Checked url = ${path}`,
    ...(digest === undefined ? [] : [`     digest = ${digest}`]),
    '     HTTP Status Code(s)',
    ...codes.map(({ from, to }) => `       ${from === to ? from : `${from}-${to}`}`),
    ...(virtualHost === undefined ? [] : [`     Virtual host = ${virtualHost}`]),
  ];
}

function scriptLine(title: string, command: CommandSettings | undefined): string[] {
  if (!command) return [];
  const { uid, gid } = command.user ?? { uid: 0, gid: 0 };
  const words = command.words.map((word) => `'${word}'`).join(' ');
  return [`${title} notify script = ${words}, uid:gid ${uid}:${gid}`];
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

function seconds(micros: number): string {
  return (micros / MICROS_PER_SECOND).toFixed(6);
}

function enabled(value: boolean): string {
  return value ? 'enabled' : 'disabled';
}

function onOff(value: boolean): string {
  return value ? 'ON' : 'OFF';
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
