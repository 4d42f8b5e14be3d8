/**
 * Timers that are believed only after the sockets have been read empty.
 *
 * Node runs an expired timer before it reads packets that came earlier. After a stall a backup
 * would so take over from a living master whose adverts wait in the socket. Expiries that
 * {@link Options.needsDrain} names are therefore held until the sockets have been read empty; whoever
 * gets them ignores those that a packet has made stale. That is done at once when the timer is on time.
 * After a stall the kernel may not have put everything into the sockets yet either: then it takes turns of
 * the event loop that brought no packet (or the bound is reached: a flood must not hold them for ever).
 */
import { monotonicMicros } from '../base/clock.js';
import { MICROS_PER_MILLI, type Micros } from '../base/time.js';
import { TimerQueue } from './timer-queue.js';

const MAX_DRAIN: Micros = 20 * MICROS_PER_MILLI;
/** After a stall more is waiting, up to a full receive buffer of some thousand adverts. */
const MAX_DRAIN_AFTER_STALL: Micros = 500 * MICROS_PER_MILLI;
/** One turn may miss a packet that just came. */
const QUIET_TURNS = 2;
/** A timer that is later has seen a stall. */
const ON_TIME: Micros = 5 * MICROS_PER_MILLI;

interface Options<Key> {
  needsDrain(key: Key): boolean;
  /** See {@link TimerQueue}. */
  isExact?(key: Key): boolean;
  /** See {@link TimerQueue}. */
  onNear?(dueAt: Micros): void;
  /** See {@link TimerQueue}. */
  pause?: ((micros: Micros) => boolean) | undefined;
  /** See {@link TimerQueue}. */
  onLate?(late: Micros): void;
  /** See {@link TimerQueue}. */
  clock?(): Micros;
  /** Counts every packet that was received. */
  packetsReceived(): number;
  /** Reads the sockets at once; false: there may be more. Without it turns are waited for. */
  readAll?(): boolean;
  /** Gets each expiry once. */
  expire(key: Key, dueAt: Micros): void;
}

export class DrainingTimers<Key extends string> {
  readonly #queue: TimerQueue<Key>;
  readonly #options: Options<Key>;
  readonly #now: () => Micros;
  #held: { readonly key: Key; readonly dueAt: Micros }[] = [];

  constructor(options: Options<Key>) {
    this.#options = options;
    this.#now = options.clock ?? monotonicMicros;
    this.#queue = new TimerQueue<Key>({
      onDue: () => this.#onDue(),
      isExact: (key) => options.isExact?.(key) ?? false,
      onNear: (dueAt) => options.onNear?.(dueAt),
      pause: options.pause,
      clock: this.#now,
      onLate: (late) => options.onLate?.(late),
    });
  }

  arm(key: Key, dueAt: Micros): void {
    this.#queue.arm(key, dueAt);
  }

  cancel(key: Key): void {
    this.#queue.cancel(key);
    if (this.#held.length > 0) this.#held = this.#held.filter((timer) => timer.key !== key);
  }

  clear(): void {
    this.#queue.clear();
    this.#held = [];
  }

  #onDue(): void {
    const now = this.#now();
    const draining = this.#held.length > 0;
    for (let due = this.#queue.takeDue(now); due; due = this.#queue.takeDue(now)) {
      if (this.#options.needsDrain(due.key)) this.#held.push(due);
      else this.#options.expire(due.key, due.dueAt);
    }
    if (draining || this.#held.length === 0) return;
    const late = now - Math.min(...this.#held.map(({ dueAt }) => dueAt));
    if (late <= ON_TIME && this.#options.readAll?.()) this.#expireHeld();
    else this.#drain(now + Math.min(Math.max(late, MAX_DRAIN), MAX_DRAIN_AFTER_STALL), QUIET_TURNS);
  }

  #drain(deadline: Micros, quietTurnsLeft: number): void {
    const before = this.#options.packetsReceived();
    // The check phase comes after the poll phase: by then this turn's packets have been read.
    setImmediate(() => {
      const quiet = this.#options.packetsReceived() === before;
      const left = quiet ? quietTurnsLeft - 1 : QUIET_TURNS;
      if (left > 0 && this.#now() < deadline) {
        this.#drain(deadline, left);
        return;
      }
      this.#expireHeld();
    });
  }

  #expireHeld(): void {
    const held = this.#held;
    this.#held = [];
    for (const { key, dueAt } of held) this.#options.expire(key, dueAt);
  }
}
