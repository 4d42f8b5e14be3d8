/**
 * A TCP connection to an echo service that says a numbered word every few milliseconds and checks
 * that the same stream of words comes back: what a client sees of a fail-over.
 */
import { connect, type Socket } from 'node:net';
import { now } from '../clock.js';

export interface EchoOptions {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
}

export interface EchoReport {
  readonly sent: number;
  readonly received: number;
  /** Words that came back other than expected: lost or out of order inside the stream. */
  readonly wrong: number;
  /** How the connection ended, if it did (`ECONNRESET`, `closed`). */
  readonly ended: string | null;
  /** The longest time without an answer, and when it began and ended (monotonic ms). */
  readonly longestGap: number;
  readonly gapFrom: number;
  readonly gapTo: number;
  readonly roundTripMedian: number;
  readonly roundTripMax: number;
  /** The client's port, by which the connection is found in the directors' tables. */
  readonly localPort: number;
}

const WORD = 8;
/** Words in flight or measured that are kept: 20 minutes at one each 10 ms. */
const MAX_WORDS = 120_000;

export class EchoConnection {
  readonly #socket: Socket;
  readonly #sentAt: number[] = [];
  readonly #roundTrips: number[] = [];
  readonly #timer: NodeJS.Timeout;
  #rest: Buffer = Buffer.alloc(0);
  #received = 0;
  #wrong = 0;
  #ended: string | null = null;
  #lastAnswer: number;
  #gap = { length: 0, from: 0, to: 0 };
  #localPort: number;

  private constructor(socket: Socket, intervalMs: number) {
    this.#socket = socket;
    this.#localPort = socket.localPort ?? 0;
    this.#lastAnswer = now();
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#ended ??= error.code ?? error.message;
    });
    socket.on('close', () => {
      this.#ended ??= 'closed';
      clearInterval(this.#timer);
    });
    this.#timer = setInterval(() => this.#say(), intervalMs);
  }

  static open(options: EchoOptions): Promise<EchoConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: options.host, port: options.port });
      const timer = setTimeout(() => socket.destroy(new Error('no connection')), 5000);
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.removeAllListeners('error');
        resolve(new EchoConnection(socket, options.intervalMs));
      });
    });
  }

  /** Begins to measure the longest gap anew. */
  mark(): void {
    this.#lastAnswer = now();
    this.#gap = { length: 0, from: 0, to: 0 };
    this.#roundTrips.length = 0;
  }

  report(): EchoReport {
    const sorted = [...this.#roundTrips].sort((a, b) => a - b);
    // Silence that lasts until now is a gap, too.
    this.#measure(now());
    return {
      sent: this.#sentAt.length,
      received: this.#received,
      wrong: this.#wrong,
      ended: this.#ended,
      longestGap: this.#gap.length,
      gapFrom: this.#gap.from,
      gapTo: this.#gap.to,
      roundTripMedian: sorted[Math.floor(sorted.length / 2)] ?? 0,
      roundTripMax: sorted.at(-1) ?? 0,
      localPort: this.#localPort,
    };
  }

  close(): EchoReport {
    clearInterval(this.#timer);
    const report = this.report();
    this.#socket.destroy();
    return report;
  }

  /** Ends it with a reset: IPVS forgets it after 10 s, of others it waits for two minutes. */
  reset(): EchoReport {
    clearInterval(this.#timer);
    const report = this.report();
    this.#socket.resetAndDestroy();
    return report;
  }

  #say(): void {
    if (this.#ended !== null || this.#sentAt.length >= MAX_WORDS) return;
    const word = Buffer.alloc(WORD);
    word.writeUInt32BE(this.#sentAt.length, 4);
    this.#sentAt.push(now());
    this.#socket.write(word);
  }

  #take(bytes: Buffer): void {
    const at = now();
    this.#measure(at);
    this.#lastAnswer = at;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    let offset = 0;
    for (; offset + WORD <= this.#rest.length; offset += WORD) {
      const number = this.#rest.readUInt32BE(offset + 4);
      if (number !== this.#received) this.#wrong++;
      this.#roundTrips.push(at - (this.#sentAt[number] ?? at));
      this.#received++;
    }
    this.#rest = this.#rest.subarray(offset);
  }

  #measure(at: number): void {
    const length = at - this.#lastAnswer;
    if (length > this.#gap.length) this.#gap = { length, from: this.#lastAnswer, to: at };
  }
}
