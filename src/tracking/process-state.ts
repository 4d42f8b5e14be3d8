/**
 * How many processes there are to up or down (keepalived.conf(5), `vrrp_track_process`):
 *
 *     +------+  the number leaves quorum..quorum_max, and stays out for the delay  +------+
 *     |  up  |-------------------------------------------------------------------->| down |
 *     +------+<--------------------------------------------------------------------+------+
 *               it comes back into it, and stays in for the delay
 *
 * The delay is `fork_delay` if there came to be more processes and `terminate_delay` if fewer: with
 * quorum_max a fork may be what takes it down.
 */
import type { Micros } from '../base/time.js';
import type { ProcessSettings } from './settings.js';

export interface ProcessState {
  /** How many there are. */
  readonly count: number;
  /** What is told. */
  readonly up: boolean;
  /** When the opposite will be told, unless the number goes back before. */
  readonly changesAt: Micros | undefined;
}

type Quorum = Pick<ProcessSettings, 'quorum' | 'quorumMax' | 'forkDelay' | 'terminateDelay'>;

/** What is true of the processes that are found at the start: without any delay. */
export function firstCount(count: number, settings: Quorum): ProcessState {
  return { count, up: isMet(count, settings), changesAt: undefined };
}

/** There are `count` now. */
export function afterCount(
  state: ProcessState,
  count: number,
  at: Micros,
  settings: Quorum,
): ProcessState {
  if (isMet(count, settings) === state.up) return { count, up: state.up, changesAt: undefined };
  if (state.changesAt !== undefined) return { ...state, count };
  const delay = count > state.count ? settings.forkDelay : settings.terminateDelay;
  if (delay === 0) return { count, up: !state.up, changesAt: undefined };
  return { count, up: state.up, changesAt: at + delay };
}

/** Time has passed: what has lasted long enough is told. */
export function afterDelay(state: ProcessState, at: Micros): ProcessState {
  if (state.changesAt === undefined || at < state.changesAt) return state;
  return { count: state.count, up: !state.up, changesAt: undefined };
}

function isMet(count: number, { quorum, quorumMax }: Quorum): boolean {
  return count >= quorum && (quorumMax === undefined || count <= quorumMax);
}
