/**
 * Timers that are believed only after the sockets have been read empty.
 *
 * Node runs an expired timer before it reads packets that came earlier. After a stall a backup
 * would so take over from a living master whose adverts wait in the socket. Expiries that
 * {@link Options.needsDrain} names are therefore held until one turn of the event loop has brought
 * no packet (or the bound is reached: a flood must not hold them for ever); whoever gets them
 * ignores those that a packet has made stale.
 */
import { monotonicMicros } from '../base/clock.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { TimerQueue } from './timer-queue.js';

const MAX_DRAIN: Micros = 20 * MICROS_PER_MILLI;
/** After a stall more is waiting, up to a full receive buffer of some thousand adverts. */
const MAX_DRAIN_AFTER_STALL: Micros = 500 * MICROS_PER_MILLI;
/** The package behind the raw sockets reads one packet a turn; a turn may miss one that just came. */
const QUIET_TURNS = 2;

interface Options<Key> {
  needsDrain(key: Key): boolean;
  /** See {@link TimerQueue}. */
  isExact?(key: Key): boolean;
  /** See {@link TimerQueue}. */
  onNear?(): void;
  /** See {@link TimerQueue}. */
  onLate?(late: Micros): void;
  /** Counts every packet that was received. */
  packetsReceived(): number;
  /** Gets each expiry once. */
  expire(key: Key, dueAt: Micros): void;
}

export class DrainingTimers<Key extends string> {
  readonly #queue: TimerQueue<Key>;
  readonly #options: Options<Key>;
  #held: { readonly key: Key; readonly dueAt: Micros }[] = [];

  constructor(options: Options<Key>) {
    this.#options = options;
    this.#queue = new TimerQueue<Key>({
      onDue: () => this.#onDue(),
      isExact: (key) => options.isExact?.(key) ?? false,
      onNear: () => options.onNear?.(),
      onLate: (late) => options.onLate?.(late),
    });
  }

  arm(key: Key, dueAt: Micros): void {
    this.#queue.arm(key, dueAt);
  }

  cancel(key: Key): void {
    this.#queue.cancel(key);
    this.#held = this.#held.filter((timer) => timer.key !== key);
  }

  clear(): void {
    this.#queue.clear();
    this.#held = [];
  }

  #onDue(): void {
    const now = monotonicMicros();
    const draining = this.#held.length > 0;
    for (let due = this.#queue.takeDue(now); due; due = this.#queue.takeDue(now)) {
      if (this.#options.needsDrain(due.key)) this.#held.push(due);
      else this.#options.expire(due.key, due.dueAt);
    }
    if (draining || this.#held.length === 0) return;
    const late = now - Math.min(...this.#held.map(({ dueAt }) => dueAt));
    this.#drain(now + Math.min(Math.max(late, MAX_DRAIN), MAX_DRAIN_AFTER_STALL), QUIET_TURNS);
  }

  #drain(deadline: Micros, quietTurnsLeft: number): void {
    const before = this.#options.packetsReceived();
    // The check phase comes after the poll phase: by then this turn's packets have been read.
    setImmediate(() => {
      const quiet = this.#options.packetsReceived() === before;
      const left = quiet ? quietTurnsLeft - 1 : QUIET_TURNS;
      if (left > 0 && monotonicMicros() < deadline) {
        this.#drain(deadline, left);
        return;
      }
      const held = this.#held;
      this.#held = [];
      for (const { key, dueAt } of held) this.#options.expire(key, dueAt);
    });
  }
}
