/**
 * Knocks at an address every few milliseconds and records when it answered. A knock is a TCP
 * connection to a port on which nobody serves: the owner of the address refuses it at once, and
 * nothing of it stays anywhere.
 */
import { connect } from 'node:net';
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

/** After this a knock counts as unanswered; below the kernel's retransmission of 1 s. */
const PATIENCE_MS = 500;
/** Knocks at one time: PATIENCE_MS worth of them at 2 ms each. */
const MAX_OPEN = 250;
/** Knocks that are remembered: ten minutes at 5 ms each. */
const MAX_ANSWERS = 120_000;
/** Silence beyond which we call it an outage, in knock intervals. */
const OUTAGE_INTERVALS = 5;

export class Knocker {
  readonly #options: KnockOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = now();
  readonly #answers: number[] = [];
  #open = 0;
  #knocks = 0;

  constructor(options: KnockOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#knock(), options.intervalMs);
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
    return this.report(since);
  }

  #knock(): void {
    if (this.#open >= MAX_OPEN || this.#answers.length >= MAX_ANSWERS) return;
    this.#knocks++;
    this.#open++;
    const socket = connect({ host: this.#options.host, port: this.#options.port });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    const answered = (): void => {
      this.#answers.push(now());
      socket.destroy();
    };
    socket.once('connect', answered);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // EHOSTUNREACH and the like come from our own kernel: nobody answered.
      if (error.code === 'ECONNREFUSED') answered();
    });
    socket.once('close', () => {
      this.#open--;
    });
  }
}
