/** The network namespace that a configuration names, before anything else is done with it. */
import { messageOf } from '../base/errors.js';
import type { Place } from '../config/place.js';
import { enterNetNamespace } from '../process/net-namespace.js';

/**
 * Enters `net_namespace`, so that the configuration is checked against the interfaces that are there.
 *
 * @returns why that cannot be.
 */
export function enterPlace({ netNamespace }: Place): string | undefined {
  if (netNamespace === undefined) return undefined;
  try {
    enterNetNamespace(netNamespace);
    return undefined;
  } catch (error) {
    return `cannot enter net_namespace ${netNamespace}: ${messageOf(error)}`;
  }
}
