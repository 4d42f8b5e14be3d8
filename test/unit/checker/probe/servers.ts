/** Servers on 127.0.0.1 that behave well or badly, and probes against them. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { monotonicMicros } from '../../../../src/base/clock.js';
import { startProbe } from '../../../../src/checker/probe/start.js';
import type { ProbeResult } from '../../../../src/checker/probe-result.js';
import type { CheckSettings, UrlCheck } from '../../../../src/checker/settings.js';

export const TIMING = {
  delayLoop: 1_000_000,
  connectTimeout: 1_000_000,
  retry: 0,
  delayBeforeRetry: 1_000_000,
  warmup: 0,
};

/** Enough for a probe of a machine of its own, on a slow one too. */
export const AMPLE_MILLIS = 5_000;

/** A server that is closed, with its connections, by {@link closeServers}. */
export async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1', 4096);
  await once(server, 'listening');
  open.push({ server, sockets });
  return (server.address() as AddressInfo).port;
}

/** A TCP server that does this with every connection. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<number> {
  return listen(createServer({ allowHalfOpen: true }, onConnection));
}

/** A server that answers every request with this text, then ends the connection. */
export function rawHttp(answer: string, after?: (socket: Socket) => void): Promise<number> {
  return tcpServer((socket) => {
    socket.once('data', () => {
      socket.write(answer, 'latin1', () => (after ? after(socket) : socket.end()));
    });
  });
}

const open: { server: Server; sockets: Set<Socket> }[] = [];

export async function closeServers(): Promise<void> {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

export function tcpSpec(port: number, change: object = {}): CheckSettings {
  const target = { address: '127.0.0.1', port, fwmark: 0, ...change };
  return { type: 'TCP_CHECK', target, timing: TIMING };
}

export function webSpec(
  type: 'HTTP_GET' | 'SSL_GET',
  port: number,
  urls: readonly Partial<UrlCheck>[] = [{}],
  change: object = {},
): CheckSettings {
  return {
    type,
    target: { address: '127.0.0.1', port, fwmark: 0 },
    timing: TIMING,
    urls: urls.map((url) => ({ path: '/', statusCodes: [], ...url })),
    httpProtocol: '1.0',
    enableSni: false,
    ...change,
  };
}

/** Runs one attempt. */
export function probe(
  spec: CheckSettings,
  millis = AMPLE_MILLIS,
): Promise<ProbeResult & { readonly millis: number }> {
  const started = monotonicMicros();
  return new Promise((resolve) => {
    startProbe(spec, started + millis * 1_000, (result) => {
      resolve({ ...result, millis: (monotonicMicros() - started) / 1_000 });
    });
  });
}

/** TCP sockets that this process has open, in either direction. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
