/**
 * The notices of one subject that wait for the scripts of an earlier one: in order, and only the
 * newest of what replaces each other. A script that is slow while an instance flaps is told where
 * it ended, not every step.
 */
import type { Notice, NoticeEvent } from './notice.js';

export interface Queue {
  /** Scripts of a notice are running. */
  readonly busy: boolean;
  /** At most one of each class. */
  readonly waiting: readonly Notice[];
}

export interface Offered {
  readonly queue: Queue;
  /** Run the scripts of this one now, and say {@link finished} when they have ended. */
  readonly start: Notice | undefined;
}

export const IDLE: Queue = { busy: false, waiting: [] };

/** Takes a notice: it starts, or waits in the place of an older one of its class. */
export function offer(queue: Queue, notice: Notice): Offered {
  if (!queue.busy) return { queue: { busy: true, waiting: [] }, start: notice };
  const others = queue.waiting.filter(({ event }) => classOf(event) !== classOf(notice.event));
  return { queue: { busy: true, waiting: [...others, notice] }, start: undefined };
}

/** The scripts of the notice that was started have ended. */
export function finished({ waiting }: Queue): Offered {
  const [next, ...rest] = waiting;
  if (!next) return { queue: IDLE, start: undefined };
  return { queue: { busy: true, waiting: rest }, start: next };
}

/** States replace each other; a losing advert replaces another. */
function classOf(event: NoticeEvent): 'state' | 'losing-advert' {
  return event === 'MASTER_RX_LOWER_PRI' ? 'losing-advert' : 'state';
}
