/** What the daemon does on its machine: processes, firewall, files, place. */
import { fromSeconds } from '../../base/time.js';
import type {
  FilesConfig,
  FirewallConfig,
  PlaceConfig,
  ProcessConfig,
  ProcessesConfig,
} from '../model/index.js';
import type { GetGlobal, TopSection } from './global.js';
import { given, type Picker } from './pick.js';

const AUTO_PRIORITY_DELAY_MICROS = 1_000_000;
const CHAIN_PRIORITY = -1;
const START_FWMARK = 1000;

export function buildProcesses(get: GetGlobal): ProcessesConfig {
  return {
    vrrp: processOf(get, 'vrrp'),
    checker: processOf(get, 'checker'),
    bfd: processOf(get, 'bfd'),
    maxAutoPriority: get('max_auto_priority') ?? 0,
    minAutoPriorityDelay: get('min_auto_priority_delay') ?? AUTO_PRIORITY_DELAY_MICROS,
  };
}

function processOf(get: GetGlobal, child: 'vrrp' | 'checker' | 'bfd'): ProcessConfig {
  return {
    noSwap: get(`${child}_no_swap`) ?? false,
    cpus: get(`${child}_cpu_affinity`) ?? [],
    ...given({
      priority: get(`${child}_priority`),
      realtimePriority: get(`${child}_rt_priority`),
      realtimeLimit: get(`${child}_rlimit_rttime`),
    }),
  };
}

export function buildFirewall(get: GetGlobal): FirewallConfig {
  return {
    priority: get('nftables_priority') ?? CHAIN_PRIORITY,
    counters: get('nftables_counters') ?? false,
    ifindex: get('nftables_ifindex') ?? false,
    ipvsPriority: get('nftables_ipvs_priority') ?? CHAIN_PRIORITY,
    ipvsStartFwmark: get('nftables_ipvs_start_fwmark') ?? START_FWMARK,
    ...given({
      nftables: tableOf(get('nftables')),
      ipvs: tableOf(get('nftables_ipvs')),
    }),
  };
}

function tableOf(names: readonly string[] | undefined): { table?: string } | undefined {
  return names && given({ table: names[0] });
}

export function buildFiles(get: GetGlobal): FilesConfig {
  return {
    reloadRepeat: get('reload_repeat') ?? false,
    jsonVersion: get('json_version') === '2' ? 2 : 1,
    dataUseInstance: get('data_use_instance') ?? false,
    ...given({
      umask: get('umask'),
      reloadTime: get('reload_time_file'),
      reloadMark: get('reload_file'),
      stateDump: get('state_dump_file'),
      statsDump: get('stats_dump_file'),
      jsonDump: get('json_dump_file'),
    }),
  };
}

export function buildPlace(top: TopSection, pick: Picker): PlaceConfig {
  const childWait = pick.optional('child_wait_time', top.get('child_wait_time'));
  return {
    usePidDir: pick.value<boolean>('use_pid_dir', false, top.get('use_pid_dir')),
    ...given({
      childWait: childWait === undefined ? undefined : fromSeconds(childWait),
      instance: pick.optional('instance', top.get('instance')),
      netNamespace: pick.optional('net_namespace', top.get('net_namespace')),
      netNamespaceIpvs: pick.optional('net_namespace_ipvs', top.get('net_namespace_ipvs')),
    }),
  };
}
