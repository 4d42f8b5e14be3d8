/**
 * keepalived's state file (`keepalived.data`): the topology, sync groups and what is tracked. Lines
 * of keepalived that tell of its own inside (descriptors, sockets, every interface of the machine)
 * are not there.
 */
import { MICROS_PER_MILLI, MICROS_PER_SECOND, toSeconds } from '../base/time.js';
import type { InstanceSnapshot } from '../vrrp/snapshot.js';
import type {
  GroupFacts,
  InstanceFacts,
  NotifyFacts,
  ScriptFacts,
  ScriptText,
  TrackFacts,
  TrackFileFacts,
  TrackProcessFacts,
} from './settings.js';
import { addressText, type DumpView, instancesOf, masterPriority } from './view.js';

/** The text of `keepalived.data`. */
export function renderData(view: DumpView): string {
  const { settings } = view;
  return [
    ...settings.globals,
    '------< VRRP Topology >------',
    ...instancesOf(view).flatMap(({ facts, state }) => instanceLines(facts, state, view.now)),
    ...section('VRRP Sync groups', settings.groups, (group) => groupLines(group, view)),
    ...section('VRRP Scripts', settings.scripts, (script) => scriptLines(script, view)),
    ...section('VRRP Track files', settings.trackFiles, (file) => fileLines(file, view)),
    ...section('VRRP Track processes', settings.trackProcesses, (one) => processLines(one, view)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function section<T>(
  title: string,
  entries: readonly T[],
  lines: (entry: T) => readonly string[],
): string[] {
  return entries.length === 0 ? [] : [`------< ${title} >------`, ...entries.flatMap(lines)];
}

function instanceLines(facts: InstanceFacts, state: InstanceSnapshot, now: number): string[] {
  const { garp, unicast } = facts;
  const changed = now - state.inStateFor;
  return [
    ` VRRP Instance = ${facts.name}`,
    `   VRRP Version = ${state.version}`,
    ...(facts.family === 6 ? ['   Using Native IPv6'] : []),
    ...(state.group === undefined ? [] : [`   Sync group = ${state.group}`]),
    `   State = ${state.state}`,
    ...(state.state === 'BACKUP'
      ? [
          `   Master router = ${state.lastAdvert?.source ?? '0.0.0.0'}`,
          `   Master priority = ${masterPriority(state)}`,
          ...(state.version === 3
            ? [`   Master advert int = ${toSeconds(state.advertInterval).toFixed(2)} sec`]
            : []),
        ]
      : []),
    ...flagLines(facts, state),
    `   Wantstate = ${state.state}`,
    '   Number of config faults = 0',
    `   Number of interface and track script faults = ${Number(state.state === 'FAULT')}`,
    `   Number of track scripts init = ${Number(state.pending !== undefined)}`,
    `   Last transition = ${timeText(changed)}`,
    `   Read timeout = ${readTimeout(state, now)}`,
    `   Master down timer = ${state.downInterval} usecs`,
    `   Interface = ${state.interface}`,
    `   Using src_ip = ${state.source ?? '(none)'}${facts.sourceIsConfigured ? ' (from configuration)' : ''}`,
    ...(unicast ? [] : [`   Multicast address ${facts.multicastGroup}`]),
    `   Gratuitous ARP delay = ${whole(garp.masterDelay)}`,
    `   Gratuitous ARP repeat = ${garp.masterRepeat}`,
    `   Gratuitous ARP refresh = ${whole(garp.masterRefresh)}`,
    `   Gratuitous ARP refresh repeat = ${garp.masterRefreshRepeat}`,
    `   Gratuitous ARP lower priority delay = ${whole(garp.lowerPrioDelay)}`,
    `   Gratuitous ARP lower priority repeat = ${garp.lowerPrioRepeat}`,
    `   Down timer adverts = ${facts.downTimerAdverts}`,
    `   Send advert after receive lower priority advert = ${!facts.lowerPrioNoAdvert}`,
    `   Send advert after receive higher priority advert = ${facts.higherPrioSendAdvert}`,
    `   Virtual Router ID = ${state.virtualRouterId}`,
    `   Priority = ${state.priority}`,
    `   Effective priority = ${state.effectivePriority}`,
    `   Total priority = ${state.effectivePriority}`,
    `   Advert interval = ${intervalText(state.version, state.configuredInterval)}`,
    ...(state.version === 3 && state.state === 'BACKUP'
      ? [`   Master advert interval = ${intervalText(3, state.advertInterval)}`]
      : []),
    `   Accept = ${facts.accept ? 'enabled' : 'disabled'}`,
    `   Preempt = ${state.preempt ? 'enabled' : 'disabled'}`,
    ...(facts.preemptDelay > 0 ? [`   Preempt delay = ${whole(facts.preemptDelay)} secs`] : []),
    `   Promote_secondaries = ${facts.promoteSecondaries ? 'enabled' : 'disabled'}`,
    ...authLines(facts, state),
    ...addressLines(`Virtual IP (${facts.addresses.length}):`, facts.addresses, state),
    ...unicastLines(facts),
    ...addressLines('Virtual IP Excluded :', facts.excluded, state),
    ...entries('Virtual Routes', facts.routes),
    ...entries('Virtual Rules', facts.rules),
    ...entries('Tracked interfaces', facts.interfaces.map(weighed(' '))),
    ...entries('Tracked scripts', facts.scripts.map(weighed(' '))),
    ...entries('Tracked files', facts.files.map(weighed(', '))),
    ...entries('Tracked processes', facts.processes.map(weighed(', '))),
    `   Using smtp notification = ${yesNo(facts.notify.mail)}`,
    `   Notify deleted = ${facts.notify.tellDeleted ? 'Deleted' : 'Fault'}`,
    ...notifyLines(facts.notify),
    `   Notify priority changes = ${facts.notify.priorityChanges}`,
  ];
}

/** When the master-down timer runs out; keepalived lets a MASTER have the past time. */
function readTimeout({ state, masterDownIn, inStateFor }: InstanceSnapshot, now: number): string {
  if (masterDownIn !== undefined) return timeText(now + masterDownIn);
  return state === 'MASTER' ? timeText(now - inStateFor) : 'DISABLED';
}

/** keepalived writes `none` behind the colon only where there can be none at all. */
function flagLines(facts: InstanceFacts, state: InstanceSnapshot): string[] {
  const flags = [
    ...(facts.trackPrimary ? [] : ["Don't track primary"]),
    ...(facts.skipCheckAddresses ? ['Skip checking advert IP addresses'] : []),
    ...(facts.strict ? ['Enforcing strict VRRP compliance'] : []),
    ...(facts.unicast ? ['Using unicast'] : []),
  ];
  if (flags.length > 0) return ['   Flags:', ...flags.map((flag) => `     ${flag}`)];
  return [state.preempt ? '   Flags: none' : '   Flags:'];
}

function authLines(facts: InstanceFacts, state: InstanceSnapshot): string[] {
  if (state.version !== 2) return [];
  if (facts.authType === 'none') return ['   Authentication type = none'];
  if (facts.authType === 'AH') return ['   Authentication type = IPSEC_AH'];
  return ['   Authentication type = SIMPLE_PASSWORD', '   Password = ********'];
}

function addressLines(
  title: string,
  addresses: readonly string[],
  state: InstanceSnapshot,
): string[] {
  if (addresses.length === 0) return [];
  return [`   ${title}`, ...addresses.map((text) => `     ${addressText(text, state)}`)];
}

function unicastLines({ unicast }: InstanceFacts): string[] {
  if (!unicast) return [];
  return [
    `   Unicast TTL = ${unicast.ttl}`,
    `   Check unicast src : ${yesNo(unicast.checkSource)}`,
    ...entries(
      'Unicast Peer',
      unicast.peers.map(
        ({ address, minTtl, maxTtl }) => `${address} min_ttl ${minTtl} max_ttl ${maxTtl}`,
      ),
    ),
  ];
}

function notifyLines(notify: NotifyFacts): string[] {
  return [
    ...scriptLine('Backup', notify.backup),
    ...scriptLine('Master', notify.master),
    ...scriptLine('Fault', notify.fault),
    ...scriptLine('Stop', notify.stop),
    ...scriptLine('Deleted', notify.deleted),
    ...scriptLine('Generic', notify.any),
    ...scriptLine('Master rx lower pri', notify.masterRxLowerPri),
  ];
}

function scriptLine(title: string, script: ScriptText | undefined): string[] {
  if (!script) return [];
  return [`   ${title} state transition script = ${script.command}, uid:gid ${script.owner}`];
}

function groupLines({ name, members, notify }: GroupFacts, { vrrp }: DumpView): string[] {
  const state = vrrp.syncGroups.find((group) => group.name === name)?.state ?? 'INIT';
  const own = vrrp.instances.filter((instance) => members.includes(instance.name));
  const faults = own.filter((instance) => instance.state === 'FAULT').length;
  const starting = own.filter((instance) => instance.state === 'INIT').length;
  return [
    ` VRRP Sync Group = ${name}, ${state}`,
    `   Num member fault ${faults}, num member init ${starting}`,
    ...entries('VRRP member instances', members),
    `   Using smtp notification = ${yesNo(notify.mail)}`,
    ...notifyLines(notify),
  ];
}

function scriptLines(script: ScriptFacts, view: DumpView): string[] {
  const up = view.scripts.get(script.name);
  return [
    ` VRRP Script = ${script.name}`,
    `   Command = ${script.script.command}`,
    `   Interval = ${whole(script.interval)} sec`,
    `   Timeout = ${whole(script.timeout)} sec`,
    `   Weight = ${script.weight}`,
    `   Rise = ${script.rise}`,
    `   Fall = ${script.fall}`,
    // keepalived counts up to there while all goes well.
    `   Result = ${up ? script.rise + script.fall - 1 : 0}`,
    '   Insecure = no',
    '   Init state = unknown',
    `   Status = ${up === undefined ? 'INIT' : up ? 'GOOD' : 'BAD'}`,
    `   Script uid:gid = ${script.script.owner}`,
    '   VRRP instances :',
    ...trackers(view, (facts) => facts.scripts, script.name),
    '   State = idle',
  ];
}

function fileLines(file: TrackFileFacts, view: DumpView): string[] {
  return [
    ` Track file = ${file.name}`,
    `   File = ${file.path}`,
    `   Status = ${view.files.get(file.name) ?? 0}`,
    `   Weight = ${file.weight}`,
    ...trackers(view, (facts) => facts.files, file.name),
  ];
}

function processLines(process: TrackProcessFacts, view: DumpView): string[] {
  const state = view.processes.get(process.name);
  const timer = (isForUp: boolean): string =>
    state?.changesAt !== undefined && state.up !== isForUp ? 'running' : 'not running';
  return [
    ` VRRP Track process = ${process.name}`,
    `   Process = ${process.program}`,
    ...(process.parameters.length === 0
      ? []
      : [`   Parameters = ${process.parameters.join(' ')}`, '   Param match']),
    `   Min processes = ${process.min}`,
    ...(process.max === undefined ? [] : [`   Max processes = ${process.max}`]),
    `   Current processes = ${state?.count ?? 0}`,
    `   Have quorum = ${state?.up ?? false}`,
    `   Weight = ${process.weight}`,
    `   Terminate delay = ${toSeconds(process.terminateDelay).toFixed(6)}s`,
    `   Fork delay = ${toSeconds(process.forkDelay).toFixed(6)}s`,
    `   Fork delay timer ${timer(true)}`,
    `   Terminate delay timer ${timer(false)}`,
    `   Full command = ${process.fullCommand}`,
    ...trackers(view, (facts) => facts.processes, process.name),
  ];
}

/** The instances that track a thing. */
function trackers(
  { settings }: DumpView,
  tracksOf: (facts: InstanceFacts) => readonly TrackFacts[],
  name: string,
): string[] {
  const found: string[] = [];
  for (const facts of settings.instances.values()) {
    const track = tracksOf(facts).find((one) => one.name === name);
    if (track) found.push(`${facts.name}, weight ${track.weight}`);
  }
  return entries('Tracking instances', found);
}

function weighed(separator: string): (track: TrackFacts) => string {
  return ({ name, weight, reverse }) =>
    `${name}${separator}weight ${weight}${reverse ? ' reverse' : ''}`;
}

function entries(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [`   ${title} :`, ...texts.map((text) => `     ${text}`)];
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function whole(micros: number): number {
  return Math.floor(micros / MICROS_PER_SECOND);
}

function intervalText(version: 2 | 3, interval: number): string {
  return version === 2
    ? `${whole(interval)} sec`
    : `${Math.floor(interval / MICROS_PER_MILLI)} milli-sec`;
}

/** `1795322599.664120 (Sun Nov 22 04:43:19.664120 2026)`, local time as keepalived has it. */
export function timeText(at: number): string {
  const seconds = Math.floor(at / MICROS_PER_SECOND);
  const micros = String(Math.floor(at % MICROS_PER_SECOND)).padStart(6, '0');
  const [day, month, date, year, time] = new Date(seconds * 1_000).toString().split(' ');
  return `${seconds}.${micros} (${day} ${month} ${date?.replace(/^0/, ' ')} ${time}.${micros} ${year})`;
}
