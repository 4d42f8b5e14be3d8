/** The counters of keepalived's `vrrp_stats`, from ours. */
import type { InstanceSnapshot } from '../vrrp/snapshot.js';

/** keepalived's names, in the order of its JSON. */
export interface Counters {
  readonly advert_rcvd: number;
  readonly advert_sent: number;
  readonly become_master: number;
  readonly release_master: number;
  readonly packet_len_err: number;
  readonly advert_interval_err: number;
  readonly ip_ttl_err: number;
  readonly invalid_type_rcvd: number;
  readonly addr_list_err: number;
  readonly invalid_authtype: number;
  readonly authtype_mismatch: number;
  readonly auth_failure: number;
  readonly pri_zero_rcvd: number;
  readonly pri_zero_sent: number;
}

/** The counters of an instance since its process started. */
export function countersOf(instance: InstanceSnapshot): Counters {
  const rejected = (...reasons: readonly string[]): number =>
    reasons.reduce((sum, reason) => sum + (instance.rejected[reason] ?? 0), 0);
  return {
    advert_rcvd: instance.advertsReceived,
    advert_sent: instance.advertsSent,
    become_master: instance.becameMaster,
    release_master: instance.releasedMaster,
    packet_len_err: rejected('too-short', 'too-long'),
    advert_interval_err: rejected('interval-mismatch'),
    ip_ttl_err: rejected('ttl-not-255', 'ttl-out-of-range'),
    invalid_type_rcvd: rejected('wrong-type'),
    addr_list_err: rejected('address-count-mismatch', 'address-list-mismatch'),
    // An unknown type is a mismatch with ours.
    invalid_authtype: 0,
    authtype_mismatch: rejected('auth-type-mismatch', 'hmac-missing'),
    auth_failure: rejected(
      'auth-failed',
      'hmac-malformed',
      'hmac-stale',
      'hmac-unknown-key',
      'hmac-invalid',
      'hmac-replayed',
    ),
    pri_zero_rcvd: instance.priorityZeroReceived,
    pri_zero_sent: instance.priorityZeroSent,
  };
}

/**
 * What was counted since the counters were cleared (STATS_CLEAR). The vrrp process counts on; a
 * counter that is below its mark comes from a new process, and counts whole.
 */
export function since(now: Counters, mark: Counters | undefined): Counters {
  if (!mark) return now;
  const entries = Object.entries(now) as [keyof Counters, number][];
  if (entries.some(([name, value]) => value < mark[name])) return now;
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value - mark[name]]),
  ) as unknown as Counters;
}
