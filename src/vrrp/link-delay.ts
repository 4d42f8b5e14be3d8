/**
 * `interface_up_down_delays`: an interface that goes down, or comes up, does so for the instances
 * only when it has stayed so for its delay. What it is when it appears, and that it is gone, counts
 * at once.
 *
 *     up --- down, delay begins --- still down: down
 *                   \--- up again: nothing has happened
 */
import type { Micros } from '../base/time.js';
import type { LinkState } from './events.js';
import type { EngineState, Step } from './state.js';
import { timerKey } from './timers.js';

/** @returns the interface as it counts for now; a change that has to wait is waited for. */
export function delayed(step: Step, link: LinkState): LinkState {
  const { state } = step;
  const before = state.links.get(link.name);
  if (!before || before.up === link.up) {
    forgetDelay(step, link.name);
    return link;
  }
  const delay = delayOf(state, link);
  if (delay === 0) {
    forgetDelay(step, link.name);
    return link;
  }
  if (!state.delayedLinks.has(link.name)) {
    const dueAt = step.at + delay;
    state.delayedLinks.set(link.name, dueAt);
    step.out.add({ kind: 'arm-timer', timer: timerKey('link-delay', link.name), dueAt });
  }
  return { ...link, up: before.up };
}

/** @returns the interface as it is from now on; `undefined` if its delay is not over. */
export function takeDelayed({ state }: Step, name: string, dueAt: Micros): LinkState | undefined {
  if (state.delayedLinks.get(name) !== dueAt) return undefined;
  state.delayedLinks.delete(name);
  const link = state.links.get(name);
  return link && { ...link, up: !link.up };
}

/** No change of the interface is waited for any more. */
export function forgetDelay(step: Step, name: string): void {
  if (!step.state.delayedLinks.delete(name)) return;
  step.out.add({ kind: 'cancel-timer', timer: timerKey('link-delay', name) });
}

/** All interfaces, when a configuration begins; those that are waited for go on to be. */
export function takeLinks(step: Step, links: readonly LinkState[]): void {
  const { state } = step;
  const next = new Map(links.map((link) => [link.name, delayed(step, link)]));
  for (const name of state.delayedLinks.keys()) if (!next.has(name)) forgetDelay(step, name);
  state.links = next;
}

function delayOf({ linkDelays }: EngineState, { name, up }: LinkState): Micros {
  const delay = linkDelays[name];
  if (!delay) return 0;
  return up ? delay.up : delay.down;
}
