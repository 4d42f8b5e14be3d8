/**
 * Knocks at an address every few milliseconds and records when it answered. A knock is a datagram to
 * a port on which nobody serves: the owner of the address refuses it at once (ICMP port
 * unreachable), and nothing of it stays anywhere.
 */
import { createSocket, type Socket } from 'node:dgram';
import { now } from '../clock.js';

export interface KnockOptions {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
}

/** A time during which the address did not answer. */
export interface Outage {
  /** The last answer before it. */
  readonly from: number;
  /** The first answer after it; null: it lasts. */
  readonly to: number | null;
}

export interface KnockReport {
  readonly knocks: number;
  readonly answers: number;
  readonly firstAnswer: number | null;
  readonly lastAnswer: number | null;
  readonly outages: readonly Outage[];
}

const KNOCK = Buffer.from('knock');
/** Knocks that are remembered: ten minutes at 5 ms each. */
const MAX_ANSWERS = 120_000;
/** Silence beyond which we call it an outage, in knock intervals. */
const OUTAGE_INTERVALS = 5;

export class Knocker {
  readonly #options: KnockOptions;
  readonly #socket: Socket;
  #timer: NodeJS.Timeout | undefined;
  readonly #startedAt = now();
  readonly #answers: number[] = [];
  #knocks = 0;

  constructor(options: KnockOptions) {
    this.#options = options;
    this.#socket = createSocket('udp4');
    const refused = (error: NodeJS.ErrnoException | null): void => {
      // EHOSTUNREACH and the like come from our own kernel: nobody answered.
      if (error?.code === 'ECONNREFUSED') this.#answered();
    };
    this.#socket.on('error', refused);
    this.#socket.connect(options.port, options.host, () => {
      this.#timer = setInterval(() => {
        this.#knocks++;
        // An answer that came just now is told to whoever uses the socket next.
        this.#socket.send(KNOCK, refused);
      }, options.intervalMs);
    });
  }

  /** What happened at or after an instant. */
  report(since = 0): KnockReport {
    const answers = this.#answers.filter((at) => at >= since);
    const outages: Outage[] = [];
    const longest = Math.max(30, this.#options.intervalMs * OUTAGE_INTERVALS);
    let before = Math.max(since, this.#startedAt);
    for (const at of answers) {
      if (at - before > longest) outages.push({ from: before, to: at });
      before = at;
    }
    if (now() - before > longest) outages.push({ from: before, to: null });
    return {
      knocks: this.#knocks,
      answers: answers.length,
      firstAnswer: answers[0] ?? null,
      lastAnswer: answers.at(-1) ?? null,
      outages,
    };
  }

  stop(since = 0): KnockReport {
    clearInterval(this.#timer);
    const report = this.report(since);
    this.#socket.close();
    return report;
  }

  #answered(): void {
    if (this.#answers.length < MAX_ANSWERS) this.#answers.push(now());
  }
}
