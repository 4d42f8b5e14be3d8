/** The names of the engine's timers. A key names at most one armed timer. */

export type TimerName =
  /** Adver_Timer (RFC 9568 6.2). */
  | 'advert'
  /** Master_Down_Timer (RFC 9568 6.2). */
  | 'master-down'
  /** With `nopreempt`: whether there is a MASTER is asked before the take-over. */
  | 'ask'
  /** `preempt_delay`. */
  | 'preempt'
  /** The second gratuitous ARP burst after becoming MASTER (`garp_master_delay`). */
  | 'garp-master'
  /** The repetition after a losing advert (`garp_lower_prio_delay`). */
  | 'garp-lower-prio'
  /** `garp_master_refresh`. */
  | 'garp-refresh'
  /** `garp_extra_if`. */
  | 'garp-extra'
  /** A node that stops waits no longer for its successor. */
  | 'departure'
  /** An instance that could not hold its addresses may try again. */
  | 'address-retry'
  /** An alarm that was not seen again is over. */
  | 'alarm'
  /** Of an interface, not of an instance: see `link-delay.ts`. */
  | 'link-delay';

/** `<timer name>/<instance name>`, of `link-delay` the interface. */
export type TimerKey = `${TimerName}/${string}`;

/** The key of one instance's timer. */
export function timerKey(name: TimerName, instance: string): TimerKey {
  return `${name}/${instance}`;
}

/**
 * Whether a timer's expiry must not be believed before the sockets have been drained: an advert
 * that came in time may still wait there (a stalled process runs expired timers first). It would
 * have kept a backup a backup, or made a master stop announcing addresses that are another's now.
 */
export function needsDrain(key: TimerKey): boolean {
  return !key.startsWith('advert/');
}

/**
 * Whether a timer is worth processor time to expire on its instant: a take-over is as late as the
 * master-down timer, which expires once in a master's life.
 */
export function isExact(key: TimerKey): boolean {
  return key.startsWith('master-down/');
}
