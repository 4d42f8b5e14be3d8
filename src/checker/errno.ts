/**
 * Which error of the system means what for the server that is checked.
 *
 * The question is always: would a client's packet, forwarded by IPVS, have met the same fate? A
 * refused or reset connection and a route that leads nowhere: yes, so the server has failed. A
 * shortage on this machine (ports, descriptors, memory) or a rule against this process: no, so the
 * attempt says nothing (doc/design/0004-checker-verdicts.md).
 */
import type { ProbePhase, ProbeReason, ProbeResult, Verdict } from './probe-result.js';

interface Meaning {
  readonly verdict: Verdict;
  readonly reason: ProbeReason;
  readonly words: string;
}

const failure = (reason: ProbeReason, words: string): Meaning => ({
  verdict: 'failure',
  reason,
  words,
});
const local = (reason: ProbeReason, words: string): Meaning => ({
  verdict: 'inconclusive',
  reason,
  words,
});

/** By errno name, for errors of `connect`, `read`, `write` and `socket`. Bounded: written here. */
export const ERRNO_MEANINGS: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: failure('connection-refused', 'connection refused'),
  ECONNRESET: failure('connection-reset', 'connection reset by peer'),
  ECONNABORTED: failure('connection-reset', 'connection aborted'),
  EPIPE: failure('connection-reset', 'connection closed by peer while sending'),
  ETIMEDOUT: failure('connection-timed-out', 'connection timed out'),
  EHOSTUNREACH: failure('host-unreachable', 'no route to host'),
  EHOSTDOWN: failure('host-unreachable', 'host is down'),
  ENETUNREACH: failure('network-unreachable', 'network is unreachable'),
  ENETDOWN: failure('network-unreachable', 'network is down'),
  // connect(2) gives these for routes of type prohibit and blackhole (measured on Linux 6): the
  // packets of clients take the same route.
  EACCES: failure('route-prohibited', 'route is prohibited'),
  EINVAL: failure('route-blackhole', 'route is a blackhole'),

  EADDRNOTAVAIL: local('no-local-port', 'no local port is free'),
  EADDRINUSE: local('no-local-port', 'local address is in use'),
  EAGAIN: local('no-local-port', 'no local port is free'),
  EMFILE: local('too-many-open-files', 'too many open files in this process'),
  ENFILE: local('too-many-open-files', 'too many open files in the system'),
  ENOBUFS: local('no-buffer-space', 'no buffer space'),
  ENOMEM: local('no-memory', 'out of memory'),
  // An output rule of the local firewall against our own packets; forwarded ones pass elsewhere.
  EPERM: local('not-permitted-locally', 'not permitted by the local firewall'),
  // The address family is not there at all (ipv6.disable=1).
  EAFNOSUPPORT: local('probe-failed', 'address family is not supported here'),
};

/**
 * The result of an attempt that ended with an error of the system.
 *
 * @param error its `code` is the errno's name, its `syscall` the call that failed, as Node gives
 *   them; without a known code it counts as a failed connection.
 */
export function resultOfError(
  error: { readonly code?: string | undefined; readonly syscall?: string | undefined },
  phase: ProbePhase,
): ProbeResult {
  const code = error.code ?? 'unknown error';
  if (error.syscall === 'bind') {
    // `bindto` or `bind_port` cannot be had: nothing was sent to the server.
    return {
      verdict: 'inconclusive',
      phase: 'local',
      reason: 'bind-failed',
      detail: `cannot bind to the configured source (${code})`,
    };
  }
  const meaning = Object.hasOwn(ERRNO_MEANINGS, code) ? ERRNO_MEANINGS[code] : undefined;
  if (!meaning) return { verdict: 'failure', phase, reason: 'connection-failed', detail: code };
  return {
    verdict: meaning.verdict,
    phase: meaning.verdict === 'inconclusive' ? 'local' : phase,
    reason: meaning.reason,
    detail: meaning.words,
  };
}
