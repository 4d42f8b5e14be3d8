/**
 * What runs on a real server: HTTP and HTTPS that answer with the server's name, and TCP and UDP
 * echo. It can be told to stop answering (`hang`), to refuse connections, or to answer 500.
 */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { serve } from './serve.js';

export type Mood = 'ok' | 'hang' | 'refuse' | 'error500';

export interface RealServerOptions {
  readonly name: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The echo service answers UDP from the address that was asked, so it binds each. */
  readonly udpAddresses: readonly string[];
}

const HTTP = 80;
const HTTPS = 443;
const ECHO = 7;

let mood: Mood = 'ok';
let name = '';
let requests = 0;
const servers: { server: Server; port: number }[] = [];
const sockets = new Set<Socket>();
const udp: UdpSocket[] = [];

const answer: RequestListener = (request, response) => {
  requests++;
  if (mood === 'hang') return;
  response.shouldKeepAlive = false;
  response.writeHead(mood === 'error500' ? 500 : 200, { 'content-type': 'text/plain' });
  response.end(request.method === 'HEAD' ? undefined : `${name}\n`);
};

function echo(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    if (mood !== 'hang') socket.write(bytes);
  });
}

function listen({ server, port }: { server: Server; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '0.0.0.0', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

serve({
  async start(options: RealServerOptions): Promise<void> {
    name = options.name;
    const tls = {
      cert: readFileSync(options.certificateFile),
      key: readFileSync(options.keyFile),
    };
    servers.push(
      { server: createHttpServer(answer), port: HTTP },
      { server: createHttpsServer(tls, answer), port: HTTPS },
      { server: createTcpServer(echo), port: ECHO },
    );
    for (const { server } of servers) {
      server.on('connection', (socket: Socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => sockets.delete(socket));
      });
    }
    await Promise.all(servers.map(listen));
    for (const address of options.udpAddresses) {
      const socket = createSocket('udp4');
      socket.on('message', (bytes, from) => {
        if (mood === 'ok') socket.send(bytes, from.port, from.address);
      });
      socket.on('error', () => {});
      await new Promise<void>((resolve) => socket.bind(ECHO, address, resolve));
      udp.push(socket);
    }
  },

  /** `refuse` closes the listening sockets and resets what is connected; all else reopens them. */
  async mood(wanted: Mood): Promise<void> {
    const before = mood;
    mood = wanted;
    if (wanted === 'refuse' && before !== 'refuse') {
      for (const socket of sockets) socket.resetAndDestroy();
      await Promise.all(
        servers.map(({ server }) => new Promise((resolve) => server.close(resolve))),
      );
    }
    if (before === 'refuse' && wanted !== 'refuse') await Promise.all(servers.map(listen));
  },

  requests: (): number => requests,
});
