/** Rules between virtual servers, their groups and their real servers. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config, VirtualServerConfig } from '../../model/index.js';
import { checkServerAddresses } from './addresses.js';
import { checkChecks } from './checks.js';
import { checkServices } from './duplicates.js';
import { checkFamilies } from './families.js';
import { checkFullnat } from './fullnat.js';
import { checkGroups } from './groups.js';
import { checkReferences } from './references.js';

/** Reports what is to be said about a service whatever else there is, and may report more. */
export function checkService(service: VirtualServerConfig, sink: Sink): void {
  const alone = {
    virtualServers: [service],
    virtualServerGroups: [],
    trackFiles: [],
    bfdInstances: [],
    global: {},
  };
  checkFamilies(alone, sink);
  checkFullnat(alone, sink);
  checkServerAddresses(alone, sink);
  checkChecks(alone, sink);
  checkReferences(alone, sink);
}

export function checkLvs(config: Config, sink: Sink): void {
  checkGroups(config, sink);
  checkServices(config, sink);
  checkFamilies(config, sink);
  checkFullnat(config, sink);
  checkServerAddresses(config, sink);
  checkChecks(config, sink);
  checkReferences(config, sink);
}
