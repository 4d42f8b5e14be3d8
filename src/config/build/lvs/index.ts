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
import type { EarlyServices } from './early.js';
import { buildGroup } from './groups.js';
import type { LvsDefaults } from './service.js';
import { buildService } from './whole-service.js';

/** The parts of a configuration that are LVS. */
export interface LvsConfig {
  readonly virtualServerGroups: readonly VirtualServerGroupConfig[];
  readonly virtualServers: readonly VirtualServerConfig[];
  readonly ssl?: SslConfig;
}

/** @param early services that were built while the file was read. */
export function buildLvs(
  top: Section<typeof grammar>,
  defaults: LvsDefaults,
  trackFiles: readonly TrackFileConfig[],
  sink: Sink,
  early?: EarlyServices,
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
  const trackFile = (named: string) => trackFiles.find(({ name }) => name === named);
  const context = { groups, wholeGroups, trackFile, defaults, sink };
  const virtualServers: VirtualServerConfig[] = [];
  for (const setting of top.all('virtual_server')) {
    const service = early?.get(setting.entries) ?? buildService(setting, context);
    if (service) virtualServers.push(service);
  }
  const ssl = buildSsl(top);
  return { virtualServerGroups, virtualServers, ...(ssl ? { ssl } : {}) };
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
