/** `global_defs` as canonical text. */
import type { GarpConfig, GlobalConfig, Origins } from '../model/index.js';
import { block, flag, type Line, line, optional, quote, seconds } from './text.js';

export function globalBlock(global: GlobalConfig): Line {
  const { syncDaemon } = global;
  return block('global_defs', undefined, [
    ...optional(global, 'router_id', global.routerId),
    line(global, 'vrrp_version', global.vrrpVersion),
    ...garpLines(global, 'vrrp_garp_', global.garp),
    ...(syncDaemon
      ? [
          {
            text: `lvs_sync_daemon ${quote(syncDaemon.interface)} inst ${quote(syncDaemon.instance)} id ${syncDaemon.syncId}`,
            from: syncDaemon.at,
          },
        ]
      : []),
    ...flag(global.lvsFlush, global, 'lvs_flush'),
    ...flag(global.lvsFlushOnStop === 'all', global, 'lvs_flush_on_stop'),
    ...flag(global.lvsFlushOnStop === 'services', global, 'lvs_flush_on_stop', 'VS'),
  ]);
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
