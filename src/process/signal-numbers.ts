/** The numbers of the signals that keepalived and tandem act on. */

/** SIGRTMIN and SIGRTMAX of glibc and of musl but for one: signal(7). */
const SIGRTMIN = 34;
const SIGRTMAX = 64;

/** keepalived's: `keepalived --signum=WORD`. */
export const SIGNALS = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  STATS_CLEAR: SIGRTMAX - 1,
  JSON: SIGRTMIN + 2,
} as const;

/** Their real-time ones. */
export const REAL_TIME_SIGNALS = [SIGNALS.JSON, SIGNALS.STATS_CLEAR] as const;
