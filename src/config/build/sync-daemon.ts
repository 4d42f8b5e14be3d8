/** `lvs_sync_daemon` to the model, and its old form inside an instance. */
import type { Sink } from '../diagnostics/diagnostics.js';
import type { InstanceConfig, SyncDaemonConfig } from '../model/index.js';
import { type Position, renderPosition } from '../text/source.js';
import type { GlobalSection, TopSection } from './global.js';
import { given } from './pick.js';

/**
 * The sync daemon, if there is one.
 *
 * @param instances in the order of their blocks; the default of the daemon's id is the
 *   virtual_router_id of the instance it names.
 */
export function buildSyncDaemon(
  section: GlobalSection,
  top: TopSection,
  instances: readonly InstanceConfig[],
  sink: Sink,
): SyncDaemonConfig | undefined {
  const setting = section.get('lvs_sync_daemon');
  const old = oldForm(top, instances, setting?.at, sink);
  if (!setting) return old;
  const { instance, id, maxlen, port, ttl, group } = setting.value;
  const named = instance && instances.find((candidate) => candidate.name === instance.text);
  return {
    at: setting.at,
    interface: setting.value.interface,
    syncId: id ?? named?.virtualRouterId ?? 0,
    ...given({ instance: instance?.text, maxLength: maxlen, port, ttl, group }),
    origins: { interface: setting.at, ...(instance ? { instance: instance.at } : {}) },
  };
}

/** `lvs_sync_daemon_interface` of the first instance that has it, unless there is a daemon already. */
function oldForm(
  top: TopSection,
  instances: readonly InstanceConfig[],
  given: Position | undefined,
  sink: Sink,
): SyncDaemonConfig | undefined {
  let daemon: SyncDaemonConfig | undefined;
  top.all('vrrp_instance').forEach(({ section, at }, i) => {
    const old = section.get('lvs_sync_daemon_interface');
    const instance = instances[i];
    if (!old || !instance) return;
    sink.report('CONFIG_OLD_NAME', old.at, {
      message: `vrrp_instance ${instance.name}: lvs_sync_daemon_interface is an old form of lvs_sync_daemon`,
      suggestion: `'lvs_sync_daemon ${old.value} ${instance.name}' in global_defs`,
    });
    const earlier = given ?? daemon?.at;
    if (earlier) {
      sink.report('CONFIG_REPEATED', old.at, {
        message: `vrrp_instance ${instance.name}: there is one sync daemon, and it is given already (${renderPosition(earlier)}): this line is ignored`,
      });
      return;
    }
    daemon = {
      at: old.at,
      interface: old.value,
      instance: instance.name,
      syncId: instance.virtualRouterId,
      origins: { interface: old.at, instance: at },
    };
  });
  return daemon;
}
