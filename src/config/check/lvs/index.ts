/** Rules between virtual servers, their groups and their real servers. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { Config } from '../../model/index.js';
import { checkServerAddresses } from './addresses.js';
import { checkChecks } from './checks.js';
import { checkServices } from './duplicates.js';
import { checkFamilies } from './families.js';
import { checkFullnat } from './fullnat.js';
import { checkGroups } from './groups.js';
import { checkReferences } from './references.js';

export function checkLvs(config: Config, sink: Sink): void {
  checkGroups(config, sink);
  checkServices(config, sink);
  checkFamilies(config, sink);
  checkFullnat(config, sink);
  checkServerAddresses(config, sink);
  checkChecks(config, sink);
  checkReferences(config, sink);
}
