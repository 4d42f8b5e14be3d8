/** The last transitions of each instance, with their time and reason. */
import type { InstanceState } from '../vrrp/effects.js';

export interface Transition {
  /** ISO 8601. */
  readonly at: string;
  readonly from: InstanceState;
  readonly to: InstanceState;
  readonly effectivePriority: number;
  /** A sentence without its full stop. */
  readonly reason: string;
}

/** So many of an instance are kept. */
const KEPT = 32;

/**
 * Kept by the supervisor, so that it survives the vrrp process and costs it nothing. Bounded by the
 * instances in force and {@link KEPT}.
 */
export class History {
  readonly #transitions = new Map<string, Transition[]>();

  add(instance: string, transition: Transition): void {
    const list = this.#transitions.get(instance) ?? [];
    list.push(transition);
    if (list.length > KEPT) list.shift();
    this.#transitions.set(instance, list);
  }

  /** Forgets instances that are no more. */
  keep(instances: readonly string[]): void {
    const wanted = new Set(instances);
    for (const name of [...this.#transitions.keys()]) {
      if (!wanted.has(name)) this.#transitions.delete(name);
    }
  }

  /** By instance, the oldest first. */
  all(): Readonly<Record<string, readonly Transition[]>> {
    return Object.fromEntries([...this.#transitions].map(([name, list]) => [name, [...list]]));
  }
}
