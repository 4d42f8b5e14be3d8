/** A fake clock: what is to happen, in order of time. */

/**
 * What comes first at one instant. A process that was held up runs its plain timers, then reads its
 * sockets, then believes the timers that wait for the sockets (`needsDrain`).
 */
export const ORDER = { plain: 0, packet: 1, drained: 2 } as const;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly sequence: number;
  readonly run: () => void;
}

export class Schedule {
  now = 0;
  #sequence = 0;
  readonly #heap: Entry[] = [];

  /** Has something done at an instant, at the earliest now. */
  at(at: number, run: () => void, order: number = ORDER.plain): void {
    const heap = this.#heap;
    heap.push({ at: Math.max(at, this.now), order, sequence: this.#sequence++, run });
    let i = heap.length - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i] as Entry, heap[parent] as Entry)) break;
      swap(heap, i, parent);
      i = parent;
    }
  }

  /** Runs everything up to and including an instant. */
  runUntil(end: number): void {
    for (let top = this.#heap[0]; top && top.at <= end; top = this.#heap[0]) {
      this.#pop();
      this.now = top.at;
      top.run();
    }
    this.now = end;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      let first = i;
      if (left < heap.length && before(heap[left] as Entry, heap[first] as Entry)) first = left;
      if (right < heap.length && before(heap[right] as Entry, heap[first] as Entry)) first = right;
      if (first === i) return;
      swap(heap, i, first);
      i = first;
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at - b.at < 0 || (a.at === b.at && (a.order - b.order || a.sequence - b.sequence) < 0);
}

function swap(heap: Entry[], i: number, j: number): void {
  const entry = heap[i] as Entry;
  heap[i] = heap[j] as Entry;
  heap[j] = entry;
}
