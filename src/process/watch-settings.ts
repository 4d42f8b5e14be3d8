/**
 * What the supervisor watches and whom it tells, from the configuration model: value types without
 * positions. What instances track goes to the engine (`settings.ts`); here is what becomes known.
 */
import { virtualServerKey } from '../checker/group.js';
import { differentServers } from '../config/build/lvs/server-rows.js';
import type {
  Config,
  FifoConfig,
  GlobalConfig,
  InstanceConfig,
  NotifyConfig,
  ScriptConfig,
  SyncGroupConfig,
  TracksConfig,
} from '../config/model/index.js';
import { destinationKey } from '../ipvs/model.js';
import type {
  FifoSettings,
  HookSettings,
  NotifyScripts,
  NotifySettings,
  ServerSubject,
  ServersSettings,
  SubjectSettings,
} from '../notify/settings.js';
import type { CommandSettings, TrackingSettings } from '../tracking/settings.js';
import type { TrackSettings } from '../vrrp/settings.js';
import type { Commands } from './scripts/command-settings.js';

/** What is tracked, of all that is configured: what nobody tracks is not run. */
export function trackingSettings(config: Config, commands: Commands): TrackingSettings {
  const tracked = [...config.instances, ...config.syncGroups].map(({ tracks }) => tracks);
  const wanted = (kind: keyof TracksConfig): Set<string> =>
    new Set(tracked.flatMap((tracks) => tracks[kind].map(({ name }) => name)));
  const scripts = wanted('scripts');
  const files = wanted('files');
  const processes = wanted('processes');
  return {
    processes: config.trackProcesses
      .filter(({ name }) => processes.has(name))
      .map(
        ({ at: _at, origins: _origins, weight: _weight, reverse: _reverse, ...process }) => process,
      ),
    scripts: config.trackScripts
      .filter(({ name }) => scripts.has(name))
      .map(({ name, script, interval, timeout, rise, fall, initFail }) => ({
        name,
        command: trackCommand(script, commands),
        interval,
        timeout,
        rise,
        fall,
        initFail,
      })),
    files: config.trackFiles
      .filter(({ name }) => files.has(name))
      .map(({ name, path, init }) => ({ name, path, ...(init ? { init } : {}) })),
  };
}

/** A script that is not to be run is down: an instance must not depend on what nobody looks at. */
const NOT_RUN: CommandSettings = { words: ['/bin/false'] };

/** `</PATH` asks only whether the file can be opened. */
function trackCommand(script: ScriptConfig, commands: Commands): CommandSettings {
  const [program = ''] = script.command;
  if (!program.startsWith('<')) return commands.settings(script) ?? NOT_RUN;
  return { words: ['/bin/sh', '-c', 'exec < "$1"', 'sh', program.slice(1)] };
}

/** What an instance's priority and fitness follow, its sync group's included. */
export function trackSettings(
  { tracks }: InstanceConfig,
  group: SyncGroupConfig | undefined,
  needed: readonly string[] = [],
): readonly TrackSettings[] {
  const found = new Map<string, TrackSettings>();
  for (const name of needed) {
    found.set(`interface ${name}`, { kind: 'interface', name, weight: 0, reverse: false });
  }
  for (const [key, kind] of [
    ['interfaces', 'interface'],
    ['scripts', 'script'],
    ['files', 'file'],
    ['processes', 'process'],
    ['bfds', 'bfd'],
  ] as const) {
    for (const { name, weight, reverse } of [...(group?.tracks[key] ?? []), ...tracks[key]]) {
      // What instance and group both track has the instance's weight.
      found.set(`${kind} ${name}`, { kind, name, weight, reverse });
    }
  }
  return [...found.values()];
}

/**
 * Whom the supervisor tells of changes of state.
 *
 * @param host this machine's name, for mail.
 */
export function notifySettings(
  config: Config,
  commands: Commands,
  host = 'localhost',
): NotifySettings {
  const { all, vrrp, lvs } = config.global.fifos;
  const mail = mailSettings(config.global, host);
  return {
    instances: Object.fromEntries(
      config.instances.map(({ name, notify }) => [name, subject(notify, commands)]),
    ),
    groups: Object.fromEntries(
      config.syncGroups.map(({ name, notify, instances }) => [
        name,
        {
          ...subject(notify, commands),
          members: [...new Set(instances.map((member) => member.name))],
        },
      ]),
    ),
    ...serversSettings(config, commands, mail.mail !== undefined),
    fifos: [
      ...fifoSettings(all, commands),
      ...fifoSettings(vrrp, commands, 'vrrp'),
      ...fifoSettings(lvs, commands, 'lvs'),
    ],
    ...(config.global.fifos.writeStatesOnReload ? { writeStatesOnReload: true } : {}),
    ...mail,
    hooks: hookSettings(config.global, commands),
  };
}

