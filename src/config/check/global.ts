/** Rules about `global_defs` and the blocks about interfaces. */
import { familyOf } from '../../base/ip.js';
import type { Micros } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import { MIN_REALTIME_LIMIT } from '../grammar/global/processes.js';
import type { Config, GlobalConfig } from '../model/index.js';
import { NOWHERE, type Position, renderPosition } from '../text/source.js';
import type { Environment } from './index.js';
import { checkInterface, knownInterfaces } from './interfaces.js';
import { checkScripts } from './scripts.js';

export function checkGlobal(config: Config, environment: Environment, sink: Sink): void {
  const known = knownInterfaces(config, environment);
  checkNetNamespaces(config.global, environment, sink);
  checkSyncDaemon(config, known, sink);
  checkMail(config.global, sink);
  checkFifos(config.global, sink);
  checkProcesses(config.global, environment, sink);
  checkScripts(config, environment, sink);
  checkFiles(config.global, sink);
  checkInterfaceBlocks(config, known, sink);
  checkBfd(config, sink);
}

function originOf(global: GlobalConfig, keyword: string): Position {
  return global.origins[keyword] ?? NOWHERE;
}

/** The daemon would not start, or not get at the table. */
function checkNetNamespaces(
  global: GlobalConfig,
  { findNetNamespace }: Environment,
  sink: Sink,
): void {
  const { netNamespace, netNamespaceIpvs } = global.place;
  const names = [
    ['net_namespace', netNamespace, 'nothing could run in it, and interfaces are not checked'],
    ['net_namespace_ipvs', netNamespaceIpvs, 'there would be no IPVS table'],
  ] as const;
  for (const [keyword, name = '', effect] of names) {
    // That of the machine has no name.
    if (name === '' || findNetNamespace?.(name) !== 'missing') continue;
    sink.report('CONFIG_UNKNOWN_NAMESPACE', originOf(global, keyword), {
      message: `there is no network namespace '${name}': ${effect}`,
      expected: `one that 'ip netns add ${name}' has made before`,
    });
  }
}

function checkSyncDaemon(
  { global, instances }: Config,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  const daemon = global.syncDaemon;
  if (!daemon) return;
  const names = new Set(instances.map(({ name }) => name));
  if (daemon.instance !== undefined && !names.has(daemon.instance)) {
    sink.report('CONFIG_UNKNOWN_REFERENCE', daemon.origins['instance'] ?? daemon.at, {
      message: `lvs_sync_daemon: there is no vrrp_instance '${daemon.instance}': no daemon would ever run`,
      suggestion: suggest(daemon.instance, names),
    });
  }
  checkInterface(daemon.interface, daemon.at, 'connections could not be synced', known, sink);
}

/** Mail needs somebody who gets it and a server that takes it. */
function checkMail(global: GlobalConfig, sink: Sink): void {
  const { mail } = global;
  const wanted = (['smtp_alert', 'smtp_alert_vrrp', 'smtp_alert_checker'] as const).find(
    (keyword) => alertOf(global, keyword),
  );
  if (mail.server && mail.to.length === 0) {
    sink.report('CONFIG_WITHOUT_EFFECT', originOf(global, 'smtp_server'), {
      message: 'smtp_server without notification_email: there is nobody to write to',
      expected: "a 'notification_email' block",
    });
  } else if (wanted && (mail.to.length === 0 || !mail.server)) {
    const lacks = mail.to.length === 0 ? 'notification_email' : 'smtp_server';
    sink.report('CONFIG_WITHOUT_EFFECT', originOf(global, wanted), {
      message: `${wanted} without ${lacks}: no mail can be sent`,
      expected: `'${lacks}'`,
    });
  }
}

function alertOf(
  { mail }: GlobalConfig,
  keyword: 'smtp_alert' | 'smtp_alert_vrrp' | 'smtp_alert_checker',
): boolean {
  const values = {
    smtp_alert: mail.alert,
    smtp_alert_vrrp: mail.alertVrrp,
    smtp_alert_checker: mail.alertChecker,
  };
  return values[keyword] ?? false;
}

/** Two writers of one pipe would garble each other's lines for one reader. */
function checkFifos(global: GlobalConfig, sink: Sink): void {
  const { all, vrrp, lvs } = global.fifos;
  const first = new Map<string, string>();
  for (const [keyword, fifo] of Object.entries({
    notify_fifo: all,
    vrrp_notify_fifo: vrrp,
    lvs_notify_fifo: lvs,
  })) {
    if (!fifo) continue;
    if (fifo.path === undefined) {
      sink.report('CONFIG_WITHOUT_EFFECT', fifo.script?.at ?? NOWHERE, {
        message: `${keyword}_script without ${keyword}: there is no pipe to read, so it is not started`,
        expected: `'${keyword} <PATH>'`,
      });
      continue;
    }
    const earlier = first.get(fifo.path);
    if (earlier !== undefined) {
      sink.report('CONFIG_DUPLICATE_NAME', originOf(global, keyword), {
        message: `${keyword} is the pipe of ${earlier} too: each reader would get some of the lines only`,
        expected: 'another path',
        severity: 'warning',
      });
    } else first.set(fifo.path, keyword);
  }
}

