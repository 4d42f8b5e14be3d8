/**
 * The control socket: HTTP over a unix socket that only its owner may open. A client that is slow
 * or hangs costs itself its connection and nobody else anything.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import type { StandbyAnswer, StandbyRequest } from './standby.js';
import type { DaemonStatus, ReloadAnswer } from './status.js';

const CLIENT_TIMEOUT_MILLIS = 5_000;
const MAX_CLIENTS = 32;

export interface ControlServer {
  close(): void;
}

/** Longer requests are refused. */
const MAX_BODY_BYTES = 65_536;

/** What the daemon does for its clients. */
export interface ControlHandlers {
  status(): Promise<DaemonStatus>;
  standby(request: StandbyRequest): StandbyAnswer;
  reload(): ReloadAnswer;
  onError(error: unknown): void;
}

/**
 * Opens the socket and answers as JSON: `GET /status` with a {@link DaemonStatus}, `POST /standby`
 * (a {@link StandbyRequest}) with a {@link StandbyAnswer}, `POST /reload` with a {@link ReloadAnswer} before it
 * has begun.
 *
 * @throws the system's error when the socket cannot be made.
 */
export function openControlServer(path: string, handlers: ControlHandlers): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(request, handlers).then(
      ({ status, body }) => {
        // Without this word Node keeps the place of a client that does not close for 5 s.
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(`${JSON.stringify(body)}\n`);
      },
      (error: unknown) => {
        handlers.onError(error);
        response.writeHead(500).end();
      },
    );
  });
  server.maxConnections = MAX_CLIENTS;
  // One that asks often and reads nothing would have all its answers kept for it.
  server.maxRequestsPerSocket = 1;
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

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(request: IncomingMessage, handlers: ControlHandlers): Promise<Answer> {
  const what = `${request.method} ${request.url}`;
  const body = await readBody(request);
  if (what === 'GET /status') return { status: 200, body: await handlers.status() };
  if (what === 'POST /reload') return { status: 200, body: handlers.reload() };
  if (what !== 'POST /standby') return { status: 404, body: { error: 'not found' } };
  const wanted = parseStandby(body);
  if (!wanted) return { status: 400, body: { error: 'not a standby request' } };
  return { status: 200, body: handlers.standby(wanted) };
}

/** The whole body; a longer one than allowed is cut, and is no JSON then. */
async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MAX_BODY_BYTES) parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseStandby(body: string): StandbyRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { names, on, deadlineSeconds } = value as Partial<Record<keyof StandbyRequest, unknown>>;
  if (!Array.isArray(names) || typeof on !== 'boolean') return undefined;
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) return undefined;
  if (deadlineSeconds === undefined) return { names, on };
  if (typeof deadlineSeconds !== 'number' || !(deadlineSeconds >= 0 && deadlineSeconds <= 3_600)) {
    return undefined;
  }
  return { names, on, deadlineSeconds };
}
