/** The routes and rules that the kernel is to hold, derived from the engine's state. */
import type { RoutingEntry } from '../base/routing.js';
import type { EngineState } from './state.js';

/** A route or a rule. */
export interface DesiredRouting {
  /** The instance that it follows; '' for one that is static. */
  readonly instance: string;
  readonly entry: RoutingEntry;
  readonly present: boolean;
}

/**
 * Every route and rule of the configuration: those of an instance are present while it is MASTER,
 * static ones until `shutdown`. What several list is wanted if any wants it.
 */
export function desiredRouting({ instances, statics, stopped }: EngineState): DesiredRouting[] {
  const desired: DesiredRouting[] = [];
  for (const entry of statics?.routing ?? []) {
    desired.push({ instance: '', entry, present: !stopped });
  }
  for (const { settings, state } of instances.values()) {
    for (const entry of settings.routing ?? []) {
      desired.push({ instance: settings.name, entry, present: state === 'MASTER' });
    }
  }
  return desired;
}
