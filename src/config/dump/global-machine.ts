/** Processes, firewall and files as canonical text. */
import type { GlobalConfig } from '../model/index.js';
import { flag, type Line, optional, quote } from './text.js';

const AUTO_PRIORITY_DELAY_MICROS = 1_000_000;

export function processesLines(global: GlobalConfig): Line[] {
  const { processes } = global;
  return [
    ...(['vrrp', 'checker', 'bfd'] as const).flatMap((child) => {
      const { priority, noSwap, realtimePriority, cpus, realtimeLimit } = processes[child];
      return [
        ...optional(global, `${child}_priority`, priority),
        ...flag(noSwap, global, `${child}_no_swap`),
        ...optional(global, `${child}_rt_priority`, realtimePriority),
        ...flag(cpus.length > 0, global, `${child}_cpu_affinity`, ...cpus),
        ...optional(global, `${child}_rlimit_rttime`, realtimeLimit),
      ];
    }),
    ...flag(
      processes.maxAutoPriority !== 0,
      global,
      'max_auto_priority',
      processes.maxAutoPriority,
    ),
    ...flag(
      processes.minAutoPriorityDelay !== AUTO_PRIORITY_DELAY_MICROS,
      global,
      'min_auto_priority_delay',
      processes.minAutoPriorityDelay,
    ),
  ];
}

export function firewallLines(global: GlobalConfig): Line[] {
  const { firewall } = global;
  return [
    ...table(global, 'nftables', firewall.nftables),
    ...flag(firewall.priority !== -1, global, 'nftables_priority', firewall.priority),
    ...flag(firewall.counters, global, 'nftables_counters'),
    ...flag(firewall.ifindex, global, 'nftables_ifindex'),
    ...table(global, 'nftables_ipvs', firewall.ipvs),
    ...flag(firewall.ipvsPriority !== -1, global, 'nftables_ipvs_priority', firewall.ipvsPriority),
    ...flag(
      firewall.ipvsStartFwmark !== 1000,
      global,
      'nftables_ipvs_start_fwmark',
      firewall.ipvsStartFwmark,
    ),
  ];
}

function table(
  global: GlobalConfig,
  keyword: string,
  named: { readonly table?: string } | undefined,
): Line[] {
  if (!named) return [];
  return flag(true, global, keyword, ...(named.table === undefined ? [] : [quote(named.table)]));
}

export function filesLines(global: GlobalConfig): Line[] {
  const { files } = global;
  const { umask, reloadMark } = files;
  return [
    ...(umask === undefined ? [] : flag(true, global, 'umask', `0${umask.toString(8)}`)),
    ...optional(global, 'reload_time_file', files.reloadTime),
    ...flag(files.reloadRepeat, global, 'reload_repeat'),
    ...(reloadMark === undefined
      ? []
      : flag(true, global, 'reload_file', ...(reloadMark === '' ? [] : [quote(reloadMark)]))),
    ...optional(global, 'state_dump_file', files.stateDump),
    ...optional(global, 'stats_dump_file', files.statsDump),
    ...optional(global, 'json_dump_file', files.jsonDump),
    ...flag(files.jsonVersion === 2, global, 'json_version', '2'),
    ...flag(files.dataUseInstance, global, 'data_use_instance', 'yes'),
  ];
}
