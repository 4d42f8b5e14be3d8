/**
 * What this version reads but cannot run as written. Such an instance or service is left out rather
 * than run in another way than its owner wrote; the check says so, and so does the log.
 */
import type { Config, InstanceConfig, VirtualServerConfig } from './model/index.js';

/** What is not built yet, by the objects that need it. */
export interface NotRun {
  /** Instance to the keywords that are missing for it, its sync group's included. */
  readonly instances: ReadonlyMap<InstanceConfig, readonly string[]>;
  readonly virtualServers: ReadonlyMap<VirtualServerConfig, readonly string[]>;
}

/** Finds everything that is not run. An instance waits for all of its sync group. */
export function notRun(config: Config): NotRun {
  const instances = new Map<InstanceConfig, readonly string[]>();
  for (const instance of config.instances) {
    const missing = missingForInstance(instance);
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
    const missing = missingForServer(server);
    if (missing.length > 0) virtualServers.set(server, missing);
  }
  return { instances, virtualServers };
}

/** Without them an address would reach other machines, or be reached, in another way. */
const ADDRESS_OPTIONS = [
  ['peer', 'peer'],
  ['noPrefixRoute', 'noprefixroute'],
  ['useVmac', 'use_vmac'],
] as const;

function missingForInstance(instance: InstanceConfig): string[] {
  const missing: string[] = [];
  const addresses = [...instance.virtualAddresses, ...instance.excludedAddresses];
  if (addresses.some(({ address }) => address.includes(':'))) missing.push('IPv6 addresses');
  for (const [field, word] of ADDRESS_OPTIONS) {
    if (addresses.some((address) => address[field] !== undefined)) {
      missing.push(`'${word}' of an address`);
    }
  }
  return missing;
}

function missingForServer(_server: VirtualServerConfig): string[] {
  return [];
}
