/**
 * What every kind of probe is: one attempt of one check. It keeps no state between attempts, can be
 * cancelled at any moment, never throws, and leaves no socket behind.
 */
import type { Socket } from 'node:net';
import { monotonicMicros } from '../../base/clock.js';
import { MICROS_PER_MILLI, type Micros, toMillisCeil } from '../../base/time.js';
import type { ProbePhase, ProbeResult } from '../probe-result.js';
import type { CheckTarget } from '../settings.js';

/** Makes a TCP socket that is not connected yet but carries the firewall mark (SO_MARK). */
export type MarkedSocketFactory = (target: CheckTarget) => Socket;

export interface ProbeEnvironment {
  /** Without it a check with `fwmark` is inconclusive. */
  readonly createMarkedSocket?: MarkedSocketFactory;
}

/** Ends an attempt without a result; harmless after the end. */
export type CancelProbe = () => void;

/**
 * Starts an attempt.
 *
 * @param deadline on the monotonic clock, for everything: connect, handshake, request, answer.
 * @param onResult called once, never before the start returned, and not after a cancellation;
 *   at the latest a few milliseconds after the deadline.
 */
export type StartProbe<Spec> = (
  spec: Spec,
  deadline: Micros,
  onResult: (result: ProbeResult) => void,
  environment?: ProbeEnvironment,
) => CancelProbe;

/**
 * A deadline that is noticed this much too late was not missed by the server: this process stood
 * still (stopped, starved, blocked), and the answer may have been waiting all the time.
 */
const STALL: Micros = 250 * MICROS_PER_MILLI;

/** The life of one attempt: it ends once, by a result, its deadline, or a cancellation. */
export class Attempt {
  readonly #onResult: (result: ProbeResult) => void;
  readonly #deadline: Micros;
  readonly #timer: NodeJS.Timeout;
  #socket: Socket | undefined;
  #ended = false;
  /** Where the attempt is: what a missed deadline is told with. */
  phase: ProbePhase = 'connect';

  constructor(deadline: Micros, onResult: (result: ProbeResult) => void) {
    this.#onResult = onResult;
    this.#deadline = deadline;
    const wait = Math.max(0, toMillisCeil(deadline - monotonicMicros()));
    this.#timer = setTimeout(() => this.#expire(), wait);
  }

  /** The socket that dies with the attempt; one before it is closed. */
  use(socket: Socket): void {
    this.#close();
    this.#socket = socket;
    // Errors after the end, of a socket that was given up, are nobody's business.
    socket.on('error', () => {});
    if (this.#ended) this.#close();
  }

  /** Whether a socket's events still concern the attempt. */
  owns(socket: Socket): boolean {
    return !this.#ended && this.#socket === socket;
  }

  /** Ends the attempt with a result; only the first one counts. */
  finish(result: ProbeResult): void {
    if (this.#end()) this.#onResult(result);
  }

  /** Ends the attempt with a failure of the server. */
  fail(reason: ProbeResult['reason'], detail: string): void {
    this.finish({ verdict: 'failure', phase: this.phase, reason, detail });
  }

  /** Ends the attempt without a result. */
  readonly cancel = (): void => {
    this.#end();
  };

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#close();
    return true;
  }

  #close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Node runs expired timers before it reads sockets: read them once more, then judge. */
  #expire(): void {
    const late = monotonicMicros() - this.#deadline;
    setImmediate(() => setImmediate(() => this.finish(this.#missed(late))));
  }

  #missed(late: Micros): ProbeResult {
    if (late > STALL) {
      const seconds = (late / 1_000_000).toFixed(1);
      return {
        verdict: 'inconclusive',
        phase: 'local',
        reason: 'stalled',
        detail: `this process stood still for ${seconds} s`,
      };
    }
    return {
      verdict: 'failure',
      phase: this.phase,
      reason: 'deadline-exceeded',
      detail: `no ${DONE[this.phase]} in time`,
    };
  }
}

const DONE: Record<ProbePhase, string> = {
  local: 'result',
  connect: 'connection',
  handshake: 'TLS handshake',
  answer: 'complete answer',
};

/** Runs the first step of a probe; whatever it throws becomes a result. */
export function guarded(attempt: Attempt, action: () => void): void {
  try {
    action();
  } catch (error) {
    // Arguments that Node rejects at once. Nothing was sent.
    const detail = error instanceof Error ? error.message : String(error);
    setImmediate(() =>
      attempt.finish({ verdict: 'inconclusive', phase: 'local', reason: 'probe-failed', detail }),
    );
  }
}
