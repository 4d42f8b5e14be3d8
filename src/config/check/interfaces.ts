/** Whether the machine has the interfaces that a configuration names. */
import type { Severity, Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import type { Config } from '../model/index.js';
import type { Position } from '../text/source.js';
import type { Environment } from './index.js';

/** How many interfaces a message lists. */
const SHOWN_INTERFACES = 12;

/** The interfaces that there are; `undefined`: not known, or they need not be there yet. */
export function knownInterfaces(
  { global }: Config,
  { interfaces, findNetNamespace }: Environment,
): ReadonlySet<string> | undefined {
  // Those that are known are another namespace's.
  const { netNamespace } = global.place;
  const where = netNamespace === undefined ? 'here' : findNetNamespace?.(netNamespace);
  if (where === 'elsewhere' || where === 'missing') return undefined;
  return interfaces && global.dynamicInterfaces === 'no' ? new Set(interfaces) : undefined;
}

/**
 * Reports an interface that is not there.
 *
 * @param consequence what follows from it, a clause.
 * @param known from {@link knownInterfaces}.
 */
export function checkInterface(
  name: string,
  at: Position,
  consequence: string,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
  severity: Severity = 'warning',
): void {
  if (!known || name === '' || known.has(name)) return;
  const shown = [...known].slice(0, SHOWN_INTERFACES).join(', ');
  const more = known.size > SHOWN_INTERFACES ? ', ...' : '';
  sink.report('CONFIG_UNKNOWN_INTERFACE', at, {
    message: `there is no interface '${name}': ${consequence}`,
    expected: known.size === 0 ? 'an interface of this machine' : `one of ${shown}${more}`,
    suggestion: suggest(name, known),
    severity,
  });
}
