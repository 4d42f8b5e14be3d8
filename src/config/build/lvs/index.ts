/** Everything of LVS to the model. */
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { grammar } from '../../grammar/index.js';
import type {
  SslConfig,
  TrackFileConfig,
  VirtualServerConfig,
  VirtualServerGroupConfig,
} from '../../model/index.js';
import type { Section } from '../interpret.js';
import { Picker } from '../pick.js';
import { buildGroup } from './groups.js';
import type { LvsDefaults, VirtualServerSection } from './service.js';
import { settle } from './settle.js';
import { buildVirtualServer } from './virtual-server.js';

/** The parts of a configuration that are LVS. */
export interface LvsConfig {
  readonly virtualServerGroups: readonly VirtualServerGroupConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
  readonly ssl?: SslConfig;
}

export function buildLvs(
  top: Section<typeof grammar>,
  defaults: LvsDefaults,
  trackFiles: readonly TrackFileConfig[],
  sink: Sink,
): LvsConfig {
  const virtualServerGroups: VirtualServerGroupConfig[] = [];
  const wholeGroups = new Set<VirtualServerGroupConfig>();
  for (const setting of top.all('virtual_server_group')) {
    const group = buildGroup(setting, sink);
    if (!group) continue;
    virtualServerGroups.push(group);
    if (group.entries.length === setting.entries.length) wholeGroups.add(group);
  }
  const groups = new Map<string, VirtualServerGroupConfig>();
  // The first of a name; that there is another one is an error.
  for (const group of virtualServerGroups)
    if (!groups.has(group.name)) groups.set(group.name, group);
  const context = { groups, wholeGroups, trackFiles, defaults, sink };
  const virtualServers: VirtualServerConfig[] = [];
  for (const setting of top.all('virtual_server')) {
    const built = buildVirtualServer(setting, context);
    const settled = built && settle(built, isWhole(setting.section, built), sink);
    if (!settled) continue;
    virtualServers.push(settled);
    if (!hasItsMethods(setting.section)) sink.noteUnsure(settled.at);
  }
  const ssl = buildSsl(top);
  return { virtualServerGroups, virtualServers, ...(ssl ? { ssl } : {}) };
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

function buildSsl(top: Section<typeof grammar>): SslConfig | undefined {
  const setting = top.get('SSL');
  if (!setting) return undefined;
  const { section, at } = setting;
  const pick = new Picker();
  const value = (
    word: 'ca' | 'certificate' | 'key' | 'password',
  ): { [key in typeof word]?: string } => {
    const given = pick.optional(word, section.get(word));
    return given === undefined ? {} : { [word]: given };
  };
  return {
    at,
    ...value('ca'),
    ...value('certificate'),
    ...value('key'),
    ...value('password'),
    origins: pick.origins,
  };
}
