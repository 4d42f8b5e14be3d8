/**
 * A process's timers: one heap, one timer of the operating system's, absolute due times on the
 * monotonic clock. Due times are never recomputed from "now", so a periodic timer does not drift.
 *
 * Bounded by the number of distinct keys armed; cancelled entries are dropped lazily, and the heap is
 * rebuilt when they outnumber the living. A timer that is put off stays where it is in the heap until
 * that time comes: every advert puts off a backup's.
 */
import { monotonicMicros } from '../base/clock.js';
import { MICROS_PER_MILLI, type Micros, toMillisCeil } from '../base/time.js';

interface Entry {
  readonly key: string;
  readonly isExact: boolean;
  dueAt: Micros;
  /** Its place in the heap: not after {@link dueAt}. */
  placedAt: Micros;
  /** When {@link Options.onNear} is called for it, if at all. */
  nearAt: Micros;
}

/** setTimeout's longest span; a later entry is looked at again then. */
const LONGEST_WAIT_MILLIS = 0x7fff_ffff;
/**
 * Node's timers have a grain of a millisecond and its clock is read once a turn, so that they fire up
 * to two milliseconds late. For an exact timer the rest of that is waited for with the kernel's clock, or
 * without {@link Options.pause} turn by turn.
 */
const GRAIN: Micros = 2 * MICROS_PER_MILLI;
/** So much of it with the processor, as the kernel wakes a process a little late. */
const SPIN: Micros = 200;
/**
 * How long before an exact timer {@link Options.onNear} is called: what it does must be over in time on a
 * slow machine, and not be done for a timer that is armed again and again before it is due.
 */
const NEAR: Micros = 250 * MICROS_PER_MILLI;
const NEAR_SHARE = 2;
/**
 * And again so long before, if the first time took no more than a part of it: what has not run for a
 * quarter of a second is out of the processor's caches already.
 */
const NEAR_AGAIN: Micros = 20 * MICROS_PER_MILLI;
const QUICK: Micros = NEAR_AGAIN / 4;

interface Options<Key> {
  /** Called when at least one timer is due; it takes them with {@link TimerQueue.takeDue}. */
  onDue(): void;
  /**
   * Timers that are worth some processor time to be on the instant; default none. For rare ones: the
   * process does little else in the last two milliseconds.
   */
  isExact?(key: Key): boolean;
  /**
   * Sleeps; returns early, with false, when there is something to read. A process that sleeps until the
   * instant is preferred by the kernel's scheduler when it wakes; one that turned in circles has used up its
   * share, and is put aside for milliseconds just then. Needs the machine's own clock.
   */
  pause?: ((micros: Micros) => boolean) | undefined;
  /** Called once or twice for an exact timer before it is due, to get ready. */
  onNear?(dueAt: Micros): void;
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
  /** The exact timer for which {@link Options.onNear} is not called any more. */
  #prepared: Entry | undefined;

  constructor(options: Options<Key>) {
    this.#options = options;
    this.#now = options.clock ?? monotonicMicros;
  }

  /** Arms or re-arms a timer. A due time in the past fires on the next turn of the event loop. */
  arm(key: Key, dueAt: Micros): void {
    const known = this.#armed.get(key);
    if (known && dueAt >= known.placedAt) {
      known.dueAt = dueAt;
      known.nearAt = this.#nearAt(known.isExact, dueAt);
      if (this.#prepared === known) this.#prepared = undefined;
      // A timer of the operating system's is set already, for this or an earlier place.
      return;
    }
    const isExact = this.#options.isExact?.(key) ?? false;
    const nearAt = this.#nearAt(isExact, dueAt);
    const entry = { key, isExact, dueAt, placedAt: dueAt, nearAt };
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
    const wakeAt = top.isExact ? top.dueAt - GRAIN : top.dueAt;
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
    if (next !== undefined && next !== this.#prepared && next.nearAt <= now) {
      this.#options.onNear?.(next.dueAt);
      const after = this.#now();
      const again = next.dueAt - NEAR_AGAIN;
      if (again > after && after - now <= QUICK) next.nearAt = again;
      else this.#prepared = next;
    }
    if (next?.isExact && next.dueAt - this.#now() <= GRAIN) {
      this.#waitingTurns = true;
      setImmediate(() => {
        this.#waitingTurns = false;
        this.#awaitExact();
        this.#look();
      });
    } else this.#schedule();
  }

  /** Sleeps until an exact timer is due, or something has come that a turn of the event loop reads. */
  #awaitExact(): void {
    const next = this.#peek();
    const { pause } = this.#options;
    if (!next?.isExact || !pause) return;
    const left = next.dueAt - this.#now();
    if (left > GRAIN || (left > SPIN && !pause(left - SPIN))) return;
    while (this.#now() < next.dueAt);
  }

  #nearAt(isExact: boolean, dueAt: Micros): Micros {
    if (!isExact || !this.#options.onNear) return Number.POSITIVE_INFINITY;
    return dueAt - Math.min(NEAR, (dueAt - this.#now()) / NEAR_SHARE);
  }

  #live(entry: Entry): boolean {
    return this.#armed.get(entry.key) === entry;
  }

  #peek(): Entry | undefined {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      if (!this.#live(top)) this.#pop();
      else if (top.placedAt === top.dueAt) return top;
      else {
        top.placedAt = top.dueAt;
        this.#settle(top);
      }
    }
    return undefined;
  }

  #compact(): void {
    const living = [...this.#armed.values()];
    this.#heap = [];
    for (const entry of living) {
      entry.placedAt = entry.dueAt;
      this.#push(entry);
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.placedAt <= entry.placedAt) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#settle(last);
  }

  /** Puts an entry where the first was, and from there to its place. */
  #settle(entry: Entry): void {
    const heap = this.#heap;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.placedAt < heap[child]!.placedAt) child++;
      if (heap[child]!.placedAt >= entry.placedAt) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = entry;
  }
}
