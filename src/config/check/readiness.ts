/** Says what this version reads but does not run. */

import { labelOf } from '../build/lvs/settle.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import type { Config } from '../model/index.js';
import { notRun } from '../readiness.js';

/** Reports CONFIG_NOT_RUN for every instance and service that is left out. */
export function checkReadiness(config: Config, sink: Sink): void {
  const { instances, virtualServers } = notRun(config);
  for (const [instance, missing] of instances) {
    sink.report('CONFIG_NOT_RUN', instance.at, {
      message: `vrrp_instance ${instance.name} is not run: this version has no ${missing.join(', ')} yet`,
    });
  }
  for (const [server, missing] of virtualServers) {
    sink.report('CONFIG_NOT_RUN', server.at, {
      message: `virtual_server ${labelOf(server)} is not run: this version has no ${missing.join(', ')} yet`,
    });
  }
}
