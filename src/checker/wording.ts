/**
 * The words of the log about checks: keepalived's sentences, since they are what operators grep
 * for, followed by the reason in brackets, which keepalived keeps to itself.
 */
import type { ProbeResult } from './probe-result.js';
import type { CheckSettings } from './settings.js';

interface Named {
  readonly server: string;
  readonly settings: CheckSettings;
}

/** A check is good for the first time, or again. */
export function checkSucceededText({ server, settings }: Named): string {
  return settings.type === 'TCP_CHECK'
    ? `TCP connection to ${server} success.`
    : `Remote Web server ${server} succeed on service.`;
}

/** A check counts as failed: its retries are used up. */
export function checkFailedText(
  { server, settings, up }: Named & { readonly up: boolean },
  result: ProbeResult,
): string {
  const name = settings.type === 'TCP_CHECK' ? 'TCP_CHECK' : 'HTTP_CHECK';
  const { retry } = settings.timing;
  // A check that was never up (alpha) is not retried.
  const after = up && retry > 0 ? ` after ${retry} retries` : '';
  return `${name} on service ${server} failed${after}. (${result.detail})`;
}

/** One attempt failed. */
export function attemptFailedText({ server, settings }: Named, result: ProbeResult): string {
  const timeout = result.reason === 'deadline-exceeded';
  if (settings.type === 'TCP_CHECK') {
    return `TCP connection to ${server} ${timeout ? 'timeout' : 'failed'}. (${result.detail})`;
  }
  return `${webWords(result)} server ${server}. (${result.detail})`;
}

function webWords({ phase, reason }: ProbeResult): string {
  if (phase === 'connect') {
    return reason === 'deadline-exceeded' ? 'Timeout connecting' : 'Error connecting';
  }
  if (phase === 'handshake') return 'SSL handshake/communication error connecting to';
  switch (reason) {
    case 'deadline-exceeded':
      return 'Timeout HTTP read';
    case 'wrong-status':
      return 'HTTP status code error to';
    case 'wrong-digest':
      return 'MD5 digest error to';
    case 'no-data':
      return 'Read, no data received from';
    default:
      return 'Read error with';
  }
}
