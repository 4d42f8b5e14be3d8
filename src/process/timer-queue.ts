/**
 * A process's timers: one heap, one timer of the operating system's, absolute due times on the
 * monotonic clock. Due times are never recomputed from "now", so a periodic timer does not drift.
 *
 * Bounded by the number of distinct keys armed; cancelled and re-armed entries are dropped lazily,
 * and the heap is rebuilt when they outnumber the living.
 */
import { monotonicMicros } from '../base/clock.js';
import { MICROS_PER_MILLI, type Micros, toMillisCeil } from '../base/time.js';

interface Entry {
  readonly key: string;
  readonly dueAt: Micros;
  /** When {@link Options.onNear} is called for it, if at all. */
  readonly nearAt: Micros;
}

/** setTimeout's longest span; a later entry is looked at again then. */
const LONGEST_WAIT_MILLIS = 0x7fff_ffff;
/**
 * Node's timers have a grain of a millisecond and its clock is read once a turn, so that they fire up
 * to two milliseconds late. For an exact timer the rest of that is waited for turn by turn.
 */
const GRAIN: Micros = 2 * MICROS_PER_MILLI;
/**
 * How long before an exact timer {@link Options.onNear} is called: what it does must be over in time on a
 * slow machine, and not be done for a timer that is armed again and again before it is due.
 */
const NEAR: Micros = 250 * MICROS_PER_MILLI;
const NEAR_SHARE = 4;

interface Options<Key> {
  /** Called when at least one timer is due; it takes them with {@link TimerQueue.takeDue}. */
  onDue(): void;
  /**
   * Timers that are worth some processor time to be on the instant; default none. For rare ones: each
   * expiry keeps one processor busy for a millisecond or two, in which packets are read as ever.
   */
  isExact?(key: Key): boolean;
  /** Called once for an exact timer before it is due, to get ready. */
  onNear?(): void;
  /** Time on the monotonic clock; for tests. */
  clock?(): Micros;
  /** Told how late the earliest due timer is, each time that one is found to be due. */
  onLate?(late: Micros): void;
}

export class TimerQueue<Key extends string = string> {
  readonly #options: Options<Key>;
  readonly #now: () => Micros;
  readonly #armed = new Map<string, Entry>();
  #heap: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerDueAt: Micros = Number.POSITIVE_INFINITY;
  #waitingTurns = false;
  /** Due timers are being taken; the operating system's timer is set behind the last of them. */
  #taking = false;
  /** The exact timer for which {@link Options.onNear} has been called. */
  #prepared: Entry | undefined;

  constructor(options: Options<Key>) {
    this.#options = options;
    this.#now = options.clock ?? monotonicMicros;
  }

  /** Arms or re-arms a timer. A due time in the past fires on the next turn of the event loop. */
  arm(key: Key, dueAt: Micros): void {
    const entry = { key, dueAt, nearAt: this.#nearAt(key, dueAt) };
    this.#armed.set(key, entry);
    this.#push(entry);
    if (this.#heap.length > 64 && this.#heap.length > 2 * this.#armed.size) this.#compact();
    this.#schedule();
  }

  /** Cancels a timer; one that is not armed is no error. */
  cancel(key: Key): void {
    this.#armed.delete(key);
    if (this.#armed.size === 0) this.clear();
  }

  /** Removes and returns the earliest timer that is due at `now`. */
  takeDue(now: Micros): { key: Key; dueAt: Micros } | undefined {
    const top = this.#peek();
    if (!top || top.dueAt > now) return undefined;
    this.#pop();
    this.#armed.delete(top.key);
    return { key: top.key as Key, dueAt: top.dueAt };
  }

  /** The earliest timer that is due at `now`, left where it is. */
  peekDue(now: Micros): { key: Key; dueAt: Micros } | undefined {
    const top = this.#peek();
    return top && top.dueAt <= now ? { key: top.key as Key, dueAt: top.dueAt } : undefined;
  }

  /** Cancels every timer. */
  clear(): void {
    this.#armed.clear();
    this.#heap = [];
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerDueAt = Number.POSITIVE_INFINITY;
  }

  #schedule(): void {
    const top = this.#peek();
    if (
      !top ||
      this.#taking ||
      this.#waitingTurns ||
      (this.#timer && this.#timerDueAt <= top.dueAt)
    )
      return;
    if (this.#timer) clearTimeout(this.#timer);
    const isExact = this.#options.isExact?.(top.key as Key) ?? false;
    const wakeAt = isExact ? top.dueAt - GRAIN : top.dueAt;
    const left = (this.#prepared === top ? wakeAt : Math.min(top.nearAt, wakeAt)) - this.#now();
    this.#timerDueAt = top.dueAt;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#timerDueAt = Number.POSITIVE_INFINITY;
        this.#look();
      },
      Math.min(LONGEST_WAIT_MILLIS, toMillisCeil(Math.max(0, left))),
    );
  }

  #look(): void {
    const now = this.#now();
    // libuv's clock is cached and in milliseconds: it may wake a little early.
    const due = this.peekDue(now);
    if (due) {
      this.#options.onLate?.(now - due.dueAt);
      this.#taking = true;
      try {
        this.#options.onDue();
      } finally {
        this.#taking = false;
      }
    }
    if (this.#waitingTurns) return;
    const next = this.#peek();
    const isExact = next !== undefined && this.#options.isExact?.(next.key as Key) === true;
    if (next !== undefined && next !== this.#prepared && next.nearAt <= now) {
      this.#prepared = next;
      this.#options.onNear?.();
    }
    if (isExact && next.dueAt - this.#now() <= GRAIN) {
      this.#waitingTurns = true;
      setImmediate(() => {
        this.#waitingTurns = false;
        this.#look();
      });
    } else this.#schedule();
  }

  #nearAt(key: Key, dueAt: Micros): Micros {
    const { onNear, isExact } = this.#options;
    if (!onNear || !isExact?.(key)) return Number.POSITIVE_INFINITY;
    return dueAt - Math.min(NEAR, (dueAt - this.#now()) / NEAR_SHARE);
  }

  #live(entry: Entry): boolean {
    return this.#armed.get(entry.key) === entry;
  }

  #peek(): Entry | undefined {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (this.#live(top)) return top;
      this.#pop();
    }
    return undefined;
  }

  #compact(): void {
    const living = [...this.#armed.values()];
    this.#heap = [];
    for (const entry of living) this.#push(entry);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.dueAt <= entry.dueAt) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.dueAt < heap[child]!.dueAt) child++;
      if (heap[child]!.dueAt >= last.dueAt) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