function mailSettings(
  { mail, routerId }: GlobalConfig,
  host: string,
): Pick<NotifySettings, 'mail'> {
  // keepalived sends none either without a server or somebody to send it to.
  if (!mail.server || mail.to.length === 0) return {};
  return {
    mail: {
      to: mail.to,
      from: mail.from ?? `keepalived@${host}`,
      host: mail.server.host,
      port: mail.server.port,
      heloName: mail.heloName ?? host,
      timeout: mail.connectTimeout,
      routerId: routerId ?? host,
      noFaults: mail.noFaults,
    },
  };
}

function hookSettings({ scripts }: GlobalConfig, commands: Commands): HookSettings {
  const startup = scripts.startup && commands.settings(scripts.startup);
  const shutdown = scripts.shutdown && commands.settings(scripts.shutdown);
  return {
    ...(startup ? { startup: { command: startup, timeout: scripts.startupTimeout } } : {}),
    ...(shutdown ? { shutdown: { command: shutdown, timeout: scripts.shutdownTimeout } } : {}),
  };
}

function subject(notify: NotifyConfig, commands: Commands): SubjectSettings {
  const scripts: Record<string, CommandSettings> = {};
  const events: readonly (readonly [keyof NotifyScripts, ScriptConfig | undefined])[] = [
    ['MASTER', notify.master],
    ['BACKUP', notify.backup],
    ['FAULT', notify.fault],
    ['STOP', notify.stop],
    ['DELETED', notify.deleted],
    ['MASTER_RX_LOWER_PRI', notify.masterRxLowerPri],
    ['any', notify.any],
  ];
  for (const [event, script] of events) {
    const command = script && commands.settings(script);
    if (command) scripts[event] = command;
  }
  const { priorityChanges, tellDeleted, mail } = notify;
  return { scripts, priorityChanges, tellDeleted, ...(mail ? { mail } : {}) };
}

/** Of those real and virtual servers that tell anybody; mails only where some are sent at all. */
function serversSettings(
  config: Config,
  commands: Commands,
  isMailed: boolean,
): Pick<NotifySettings, 'servers'> {
  const services: Record<string, ServersSettings['services'][string]> = {};
  for (const server of config.virtualServers) {
    const { quorumUp, quorumDown, smtpAlert } = server;
    const servers: Record<string, ServerSubject> = {};
    // Those with a script are all different; who is mailed about is said of each.
    for (const real of isMailed ? server.realServers : differentServers(server)) {
      const { notifyUp, notifyDown } = real;
      const mail = isMailed && real.smtpAlert;
      // Most of a hundred thousand tell nobody.
      if (!notifyUp && !notifyDown && !mail) continue;
      const told = serverSubject(notifyUp, notifyDown, mail, commands);
      if (Object.keys(told).length > 0) servers[destinationKey(real)] = told;
    }
    const told = serverSubject(quorumUp, quorumDown, isMailed && smtpAlert, commands);
    if (Object.keys(told).length + Object.keys(servers).length === 0) continue;
    services[virtualServerKey(server.id)] = { ...told, servers };
  }
  const { noChecker } = config.global.mail;
  return { servers: { services, ...(noChecker ? { onlyServerMails: true } : {}) } };
}

function serverSubject(
  up: ScriptConfig | undefined,
  down: ScriptConfig | undefined,
  mail: boolean,
  commands: Commands,
): ServerSubject {
  const [UP, DOWN] = [up && commands.settings(up), down && commands.settings(down)];
  return { ...(UP ? { UP } : {}), ...(DOWN ? { DOWN } : {}), ...(mail ? { mail } : {}) };
}

function fifoSettings(
  fifo: FifoConfig | undefined,
  commands: Commands,
  only?: 'vrrp' | 'lvs',
): FifoSettings[] {
  const { path, user, group, script } = fifo ?? {};
  // A reader without a pipe has nothing to read; the check says so.
  if (path === undefined) return [];
  const command = script && commands.settings(script);
  const owner =
    user === undefined ? {} : { owner: group === undefined ? user : `${user}:${group}` };
  const about = only ? { only } : {};
  return [{ path, ...about, ...owner, ...(command ? { script: command } : {}) }];
}
