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
  const virtualServerGroups = top
    .all('virtual_server_group')
    .map((setting) => buildGroup(setting, sink))
    .filter((group) => group !== undefined);
  const groups = new Map<string, VirtualServerGroupConfig>();
  // The first of a name; that there is another one is an error.
  for (const group of virtualServerGroups)
    if (!groups.has(group.name)) groups.set(group.name, group);
  const context = { groups, trackFiles, defaults, sink };
  const virtualServers: VirtualServerConfig[] = [];
  for (const setting of top.all('virtual_server')) {
    const built = buildVirtualServer(setting, context);
    const settled = built && settle(built, isWhole(setting.section, built), sink);
    if (settled) virtualServers.push(settled);
  }
  const ssl = buildSsl(top);
  return { virtualServerGroups, virtualServers, ...(ssl ? { ssl } : {}) };
}

/** Whether no server and no weight of a service was lost to a mistake, which was reported. */
function isWhole(section: VirtualServerSection, built: VirtualServerConfig): boolean {
  const servers = section.all('real_server');
  return (
    built.realServers.length === servers.length &&
    hasItsWeight(section) &&
    servers.every((server) => hasItsWeight(server.section))
  );
}

function hasItsWeight(section: {
  readonly isIncomplete: boolean;
  get(keyword: 'weight'): unknown;
  mentions(keyword: 'weight'): boolean;
}): boolean {
  return (
    !section.isIncomplete && (section.get('weight') !== undefined || !section.mentions('weight'))
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
