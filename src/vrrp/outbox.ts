/**
 * Collects the effects of one step and puts them into the order in which they are executed:
 * packets, timers, kernel, announcements, reports, log.
 */
import type { VrrpEffect } from './effects.js';

const TIMER = 1;
const KERNEL = 2;
const RANK: Readonly<Record<VrrpEffect['kind'], number>> = {
  'send-advert': 0,
  'arm-timer': TIMER,
  'cancel-timer': TIMER,
  reconcile: KERNEL,
  announce: 3,
  'state-changed': 4,
  'priority-changed': 4,
  'losing-advert': 4,
  log: 5,
};

export class Outbox {
  readonly #effects: VrrpEffect[] = [];

  add(effect: VrrpEffect): void {
    this.#effects.push(effect);
  }

  /**
   * The effects, ordered by kind and within a kind by when they were added. Of several orders for
   * one timer the last counts; one reconciliation is enough.
   */
  take(): VrrpEffect[] {
    const effects = this.#effects;
    if (isInOrder(effects)) return effects;
    const lastForTimer = new Map<string, VrrpEffect>();
    let reconcile: VrrpEffect | undefined;
    for (const effect of effects) {
      if (effect.kind === 'arm-timer' || effect.kind === 'cancel-timer') {
        lastForTimer.set(effect.timer, effect);
      } else if (effect.kind === 'reconcile') reconcile ??= effect;
    }
    return effects
      .filter((effect) => {
        if (effect.kind === 'reconcile') return effect === reconcile;
        if (effect.kind !== 'arm-timer' && effect.kind !== 'cancel-timer') return true;
        return lastForTimer.get(effect.timer) === effect;
      })
      .sort((a, b) => RANK[a.kind] - RANK[b.kind]);
  }
}

/** Whether they can stay as they are: an advert or a packet has no more than one of a kind. */
function isInOrder(effects: readonly VrrpEffect[]): boolean {
  let last = -1;
  for (const { kind } of effects) {
    const rank = RANK[kind];
    if (rank < last || (rank === last && (rank === TIMER || rank === KERNEL))) return false;
    last = rank;
  }
  return true;
}
