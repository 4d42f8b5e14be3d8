/** Loads a configuration file from the disk and checks it against this machine. */
import { cpus, hostname } from 'node:os';
import { labelOf } from '../config/build/lvs/settle.js';
import type { Environment } from '../config/check/index.js';
import { renderDiagnosticLine } from '../config/diagnostics/render.js';
import { dump } from '../config/dump/index.js';
import { type Judged, judgeConfiguration, type Loaded, loadConfiguration } from '../config/load.js';
import type { Config } from '../config/model/index.js';
import { notRun } from '../config/readiness.js';
import type { ConfigFiles } from '../config/text/files.js';
import { renderPosition } from '../config/text/source.js';
import type { NotRunStatus } from '../control/status.js';
import type { DumpSettings } from '../dump/settings.js';
import { openRoute } from '../netlink/route.js';
import type { NotifySettings } from '../notify/settings.js';
import type { TrackingSettings } from '../tracking/settings.js';
import type { VrrpSettings } from '../vrrp/settings.js';
import { packedCheckerSettings } from './checker-settings.js';
import { diskFiles } from './config-files.js';
import { type DaemonSettings, daemonSettings } from './daemon-settings.js';
import { dumpSettings } from './dump-settings.js';
import { readKeyFile } from './key-files.js';
import { findNetNamespace } from './net-namespace.js';
import type { PackedSettings } from './packed-settings.js';
import { readRoutingNames } from './routing-names.js';
import { type SchedulingSettings, schedulingSettings } from './scheduling-settings.js';
import { Commands } from './scripts/command-settings.js';
import { isExecutable } from './scripts/programs.js';
import { findGroup, findUser } from './scripts/users.js';
import { vrrpSettings } from './settings.js';
import { notifySettings, trackingSettings } from './watch-settings.js';

/** A configuration as the daemon runs it. */
export interface RunnableConfiguration {
  readonly vrrp: VrrpSettings;
  readonly checker: PackedSettings;
  readonly scheduling: Readonly<Record<'vrrp' | 'checker', SchedulingSettings>>;
  readonly tracking: TrackingSettings;
  readonly notify: NotifySettings;
  readonly dumps: DumpSettings;
  readonly daemon: DaemonSettings;
  /** What is in the configuration and left out: this version cannot run it as written. */
  readonly notRun: readonly NotRunStatus[];
}

/** A configuration that can be run, or what is wrong with it. */
export interface LoadedConfiguration {
  readonly configuration?: RunnableConfiguration;
  /** The effective configuration as canonical text; whoever keeps this keeps the whole model. */
  readonly text?: () => string;
  /** Diagnostics, warnings included, one line each, for the log. */
  readonly problems: readonly string[];
}

/** What `@ID` is compared with unless it is said: the first part of the host's name. */
export function usualConfigId(): string {
  return hostname().split('.')[0] as string;
}

/** What a command line says besides the file. */
export interface Asked {
  /** What `@ID` at the beginning of a line is compared with; without: the first part of the host's name. */
  readonly configId?: string | undefined;
  /** The network namespace that counts instead of the configuration's. */
  readonly netNamespace?: string | undefined;
  /** The same of `umask`. */
  readonly umask?: number | undefined;
}

/**
 * Reads, parses and checks a configuration against this machine.
 *
 * @param purpose what a test refuses, the daemon may run and say so.
 */
export async function loadFile(
  path: string,
  asked: Asked,
  purpose: 'test' | 'start',
  files: ConfigFiles = diskFiles,
): Promise<Loaded> {
  return loadConfiguration(path, files, await readEnvironment(asked, purpose));
}

/** As {@link loadFile} for a test, but only what is wrong with the configuration. */
export async function judgeFile(
  path: string,
  asked: Asked = {},
  files: ConfigFiles = diskFiles,
): Promise<Judged> {
  return judgeConfiguration(path, files, await readEnvironment(asked, 'test'));
}

async function readEnvironment(
  { configId, netNamespace, umask }: Asked,
  purpose: 'test' | 'start',
): Promise<Environment> {
  const mtus = await readMtus();
  return {
    configId: configId ?? usualConfigId(),
    ...(netNamespace === undefined ? {} : { netNamespace }),
    ...(umask === undefined ? {} : { umask }),
    ...(mtus ? { interfaces: [...mtus.keys()], mtus } : {}),
    isStart: purpose === 'start',
    // A daemon that reloads is in it, even if the name is gone.
    ...(purpose === 'test' ? { findNetNamespace } : {}),
    names: readRoutingNames(),
    processors: cpus().length,
    isExecutable,
    accounts: {
      hasUser: (name) => findUser(name) !== undefined,
      hasGroup: (name) => findGroup(name) !== undefined,
    },
    readKeyFile,
  };
}

/** What the daemon wants to know of what was loaded. */
export function readyToRun({ config, diagnostics }: Loaded): LoadedConfiguration {
  const problems = diagnostics.map(renderDiagnosticLine);
  if (!config) return { problems };
  const commands = new Commands(config.global.scripts, ({ at, command }, problem) =>
    problems.push(`${renderPosition(at)}: warning: script ${command[0]}: ${problem}`),
  );
  return {
    configuration: {
      vrrp: vrrpSettings(config, readKeyFile),
      checker: packedCheckerSettings(config),
      scheduling: {
        vrrp: schedulingSettings(config.global, 'vrrp'),
        checker: schedulingSettings(config.global, 'checker'),
      },
      tracking: trackingSettings(config, commands),
      dumps: dumpSettings(config),
      daemon: daemonSettings(config),
      notify: notifySettings(config, commands, hostname()),
      notRun: notRunStatus(config),
    },
    text: () => dump(config),
    problems,
  };
}

function notRunStatus(config: Config): NotRunStatus[] {
  const { instances, virtualServers } = notRun(config);
  return [
    ...[...instances].map(([{ name }, needs]) => ({ kind: 'vrrp_instance' as const, name, needs })),
    ...[...virtualServers].map(([server, needs]) => ({
      kind: 'virtual_server' as const,
      name: labelOf(server),
      needs,
    })),
  ];
}

/** The MTU of each of the machine's interfaces; `undefined` where they cannot be read, so that nothing is refused. */
async function readMtus(): Promise<Map<string, number> | undefined> {
  try {
    const route = openRoute();
    try {
      return new Map((await route.links()).map(({ name, mtu }) => [name, mtu]));
    } finally {
      route.close();
    }
  } catch {
    return undefined;
  }
}
