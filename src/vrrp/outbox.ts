/**
 * Collects the effects of one step and puts them into the order in which they are executed:
 * packets, timers, kernel, announcements, reports, log.
 */
import type { VrrpEffect } from './effects.js';

const RANK: Readonly<Record<VrrpEffect['kind'], number>> = {
  'send-advert': 0,
  'arm-timer': 1,
  'cancel-timer': 1,
  reconcile: 2,
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
    if (effects.length < 2) return effects;
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
