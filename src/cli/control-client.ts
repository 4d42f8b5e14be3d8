/** Asks the running daemon over its control socket. */
import { request } from 'node:http';
import type { StandbyAnswer, StandbyRequest } from '../control/standby.js';
import type { DaemonStatus, ReloadAnswer } from '../control/status.js';

const TIMEOUT_MILLIS = 5_000;

/**
 * The daemon's status.
 *
 * @param socketPath the control socket.
 * @throws the system's error when nobody answers, or what was wrong with the answer
 */
export function requestStatus(socketPath: string): Promise<DaemonStatus> {
  return call<DaemonStatus>(socketPath, 'GET', '/status');
}

/** Puts instances into standby or takes them out; throws as {@link requestStatus}. */
export function requestStandby(socketPath: string, wanted: StandbyRequest): Promise<StandbyAnswer> {
  return call<StandbyAnswer>(socketPath, 'POST', '/standby', wanted);
}

/** Has the configuration read again; throws as {@link requestStatus}. */
export function requestReload(socketPath: string): Promise<ReloadAnswer> {
  return call<ReloadAnswer>(socketPath, 'POST', '/reload');
}

function call<T>(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const options = { socketPath, method, path, timeout: TIMEOUT_MILLIS };
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) {
          reject(new Error(`the daemon answered with status ${response.statusCode}`));
          return;
        }
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')) as T);
        } catch (error) {
          reject(error);
        }
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
