/** What the kernel's scheduler is told about a process: from the configuration, plain values. */
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { MIN_REALTIME_LIMIT } from '../config/grammar/global/processes.js';
import type { GlobalConfig } from '../config/model/index.js';

/** A collection of garbage may take some 10 ms; what takes longer than this is worth a log line. */
const SHORTEST_WARNING: Micros = 100 * MICROS_PER_MILLI;

/** One process's. */
export interface SchedulingSettings {
  /** -20 to 19, as nice(1) counts; absent: as it was started. */
  readonly priority?: number;
  /** 1 to 99: SCHED_RR; absent: ordinary scheduling. */
  readonly realtimePriority?: number;
  /** RLIMIT_RTTIME, of a process with real-time priority: a log line, and the end. */
  readonly realtimeLimit: { readonly soft: Micros; readonly hard: Micros };
  /** Numbers of processors, ascending; empty: those that it was started with. */
  readonly cpus: readonly number[];
  /** The highest real-time priority that it gives itself when it runs late; 0: none. */
  readonly maxAutoPriority: number;
  /** How late that is, and how long until the next step. */
  readonly minAutoPriorityDelay: Micros;
  readonly noSwap: boolean;
  /** Whether it may go before all others while a take-over is near: nothing is written about its priority. */
  readonly mayHurry: boolean;
}

/** sys/resource.h: PRIO_MIN. Adverts are few and short: busy processors must not delay them. */
const HIGHEST_PRIORITY = -20;

/**
 * What a process is told. The vrrp process has the highest ordinary priority where the configuration
 * names none.
 */
export function schedulingSettings(
  { processes }: Pick<GlobalConfig, 'processes'>,
  role: 'vrrp' | 'checker',
): SchedulingSettings {
  const { priority, realtimePriority, realtimeLimit, cpus, noSwap } = processes[role];
  const nice = priority ?? (role === 'vrrp' ? HIGHEST_PRIORITY : undefined);
  return {
    ...(nice === undefined ? {} : { priority: nice }),
    ...(realtimePriority === undefined ? {} : { realtimePriority }),
    realtimeLimit: realtimeLimits(realtimeLimit),
    cpus,
    maxAutoPriority: Math.max(0, processes.maxAutoPriority),
    minAutoPriorityDelay: processes.minAutoPriorityDelay,
    noSwap,
    mayHurry: role === 'vrrp' && priority === undefined && realtimePriority === undefined,
  };
}

/** Half of what is written is the warning, as keepalived has it; neither is less than its
 * least. */
function realtimeLimits(written: Micros = 0): SchedulingSettings['realtimeLimit'] {
  return {
    soft: Math.max(SHORTEST_WARNING, Math.floor(written / 2)),
    hard: Math.max(MIN_REALTIME_LIMIT, written),
  };
}