/** Limits of real-time scheduling count for real-time processes only. */
function checkProcesses(global: GlobalConfig, { processors }: Environment, sink: Sink): void {
  const { processes } = global;
  for (const child of ['vrrp', 'checker', 'bfd'] as const) {
    const { realtimeLimit, realtimePriority, cpus } = processes[child];
    const absent = cpus.find((cpu) => processors !== undefined && cpu >= processors);
    if (absent !== undefined) {
      sink.report('CONFIG_OUT_OF_RANGE', originOf(global, `${child}_cpu_affinity`), {
        message: `${child}_cpu_affinity: there is no processor ${absent}`,
        expected: `numbers from 0 to ${(processors ?? 0) - 1}`,
        severity: 'warning',
      });
    }
    if (realtimeLimit === undefined) continue;
    if (realtimePriority !== undefined || processes.maxAutoPriority > 0) {
      if (child !== 'bfd') checkRealtimeLimit(global, child, realtimeLimit, sink);
      continue;
    }
    sink.report('CONFIG_WITHOUT_EFFECT', originOf(global, `${child}_rlimit_rttime`), {
      message: `${child}_rlimit_rttime limits nothing: the process has no real-time priority`,
      expected: `'${child}_rt_priority' or 'max_auto_priority'`,
    });
  }
}

/** keepalived's usual limits of some milliseconds would end a JavaScript process that is well. */
function checkRealtimeLimit(
  global: GlobalConfig,
  child: 'vrrp' | 'checker',
  limit: Micros,
  sink: Sink,
): void {
  if (limit >= MIN_REALTIME_LIMIT) return;
  sink.report('CONFIG_DEFAULTED', originOf(global, `${child}_rlimit_rttime`), {
    message: `${child}_rlimit_rttime ${limit} is too short for this process: it is ${MIN_REALTIME_LIMIT}`,
    expected: `${MIN_REALTIME_LIMIT} or more`,
    severity: 'info',
  });
}

function checkFiles(global: GlobalConfig, sink: Sink): void {
  const { files } = global;
  if (files.reloadRepeat && files.reloadTime === undefined) {
    sink.report('CONFIG_WITHOUT_EFFECT', originOf(global, 'reload_repeat'), {
      message: 'reload_repeat without reload_time_file: there is no time to repeat',
      expected: "'reload_time_file <PATH>'",
    });
  }
}

function checkInterfaceBlocks(
  config: Config,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  for (const { interfaces } of config.garpGroups) {
    for (const { name, at } of interfaces) {
      checkInterface(name, at, 'nothing is paced there', known, sink);
    }
  }
  for (const { name, at } of config.linkbeatInterfaces) {
    checkInterface(name, at, 'there is no link to poll', known, sink);
  }
  for (const { name, at } of config.interfaceDelays) {
    checkInterface(name, at, 'there is nothing to delay', known, sink);
  }
}

function checkBfd({ bfdInstances }: Config, sink: Sink): void {
  for (const [index, bfd] of bfdInstances.entries()) {
    const earlier = bfdInstances.slice(0, index);
    const named = earlier.find(({ name }) => name === bfd.name);
    if (named) {
      sink.report('CONFIG_DUPLICATE_NAME', bfd.at, {
        message: `bfd_instance '${bfd.name}' is there already (${renderPosition(named.at)}): only one of them could run`,
      });
    }
    if (bfd.source !== undefined && familyOf(bfd.source) !== familyOf(bfd.neighbor)) {
      sink.report('CONFIG_FAMILY_MISMATCH', bfd.origins['source_ip'] ?? bfd.at, {
        message: `bfd_instance ${bfd.name}: source_ip ${bfd.source} and neighbor_ip ${bfd.neighbor} are of different families: nothing can be sent`,
      });
    }
    const same = earlier.find(
      (other) =>
        other.neighbor === bfd.neighbor &&
        other.multihop === bfd.multihop &&
        (other.source === undefined || bfd.source === undefined || other.source === bfd.source),
    );
    if (same && !named) {
      sink.report('CONFIG_DUPLICATE_ADDRESS', bfd.origins['neighbor_ip'] ?? bfd.at, {
        message: `bfd_instance ${bfd.name} watches the neighbour of ${same.name} (${renderPosition(same.at)}): there can be one session with it`,
        severity: 'error',
      });
    }
  }
}
