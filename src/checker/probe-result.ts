/**
 * What one attempt of a check found. Plain data: probes make it, the engine judges by it, the log
 * and the status show it.
 */

export type Verdict =
  | 'success'
  | 'failure'
  /**
   * The attempt says nothing of the server: this machine could not make it (no local port, no
   * descriptor, no memory, stalled). The server keeps the state it had; see
   * doc/design/0004-checker-verdicts.md.
   */
  | 'inconclusive';

/** Where the attempt ended. The log's words depend on it. */
export type ProbePhase = 'local' | 'connect' | 'handshake' | 'answer';

export type ProbeReason =
  // success
  | 'connected'
  | 'answered'
  // failure
  | 'connection-refused'
  | 'connection-reset'
  | 'connection-timed-out'
  | 'host-unreachable'
  | 'network-unreachable'
  | 'route-prohibited'
  | 'route-blackhole'
  | 'deadline-exceeded'
  | 'tls-failed'
  | 'no-data'
  | 'not-http'
  | 'header-too-large'
  | 'body-too-large'
  | 'wrong-status'
  | 'wrong-digest'
  | 'connection-failed'
  // inconclusive
  | 'no-local-port'
  | 'bind-failed'
  | 'too-many-open-files'
  | 'no-buffer-space'
  | 'no-memory'
  | 'not-permitted-locally'
  | 'stalled'
  | 'mark-not-set'
  | 'probe-failed';

export interface ProbeResult {
  readonly verdict: Verdict;
  readonly phase: ProbePhase;
  readonly reason: ProbeReason;
  /** In words, one line: `connection refused`, `status 500, expected 200-299`. */
  readonly detail: string;
}
