/**
 * What keeps an instance from taking over just after the start, although it hears nobody.
 *
 * - `vrrp_startup_delay` and `vrrp_delay_after_boot`: the master-down timer begins when they are over.
 * - A link that has not received anything yet: a switch may hold a port back for 30 s after its
 *   carrier is up (IEEE 802.1D: twice a forward delay of 15 s), and who takes over behind it is a
 *   second MASTER as soon as the port opens. The timer begins with the first sign that the link passes
 *   traffic, or runs out when a port must have opened.
 *
 * The owner of the addresses does not mind the link: nobody else is to be MASTER (RFC 9568 6.4.1).
 */
import { fromSeconds, type Micros } from '../base/time.js';
import { planToAsk } from './asking.js';
import { armTimer, downInterval, isOwner, log } from './instance.js';
import { instancesOn } from './routers.js';
import type { EngineState, Instance, Step } from './state.js';

/** Twice the forward delay, and a little for the port that comes up after the daemon. */
export const QUIET_LIMIT: Micros = fromSeconds(35);

/** What the process knows of the start, with each configuration. */
export interface StartConditions {
  /** No instance becomes MASTER before this and its master-down time. */
  readonly notBefore: Micros;
  /** Interfaces of instances that have not received anything yet. */
  readonly quiet: readonly string[];
}

/** Takes over what the process knows. */
export function takeStart(state: EngineState, start: StartConditions | undefined): void {
  state.notBefore = start?.notBefore ?? 0;
  const quiet = new Set(start?.quiet);
  for (const name of state.quiet.keys()) if (!quiet.has(name)) state.quiet.delete(name);
  for (const name of quiet) if (!state.quiet.has(name)) state.quiet.set(name, undefined);
}

/** Whether an instance may not be MASTER yet, whatever its priority. */
export function isDelayed({ state, at }: Step): boolean {
  return at < state.notBefore;
}

/** Arms the master-down timer of an instance that begins to be a backup. */
export function beginWaiting(step: Step, instance: Instance): void {
  const { state, at } = step;
  const { interface: name } = instance.settings;
  let dueAt = Math.max(at, state.notBefore) + downInterval(instance);
  if (state.quiet.has(name) && !isOwner(instance)) {
    const until = state.quiet.get(name) ?? at + QUIET_LIMIT;
    state.quiet.set(name, until);
    dueAt = Math.max(dueAt, until);
    const text = `nothing was received on ${name} yet: takes over when it passes traffic, or in ${Math.ceil((dueAt - at) / 1e6)} s`;
    log(step, instance, 'notice', 'link-quiet', text, { interface: name });
  }
  armTimer(step, instance, 'master-down', dueAt);
}

/** Arms the master-down timer after an advert: its sender is down if no other comes for so long. */
export function waitAgain(step: Step, instance: Instance, wait: Micros): void {
  armTimer(step, instance, 'master-down', Math.max(step.at, step.state.notBefore) + wait);
}

/** The interface passes traffic: the wait for a MASTER that may be there begins. */
export function onTrafficSeen(step: Step, name: string): void {
  if (!step.state.quiet.delete(name)) return;
  for (const instance of instancesOn(step.state, name)) {
    if (instance.state !== 'BACKUP' || isOwner(instance)) continue;
    log(step, instance, 'info', 'link-passes', `${name} passes traffic`, { interface: name });
    waitAgain(step, instance, downInterval(instance));
    // One that waits for the sign has heard nobody, nor could have been heard.
    planToAsk(step, instance);
  }
}

/** Interfaces that are waited for. */
export function quietLinks(state: EngineState): readonly string[] {
  return [...state.quiet.keys()];
}

/** It becomes MASTER: the limit is over. The owner's interface may still be quiet for others. */
export function endWaiting({ state }: Step, instance: Instance): void {
  if (!isOwner(instance)) state.quiet.delete(instance.settings.interface);
}

/** What keeps a backup one. */
export type HoldBack = 'quiet-link' | 'start-delay';

/** What keeps a backup from taking over at this moment; `undefined`: nothing of this file does. */
export function holdBackOf(
  { notBefore, quiet }: EngineState,
  instance: Instance,
  now: Micros,
): HoldBack | undefined {
  if (instance.state !== 'BACKUP' || !instance.timers.has('master-down')) return undefined;
  if (now < notBefore) return 'start-delay';
  return quiet.has(instance.settings.interface) && !isOwner(instance) ? 'quiet-link' : undefined;
}
