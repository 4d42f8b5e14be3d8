/**
 * The control socket: HTTP over a unix socket that only its owner may open. A client that is slow
 * or hangs costs itself its connection and nobody else anything.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import type { DaemonStatus } from './status.js';

const CLIENT_TIMEOUT_MILLIS = 5_000;
const MAX_CLIENTS = 32;

export interface ControlServer {
  close(): void;
}

/**
 * Opens the socket and answers `GET /status` with a {@link DaemonStatus} as JSON.
 *
 * @throws the system's error when the socket cannot be made.
 */
export function openControlServer(
  path: string,
  handlers: { status(): Promise<DaemonStatus>; onError(error: unknown): void },
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET' || request.url !== '/status') {
      response.writeHead(404).end();
      return;
    }
    handlers.status().then(
      (status) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(`${JSON.stringify(status)}\n`);
      },
      (error: unknown) => {
        handlers.onError(error);
        response.writeHead(500).end();
      },
    );
  });
  server.maxConnections = MAX_CLIENTS;
  server.requestTimeout = CLIENT_TIMEOUT_MILLIS;
  server.setTimeout(CLIENT_TIMEOUT_MILLIS, (socket) => socket.destroy());
  mkdirSync(dirname(path), { recursive: true });
  // The pid file has shown that no other daemon runs here: what is there was left behind.
  rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', handlers.onError);
      chmodSync(path, 0o600);
      resolve({
        close() {
          server.close();
          server.closeAllConnections();
          rmSync(path, { force: true });
        },
      });
    });
  });
}
