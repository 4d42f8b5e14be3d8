/** The kernel's IPVS table for the checker process; loaded when it is needed first. */
import type { Logger } from '../base/log.js';
import type { CheckerSettings } from '../checker/settings.js';
import type { ServiceTable } from './table-keeper.js';

/** Opens the table. @throws if the kernel has no IPVS. */
export async function openIpvsTable(
  _settings: CheckerSettings,
  _logger: Logger,
): Promise<ServiceTable> {
  throw new Error('IPVS: not connected yet');
}
