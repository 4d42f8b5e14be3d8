/** Rules between VRRP instances, sync groups and the machine's interfaces. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';
import type { Environment } from '../index.js';
import { knownInterfaces } from '../interfaces.js';
import { checkAddresses } from './addresses.js';
import { checkInterfaces } from './interfaces.js';
import { checkIntervals, checkRouterIds } from './routers.js';
import { checkStrictServices } from './services.js';
import { checkSyncGroups } from './sync-groups.js';
import { checkTracking } from './tracking.js';

export function checkVrrp(config: Config, environment: Environment, sink: Sink): void {
  const { instances } = config;
  checkNames(instances, 'vrrp_instance', sink);
  checkNames(config.syncGroups, 'vrrp_sync_group', sink);
  const byName = new Map(instances.map((instance) => [instance.name, instance]));
  checkInterfaces(config, knownInterfaces(config, environment), sink);
  checkIntervals(instances, sink);
  checkAddresses(instances, sink);
  checkRouterIds(instances, sink);
  checkSyncGroups(config, byName, sink);
  checkTracking(config, sink);
  checkStrictServices(config, sink);
}

/** Reports names used twice. */
function checkNames(
  objects: readonly { readonly name: string; readonly at: Position }[],
  kind: string,
  sink: Sink,
): void {
  const first = new Map<string, Position>();
  for (const { name, at } of objects) {
    const earlier = first.get(name);
    if (name === '') continue;
    if (!earlier) {
      first.set(name, at);
      continue;
    }
    sink.report('CONFIG_DUPLICATE_NAME', at, {
      message: `${kind} '${name}' is there already (${renderPosition(earlier)}): only one of them could run`,
    });
  }
}
