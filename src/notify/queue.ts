/**
 * The notices of one subject that wait for the scripts of an earlier one: in order, and only the
 * newest of what replaces each other. A script that is slow while an instance flaps is told where
 * it ended, not every step.
 */

/** A notice, as far as the queue must know it. */
export interface Queued {
  readonly event: string;
}

export interface Queue<One extends Queued> {
  /** Scripts of a notice are running. */
  readonly busy: boolean;
  /** At most one of each class. */
  readonly waiting: readonly One[];
}

export interface Offered<One extends Queued> {
  readonly queue: Queue<One>;
  /** Run the scripts of this one now, and say {@link finished} when they have ended. */
  readonly start: One | undefined;
}

export const IDLE: Queue<never> = { busy: false, waiting: [] };

/** Takes a notice: it starts, or waits in the place of an older one of its class. */
export function offer<One extends Queued>(queue: Queue<One>, notice: One): Offered<One> {
  if (!queue.busy) return { queue: { busy: true, waiting: [] }, start: notice };
  const others = queue.waiting.filter(({ event }) => classOf(event) !== classOf(notice.event));
  return { queue: { busy: true, waiting: [...others, notice] }, start: undefined };
}

/** The scripts of the notice that was started have ended. */
export function finished<One extends Queued>({ waiting }: Queue<One>): Offered<One> {
  const [next, ...rest] = waiting;
  if (!next) return { queue: IDLE, start: undefined };
  return { queue: { busy: true, waiting: rest }, start: next };
}

/** States replace each other; a losing advert replaces another. */
function classOf(event: string): 'state' | 'losing-advert' {
  return event === 'MASTER_RX_LOWER_PRI' ? 'losing-advert' : 'state';
}
