/** What runs on the client: requests, echo connections, and knocking at the VIP. */

import { createSocket } from 'node:dgram';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { EchoConnection, type EchoOptions, type EchoReport } from './echo-connection.js';
import { Knocker, type KnockOptions, type KnockReport } from './knocker.js';
import { serve } from './serve.js';

export interface BurstOptions {
  readonly url: string;
  readonly count: number;
  /** Requests at one time. */
  readonly concurrency?: number;
  readonly timeoutMs?: number;
}

/** Who answered how often; errors under `error CODE`, other status codes under `status N`. */
export type Tally = Readonly<Record<string, number>>;

/** What is lost is sent again after 1, 3 and 7 s: a request that a busy machine loses is answered. */
const REQUEST_LIMIT = 10_000;

const echoes = new Map<number, EchoConnection>();
const knockers = new Map<number, Knocker>();
let next = 1;

function get(url: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const options = { agent: false as const, timeout: timeoutMs, rejectUnauthorized: false };
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(
      url,
      options,
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        response.on('end', () =>
          resolve(response.statusCode === 200 ? body.trim() : `status ${response.statusCode}`),
        );
        response.on('error', (error) => resolve(`error ${error.message}`));
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(`error ${error.code ?? error.message}`),
    );
    request.end();
  });
}

serve({
  async burst(options: BurstOptions): Promise<Tally> {
    const tally: Record<string, number> = {};
    let left = options.count;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        left--;
        const who = await get(options.url, options.timeoutMs ?? REQUEST_LIMIT);
        tally[who] = (tally[who] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: options.concurrency ?? 1 }, worker));
    return tally;
  },

  /** One datagram to an echo service; whether it came back. */
  udp(options: { host: string; port: number; timeoutMs: number }): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createSocket('udp4');
      const finish = (came: boolean): void => {
        clearTimeout(timer);
        socket.close();
        resolve(came);
      };
      const timer = setTimeout(() => finish(false), options.timeoutMs);
      socket.on('error', () => finish(false));
      socket.on('message', () => finish(true));
      socket.connect(options.port, options.host, () => socket.send('echo'));
    });
  },

  async echoOpen(options: EchoOptions): Promise<number> {
    const id = next++;
    echoes.set(id, await EchoConnection.open(options));
    return id;
  },
  echoMark: (id: number): void => echoes.get(id)?.mark(),
  echoReport: (id: number): EchoReport | undefined => echoes.get(id)?.report(),
  echoClose(id: number): EchoReport | undefined {
    const report = echoes.get(id)?.close();
    echoes.delete(id);
    return report;
  },

  echoReset(id: number): EchoReport | undefined {
    const report = echoes.get(id)?.reset();
    echoes.delete(id);
    return report;
  },

  knockStart(options: KnockOptions): number {
    const id = next++;
    knockers.set(id, new Knocker(options));
    return id;
  },
  knockReport: ({ id, since }: { id: number; since: number }): KnockReport | undefined =>
    knockers.get(id)?.report(since),
  knockStop({ id, since }: { id: number; since: number }): KnockReport | undefined {
    const report = knockers.get(id)?.stop(since);
    knockers.delete(id);
    return report;
  },

  /** Ends everything that runs. */
  reset(): void {
    for (const echo of echoes.values()) echo.close();
    echoes.clear();
    for (const knocker of knockers.values()) knocker.stop();
    knockers.clear();
  },
});
