/** Asks the running daemon over its control socket. */
import { request } from 'node:http';
import type { DaemonStatus } from '../control/status.js';

const TIMEOUT_MILLIS = 5_000;

/**
 * The daemon's status.
 *
 * @param socketPath the control socket.
 * @throws the system's error when nobody answers, or what was wrong with the answer
 */
export function requestStatus(socketPath: string): Promise<DaemonStatus> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/status', timeout: TIMEOUT_MILLIS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200) {
          reject(new Error(`the daemon answered with status ${response.statusCode}`));
          return;
        }
        try {
          resolve(JSON.parse(Buffer.concat(parts).toString('utf8')) as DaemonStatus);
        } catch (error) {
          reject(error);
        }
      });
    });
    call.on('timeout', () => call.destroy(new Error('no answer in time')));
    call.on('error', reject);
    call.end();
  });
}
