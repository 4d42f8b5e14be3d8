/** Says what this version reads but does not run. */

import { labelOf } from '../build/lvs/settle.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Config } from '../model/index.js';
import { notRun } from '../readiness.js';

/** Reports CONFIG_NOT_RUN for every instance, service and sync daemon that is left out. */
export function checkReadiness(config: Config, sink: Sink): void {
  const { instances, virtualServers, syncDaemon } = notRun(config);
  for (const [instance, missing] of instances) {
    sink.report('CONFIG_NOT_RUN', instance.at, {
      message: `vrrp_instance ${instance.name} is not run by this version: it needs ${missing.join(', ')}`,
    });
  }
  for (const [server, missing] of virtualServers) {
    sink.report('CONFIG_NOT_RUN', server.at, {
      message: `virtual_server ${labelOf(server)} is not run by this version: it needs ${missing.join(', ')}`,
    });
  }
  const daemon = config.global.syncDaemon;
  if (daemon && syncDaemon.length > 0) {
    sink.report('CONFIG_NOT_RUN', daemon.at, {
      message: `lvs_sync_daemon is not run by this version, connections are not synced: it needs ${syncDaemon.join(', ')}`,
    });
  }
}
