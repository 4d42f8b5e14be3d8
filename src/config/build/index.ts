/** Statements to the model, with everything that is wrong with them. */

import type { Sink } from '../diagnostics/diagnostics.js';
import { grammar } from '../grammar/index.js';
import type { Config } from '../model/index.js';
import { NOWHERE, type Statement } from '../text/source.js';
import { buildBfdInstance } from './bfd.js';
import { buildGlobal, mergeGlobals } from './global.js';
import { buildGarpGroups, buildInterfaceDelays, buildLinkbeatInterfaces } from './interfaces.js';
import { interpret } from './interpret.js';
import type { EarlyServices } from './lvs/early.js';
import { buildLvs } from './lvs/index.js';
import { lvsDefaults } from './lvs/service.js';
import { buildRouting, buildStatics, type Machine } from './routing.js';
import { buildSyncDaemon } from './sync-daemon.js';
import { buildVrrp } from './vrrp/index.js';

/**
 * Builds the model of a whole configuration.
 *
 * @param statements from {@link parseTree}.
 * @param sink receives what is wrong with keywords and values. After an error the model may have
 *   empty values: it is good for further checks, not for use.
 * @param early what was built of the statements already.
 */
export function build(
  statements: readonly Statement[],
  sink: Sink,
  machine: Machine = {},
  early?: EarlyServices,
): Config {
  early?.tell(sink);
  const top = interpret('', grammar, statements, NOWHERE, sink);
  const globalSection = mergeGlobals(top, sink);
  const global = buildGlobal(globalSection, top, sink);
  const routing = buildRouting(top, machine, sink);
  const bfdInstances = top
    .all('bfd_instance')
    .map((setting) => buildBfdInstance(setting, sink))
    .filter((instance) => instance !== undefined);
  const vrrp = buildVrrp(top, globalSection, { global, bfdInstances, routing, sink });
  const syncDaemon = buildSyncDaemon(globalSection, top, vrrp.instances, sink);
  return {
    global: syncDaemon ? { ...global, syncDaemon } : global,
    garpGroups: buildGarpGroups(top, sink),
    linkbeatInterfaces: buildLinkbeatInterfaces(top, sink),
    interfaceDelays: buildInterfaceDelays(top, sink),
    bfdInstances,
    ...vrrp,
    ...buildLvs(top, lvsDefaults(global), vrrp.trackFiles, sink, early),
    ...buildStatics(top, routing, global.defaultInterface, sink),
  };
}
