/**
 * `global_defs` and the single settings at the top as canonical text. What this version does not act
 * on is written only where it differs from its default.
 */
import { toSeconds } from '../../base/time.js';
import { DRAIN_SECONDS } from '../build/global.js';
import type { GarpConfig, GlobalConfig, Origins, SyncDaemonConfig } from '../model/index.js';
import { filesLines, firewallLines, processesLines } from './global-machine.js';
import { fifosLines, mailLines, scriptsLines } from './global-notify.js';
import { vrrpGlobalLines } from './global-vrrp.js';
import { block, flag, type Line, line, optional, quote, seconds } from './text.js';

/** The single settings at the top. */
export function placeLines(global: GlobalConfig): Line[] {
  const { place } = global;
  const { netNamespaceIpvs: ipvs } = place;
  return [
    ...optional(global, 'net_namespace', place.netNamespace),
    ...flag(ipvs !== undefined, global, 'net_namespace_ipvs', ...(ipvs ? [quote(ipvs)] : [])),
    ...optional(global, 'instance', place.instance),
    ...flag(place.usePidDir, global, 'use_pid_dir'),
    ...(place.childWait === undefined
      ? []
      : flag(true, global, 'child_wait_time', seconds(place.childWait))),
    ...flag(global.linkbeatUsePolling, global, 'linkbeat_use_polling'),
  ];
}

export function globalBlock(global: GlobalConfig): Line {
  const { syncDaemon, dynamicInterfaces, lvs } = global;
  const { tcp, tcpFin, udp } = lvs.timeouts;
  const timeouts = Object.entries({ tcp, tcpfin: tcpFin, udp })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  return block('global_defs', undefined, [
    ...optional(global, 'router_id', global.routerId),
    line(global, 'vrrp_version', global.vrrpVersion),
    ...garpLines(global, 'vrrp_garp_', global.garp),
    ...vrrpGlobalLines(global),
    ...flag(
      global.defaultInterface !== 'eth0',
      global,
      'default_interface',
      quote(global.defaultInterface),
    ),
    ...flag(dynamicInterfaces === 'yes', global, 'dynamic_interfaces'),
    ...flag(dynamicInterfaces === 'changes', global, 'dynamic_interfaces', 'allow_if_changes'),
    ...(syncDaemon ? [syncDaemonLine(syncDaemon)] : []),
    ...flag(timeouts.length > 0, global, 'lvs_timeouts', ...timeouts),
    ...flag(
      toSeconds(lvs.drainTimeout) !== DRAIN_SECONDS,
      global,
      'lvs_drain_timeout',
      toSeconds(lvs.drainTimeout),
    ),
    ...Object.entries(lvs.sysctls).map(([name, value]) => line(global, 'lvs_sysctl', name, value)),
    ...flag(global.lvsFlush, global, 'lvs_flush'),
    ...flag(global.lvsFlushOnStop === 'all', global, 'lvs_flush_on_stop'),
    ...flag(global.lvsFlushOnStop === 'services', global, 'lvs_flush_on_stop', 'VS'),
    ...flag(lvs.logAllFailures, global, 'checker_log_all_failures', 'yes'),
    ...flag(lvs.realServerInitNotifies, global, 'rs_init_notifies', 'yes'),
    ...mailLines(global),
    ...scriptsLines(global),
    ...fifosLines(global),
    ...processesLines(global),
    ...firewallLines(global),
    ...filesLines(global),
  ]);
}

function syncDaemonLine(daemon: SyncDaemonConfig): Line {
  const { instance, maxLength, port, ttl, group } = daemon;
  const options = Object.entries({ maxlen: maxLength, port, ttl, group })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  const words = [
    quote(daemon.interface),
    ...(instance === undefined ? [] : [`inst ${quote(instance)}`]),
    `id ${daemon.syncId}`,
    ...options,
  ];
  return { text: `lvs_sync_daemon ${words.join(' ')}`, from: daemon.at };
}

/** The `garp_*` keywords of the whole daemon (`vrrp_garp_`) or of an instance (`garp_`). */
export function garpLines(
  object: { readonly origins: Origins },
  prefix: 'vrrp_garp_' | 'garp_',
  garp: GarpConfig,
): Line[] {
  return [
    line(object, `${prefix}master_delay`, seconds(garp.masterDelay)),
    line(object, `${prefix}master_repeat`, garp.masterRepeat),
    line(object, `${prefix}master_refresh`, seconds(garp.masterRefresh)),
    line(object, `${prefix}master_refresh_repeat`, garp.masterRefreshRepeat),
    line(object, `${prefix}lower_prio_delay`, seconds(garp.lowerPrioDelay)),
    line(object, `${prefix}lower_prio_repeat`, garp.lowerPrioRepeat),
  ];
}
