/** One virtual server from its block to what will be run. */
import type { grammar } from '../../grammar/index.js';
import type { VirtualServerConfig } from '../../model/index.js';
import type { Setting } from '../interpret.js';
import type { LvsContext, VirtualServerSection } from './service.js';
import { settle } from './settle.js';
import { buildVirtualServer } from './virtual-server.js';

/** Builds a service; `undefined` if nothing of it can be run, which was reported. */
export function buildService(
  setting: Setting<(typeof grammar)['virtual_server']>,
  context: LvsContext,
): VirtualServerConfig | undefined {
  const { sink } = context;
  const built = buildVirtualServer(setting, context);
  const settled = built && settle(built, isWhole(setting.section, built), sink);
  if (settled && !hasItsMethods(setting.section)) sink.noteUnsure(settled.at);
  return settled;
}

/** Whether no server and no weight of a service was lost to a mistake, which was reported. */
function isWhole(section: VirtualServerSection, built: VirtualServerConfig): boolean {
  const servers = section.all('real_server');
  return (
    built.realServers.length === servers.length &&
    hasIts('weight', section) &&
    servers.every((server) => hasIts('weight', server.section))
  );
}

/** Whether it is known how packets reach each server of a service. */
function hasItsMethods(section: VirtualServerSection): boolean {
  return (
    hasIts('lvs_method', section) &&
    section.all('real_server').every((server) => hasIts('lvs_method', server.section))
  );
}

/** Whether a keyword is not there, or could be read. */
function hasIts<K extends string>(
  keyword: K,
  section: {
    readonly isIncomplete: boolean;
    get(keyword: K): unknown;
    mentions(keyword: K): boolean;
  },
): boolean {
  return (
    !section.isIncomplete && (section.get(keyword) !== undefined || !section.mentions(keyword))
  );
}
