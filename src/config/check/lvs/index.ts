/** Rules between virtual servers, their groups and their real servers. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config } from '../../model/index.js';
import { renderPosition } from '../../text/source.js';
import { checkChecks } from './checks.js';
import { checkServices } from './duplicates.js';
import { checkFamilies } from './families.js';
import { checkReferences } from './references.js';

export function checkLvs(config: Config, sink: Sink): void {
  checkGroupNames(config, sink);
  checkServices(config, sink);
  checkFamilies(config, sink);
  checkChecks(config, sink);
  checkReferences(config, sink);
}

function checkGroupNames(config: Config, sink: Sink): void {
  const first = new Map<string, Config['virtualServerGroups'][number]>();
  for (const group of config.virtualServerGroups) {
    const earlier = first.get(group.name);
    if (!earlier) {
      first.set(group.name, group);
      continue;
    }
    sink.report('CONFIG_DUPLICATE_NAME', group.at, {
      message: `virtual_server_group ${group.name} is there already (${renderPosition(earlier.at)}): a service could mean either`,
    });
  }
}
