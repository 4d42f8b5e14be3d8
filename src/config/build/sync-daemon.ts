/** `lvs_sync_daemon` to the model. */
import type { InstanceConfig, SyncDaemonConfig } from '../model/index.js';
import type { GlobalSection } from './global.js';
import { given } from './pick.js';

/**
 * The sync daemon, if there is one.
 *
 * @param instances the default of its id is the virtual_router_id of the instance it names.
 */
export function buildSyncDaemon(
  section: GlobalSection,
  instances: readonly InstanceConfig[],
): SyncDaemonConfig | undefined {
  const setting = section.get('lvs_sync_daemon');
  if (!setting) return undefined;
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
