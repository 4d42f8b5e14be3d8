/** Sync groups and their members. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import { suggest } from '../../diagnostics/nearest.js';
import type { Config, InstanceConfig, SyncGroupConfig } from '../../model/index.js';

/** Reports members that are not there, are in two groups, or are alone. */
export function checkSyncGroups(
  config: Config,
  instances: ReadonlyMap<string, InstanceConfig>,
  sink: Sink,
): void {
  const owner = new Map<string, string>();
  for (const group of config.syncGroups) {
    for (const member of group.instances) {
      const instance = instances.get(member.name);
      if (!instance) {
        sink.report('CONFIG_UNKNOWN_REFERENCE', member.at, {
          message: `vrrp_sync_group ${group.name}: there is no vrrp_instance '${member.name}': it would not change state with the others`,
          suggestion: suggest(member.name, instances.keys()),
        });
        continue;
      }
      const other = owner.get(member.name);
      if (other !== undefined) {
        sink.report('CONFIG_SYNC_GROUP_OVERLAP', member.at, {
          message:
            other === group.name
              ? `vrrp_sync_group ${group.name} lists ${member.name} twice`
              : `vrrp_instance ${member.name} is in vrrp_sync_group ${other} already: an instance can be in one group only`,
          ...(other === group.name ? { severity: 'warning' as const } : {}),
        });
      }
      owner.set(member.name, group.name);
      checkTrackedTwice(group, instance, sink);
    }
    if (group.instances.length < 2) {
      const count = group.instances.length === 0 ? 'no instance' : 'one instance only';
      sink.report('CONFIG_SYNC_GROUP_SMALL', group.at, {
        message: `vrrp_sync_group ${group.name} has ${count}: there is nothing to keep in step`,
      });
    }
  }
}

/** An interface that a group tracks is tracked by all members: it need not be said again. */
function checkTrackedTwice(group: SyncGroupConfig, instance: InstanceConfig, sink: Sink): void {
  const { interfaces } = group.tracks;
  if (interfaces.length === 0) return;
  const own = new Set(instance.tracks.interfaces.map(({ name }) => name));
  if (instance.trackPrimary) own.add(instance.interface);
  for (const { name, at } of interfaces) {
    if (!own.has(name)) continue;
    sink.report('CONFIG_TRACKED_ANYWAY', at, {
      message: `vrrp_sync_group ${group.name}: its member ${instance.name} tracks ${name} already: it need be tracked only once`,
    });
  }
}
