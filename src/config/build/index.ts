/** Statements to the model, with everything that is wrong with them. */

import type { Sink } from '../diagnostics/diagnostics.js';
import type { globalDefs } from '../grammar/global-defs.js';
import { grammar } from '../grammar/index.js';
import type { Config, InstanceConfig, SyncDaemonConfig } from '../model/index.js';
import type { RoutingNames } from '../names.js';
import { NOWHERE, type Statement } from '../text/source.js';
import { buildGlobal, type GlobalSection, garpDefaults } from './global.js';
import { interpret, Section } from './interpret.js';
import { buildVirtualServer } from './lvs.js';
import { buildRouting, buildStatics } from './routing.js';
import { settle } from './settle.js';
import { buildInstance, buildSyncGroup } from './vrrp.js';

/** keepalived's default of `default_interface`. */
const DEFAULT_INTERFACE = 'eth0';

/**
 * Builds the model of a whole configuration.
 *
 * @param statements from {@link parseTree}.
 * @param sink receives what is wrong with keywords and values. After an error the model may have
 *   empty values: it is good for further checks, not for use.
 * @param names what the machine calls its routing tables and the like.
 */
export function build(
  statements: readonly Statement[],
  sink: Sink,
  names: RoutingNames = {},
): Config {
  const top = interpret('', grammar, statements, NOWHERE, sink);
  const globalSection = mergeGlobals(top);
  const global = buildGlobal(globalSection);
  const garp = garpDefaults(globalSection);
  const routing = buildRouting(top, names, sink);
  const instances = top
    .all('vrrp_instance')
    .map((setting) => buildInstance(setting, global, garp, routing, sink));
  const syncGroups = top.all('vrrp_sync_group').map((setting) => buildSyncGroup(setting, sink));
  const virtualServers = top
    .all('virtual_server')
    .map((setting) => buildVirtualServer(setting, sink))
    .filter((server) => server !== undefined)
    .map((server) => settle(server, sink))
    .filter((server) => server !== undefined);
  const syncDaemon = buildSyncDaemon(globalSection, instances);
  return {
    global: syncDaemon ? { ...global, syncDaemon } : global,
    syncGroups,
    instances,
    virtualServers,
    ...buildStatics(top, routing, DEFAULT_INTERFACE, sink),
  };
}

/** keepalived reads all `global_defs` blocks as one. */
function mergeGlobals(top: Section<typeof grammar>): GlobalSection {
  const blocks = top.all('global_defs');
  const [only] = blocks;
  if (only && blocks.length === 1) return only.section;
  const merged = new Section<typeof globalDefs>(only?.at ?? NOWHERE);
  for (const { section } of blocks) merged.addAll(section);
  return merged;
}

function buildSyncDaemon(
  section: GlobalSection,
  instances: readonly InstanceConfig[],
): SyncDaemonConfig | undefined {
  const setting = section.get('lvs_sync_daemon');
  const instance = setting?.value.instance;
  if (!setting || !instance) return undefined;
  const named = instances.find((candidate) => candidate.name === instance.text);
  return {
    at: setting.at,
    interface: setting.value.interface,
    instance: instance.text,
    // keepalived's default is the virtual_router_id.
    syncId: setting.value.syncId ?? named?.virtualRouterId ?? 0,
    origins: { interface: setting.args[0]?.at ?? setting.at, instance: instance.at },
  };
}
