/**
 * What this version reads but cannot run as written. Such an instance or service is left out rather
 * than run in another way than its owner wrote; the check says so, and so does the log.
 */
import type {
  Config,
  InstanceConfig,
  SyncGroupConfig,
  TracksConfig,
  VirtualServerConfig,
} from './model/index.js';

import { missingForServer } from './readiness-lvs.js';

/** What is not built yet, by the objects that need it. */
export interface NotRun {
  /** Instance to the keywords that are missing for it, its sync group's included. */
  readonly instances: ReadonlyMap<InstanceConfig, readonly string[]>;
  readonly virtualServers: ReadonlyMap<VirtualServerConfig, readonly string[]>;
}

/** Finds everything that is not run. An instance waits for all of its sync group. */
export function notRun(config: Config): NotRun {
  const groups = new Map<string, SyncGroupConfig>();
  for (const group of config.syncGroups) {
    for (const { name } of group.instances) groups.set(name, group);
  }
  const instances = new Map<InstanceConfig, readonly string[]>();
  for (const instance of config.instances) {
    const missing = missingForInstance(instance, groups.get(instance.name));
    if (missing.length > 0) instances.set(instance, missing);
  }
  const byName = new Map(config.instances.map((instance) => [instance.name, instance]));
  for (const group of config.syncGroups) {
    const members = group.instances.flatMap(({ name }) => byName.get(name) ?? []);
    const waitsFor = members.find((member) => instances.has(member));
    if (!waitsFor) continue;
    for (const member of members) {
      if (!instances.has(member)) instances.set(member, [`its sync group's ${waitsFor.name}`]);
    }
  }
  const virtualServers = new Map<VirtualServerConfig, readonly string[]>();
  for (const server of config.virtualServers) {
    const missing = missingForServer(server, config);
    if (missing.length > 0) virtualServers.set(server, missing);
  }
  return { instances, virtualServers };
}

type Need = readonly [
  what: string,
  isNeeded: (instance: InstanceConfig, group: SyncGroupConfig | undefined) => boolean,
];

const tracking = (keyword: string, kind: keyof TracksConfig): Need => [
  keyword,
  ({ tracks }, group) => tracks[kind].length > 0 || (group?.tracks[kind].length ?? 0) > 0,
];

/**
 * What would make an instance behave otherwise than written, on the wire, in the kernel or in its
 * election. What is merely not told or not tuned (notify scripts, mails, buffers) is no reason.
 */
const INSTANCE_NEEDS: readonly Need[] = [
  ['auth_type AH', ({ authentication }) => authentication?.type === 'AH'],
  tracking('track_bfd', 'bfds'),
];

function missingForInstance(
  instance: InstanceConfig,
  group: SyncGroupConfig | undefined,
): string[] {
  const missing: string[] = [];
  for (const [what, isNeeded] of INSTANCE_NEEDS) {
    if (isNeeded(instance, group)) missing.push(what);
  }
  return missing;
}
