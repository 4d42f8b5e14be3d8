/** Opens the TCP connection of an attempt, from and to where the check says. */
import { connect, type Socket } from 'node:net';
import { familyOf } from '../../base/ip.js';
import { resultOfError } from '../errno.js';
import type { CheckTarget } from '../settings.js';
import { type Attempt, guarded, type ProbeEnvironment } from './probe.js';

/**
 * Connects; on failure the attempt ends with what the error means.
 *
 * @param onConnected is given the connected socket, which belongs to the attempt. Every later
 *   error of the socket ends the attempt as well, told with the phase that it is in by then.
 */
export function openConnection(
  attempt: Attempt,
  target: CheckTarget,
  environment: ProbeEnvironment,
  onConnected: (socket: Socket) => void,
): void {
  attempt.phase = 'connect';
  guarded(attempt, () => {
    const socket = createSocket(attempt, target, environment);
    if (!socket) return;
    attempt.use(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (attempt.owns(socket)) attempt.finish(resultOfError(error, attempt.phase));
    });
    socket.once('connect', () => {
      if (attempt.owns(socket)) guarded(attempt, () => onConnected(socket));
    });
  });
}

function createSocket(
  attempt: Attempt,
  target: CheckTarget,
  environment: ProbeEnvironment,
): Socket | undefined {
  const options = {
    host: target.address,
    port: target.port,
    family: familyOf(target.address),
    noDelay: true,
    ...(target.bindTo === undefined ? {} : { localAddress: target.bindTo }),
    ...(target.bindPort === undefined ? {} : { localPort: target.bindPort }),
  };
  if (target.fwmark === 0) return connect(options);
  if (environment.createMarkedSocket) {
    return environment.createMarkedSocket(target).connect(options);
  }
  // A check that went out unmarked could take another route and lie about the server.
  setImmediate(() =>
    attempt.finish({
      verdict: 'inconclusive',
      phase: 'local',
      reason: 'mark-not-set',
      detail: `the firewall mark ${target.fwmark} cannot be set here`,
    }),
  );
  return undefined;
}
