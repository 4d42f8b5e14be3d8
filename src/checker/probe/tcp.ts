/** TCP_CHECK: a connection that is established is a success, and closed at once. */
import type { CheckSettings } from '../settings.js';
import { openConnection } from './connect.js';
import { Attempt, type StartProbe } from './probe.js';

/** One attempt of a TCP_CHECK. */
export const startTcpProbe: StartProbe<Extract<CheckSettings, { type: 'TCP_CHECK' }>> = (
  spec,
  deadline,
  onResult,
  environment = {},
) => {
  const attempt = new Attempt(deadline, onResult);
  openConnection(attempt, spec.target, environment, () => {
    attempt.finish({
      verdict: 'success',
      phase: 'connect',
      reason: 'connected',
      detail: 'connected',
    });
  });
  return attempt.cancel;
};
