/** `global_defs`: priority, processors and memory of the processes. */
import type { Micros } from '../../../base/time.js';
import type { Word } from '../../text/source.js';
import { integer, none, parseInteger } from '../args.js';
import { type Args, oldName, planned, type ReportArg, setting } from '../keyword.js';

const MAX_UINT32 = 4_294_967_295;
/** The kernel's and glibc's CPU_SETSIZE. */
const MAX_CPUS = 1024;
/** sched_get_priority_max(SCHED_RR) (sched(7)). */
const MAX_REALTIME = 99;
/**
 * RLIMIT_RTTIME is counted from one wait to the next, and a collection of garbage or a reload is a
 * long way without one: keepalived's 10 ms would kill a process that is well.
 */
export const MIN_REALTIME_LIMIT: Micros = 2_000_000;

/** Microseconds of RLIMIT_RTTIME; half of it is a warning, so 1 counts as 2. */
const realtimeLimit: Args<Micros> = {
  ...integer(1, MAX_UINT32, 'microseconds'),
  syntax: '<MICROSECONDS>',
  parse(words, report) {
    const micros = integer(1, MAX_UINT32).parse(words, report);
    return micros === undefined ? undefined : Math.max(2, micros);
  },
};

/** Numbers of processors. */
const cpus: Args<readonly number[]> = {
  syntax: '<CPU>...',
  expects: `numbers of processors, 0 to ${MAX_CPUS - 1}`,
  min: 1,
  max: MAX_CPUS,
  range: [0, MAX_CPUS - 1],
  parse(words, report) {
    const found = new Set<number>();
    let good = true;
    for (const word of words) {
      const cpu = parseInteger(word, 0, MAX_CPUS - 1, cpus.expects, report);
      if (cpu === undefined) good = false;
      else found.add(cpu);
    }
    return good ? [...found].sort((a, b) => a - b) : undefined;
  },
};

/** `[-1..99]`; nothing is the highest. */
const maxAutoPriority: Args<number> = {
  syntax: `[<-1..${MAX_REALTIME}>]`,
  expects: `a whole number from -1 to ${MAX_REALTIME}, or nothing for the highest`,
  min: 0,
  max: 1,
  range: [-1, MAX_REALTIME],
  parse([word], report: ReportArg) {
    if (!word) return MAX_REALTIME;
    return parseInteger(word as Word, -1, MAX_REALTIME, maxAutoPriority.expects, report);
  },
};

const NO_BFD = 'there is no BFD process';

/** The settings of one process. */
function ofProcess(child: string, ownPriority: string) {
  return {
    priority: setting(
      integer(-20, 19),
      `The priority of the ${child} process, as nice(1) counts.`,
      { default: ownPriority },
    ),
    noSwap: setting(
      none,
      `The ${child} process is kept out of swap: by the daemon's control group, if nothing else is in it.`,
    ),
    realtime: setting(
      integer(1, MAX_REALTIME),
      `The ${child} process has real-time scheduling (SCHED_RR) of this priority.`,
    ),
    cpus: setting(cpus, `The processors that the ${child} process may run on.`, {
      default: 'all',
    }),
    limit: setting(
      realtimeLimit,
      `How long the ${child} process may run with real-time priority without a pause; at half of it the log says so. Less than ${MIN_REALTIME_LIMIT} counts as that.`,
      { default: `${MIN_REALTIME_LIMIT}` },
    ),
  };
}

const vrrp = ofProcess('vrrp', '-20');
const checker = ofProcess('checker', 'as the daemon was started');
const bfd = ofProcess('BFD', 'as the daemon was started');

export const processes = {
  vrrp_priority: vrrp.priority,
  vrrp_no_swap: vrrp.noSwap,
  vrrp_rt_priority: vrrp.realtime,
  vrrp_cpu_affinity: vrrp.cpus,
  vrrp_rlimit_rttime: vrrp.limit,
  vrrp_rlimit_rtime: oldName('vrrp_rlimit_rttime'),
  checker_priority: checker.priority,
  checker_no_swap: checker.noSwap,
  checker_rt_priority: checker.realtime,
  checker_cpu_affinity: checker.cpus,
  checker_rlimit_rttime: checker.limit,
  checker_rlimit_rtime: oldName('checker_rlimit_rttime'),
  bfd_priority: planned(bfd.priority, NO_BFD),
  bfd_no_swap: planned(bfd.noSwap, NO_BFD),
  bfd_rt_priority: planned(bfd.realtime, NO_BFD),
  bfd_cpu_affinity: planned(bfd.cpus, NO_BFD),
  bfd_rlimit_rttime: planned(bfd.limit, NO_BFD),
  bfd_rlimit_rtime: oldName('bfd_rlimit_rttime'),
  max_auto_priority: setting(
    maxAutoPriority,
    'The highest real-time priority that a process gives itself when it runs late, one step a time; 0 or -1: none; nothing: the highest there is.',
    { default: '0' },
  ),
  min_auto_priority_delay: setting(
    integer(1, 10_000_000, 'microseconds'),
    'How late a process must run before it raises its priority.',
    { default: '1000000' },
  ),
};
