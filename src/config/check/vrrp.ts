/** Rules between VRRP instances, sync groups, the sync daemon and the machine's interfaces. */
import { familyOf } from '../../base/ip.js';
import { MICROS_PER_CENTISECOND, MICROS_PER_SECOND, toSeconds } from '../../base/time.js';
import type { Sink } from '../diagnostics/diagnostics.js';
import { suggest } from '../diagnostics/nearest.js';
import type { Config, InstanceConfig, VirtualAddressConfig } from '../model/index.js';
import { type Position, renderPosition } from '../text/source.js';
import type { Environment } from './index.js';
import { checkInterface, knownInterfaces } from './interfaces.js';

/** VRRP version 3 counts centiseconds in 12 bits (RFC 9568 5.2.7), version 2 seconds in 8. */
const MAX_V3_INTERVAL = 4095 * MICROS_PER_CENTISECOND;

export function checkVrrp(config: Config, environment: Environment, sink: Sink): void {
  const known = knownInterfaces(config, environment);
  const names = checkNames(config.instances, 'vrrp_instance', sink);
  checkNames(config.syncGroups, 'vrrp_sync_group', sink);
  for (const instance of config.instances) {
    checkInterfaces(instance, known, sink);
    checkInterval(instance, sink);
    checkAddresses(instance, sink);
  }
  checkRouterIds(config.instances, sink);
  checkSharedAddresses(config.instances, sink);
  checkSyncGroups(config, names, sink);
}

/** Reports names used twice; returns all names. */
function checkNames(
  objects: readonly { readonly name: string; readonly at: Position }[],
  kind: string,
  sink: Sink,
): ReadonlySet<string> {
  const first = new Map<string, Position>();
  for (const { name, at } of objects) {
    const earlier = first.get(name);
    if (name === '') continue;
    if (!earlier) {
      first.set(name, at);
      continue;
    }
    sink.report('CONFIG_DUPLICATE_NAME', at, {
      message: `${kind} '${name}' is there already (${renderPosition(earlier)}): only one of them could run`,
    });
  }
  return new Set(first.keys());
}

function checkInterfaces(
  instance: InstanceConfig,
  known: ReadonlySet<string> | undefined,
  sink: Sink,
): void {
  const at = instance.origins['interface'] ?? instance.at;
  if (instance.interface === 'lo') {
    sink.report('CONFIG_UNUSABLE_INTERFACE', at, {
      message: `vrrp_instance ${instance.name}: adverts cannot be sent on the loopback interface, nobody would hear them`,
    });
  } else {
    checkInterface(
      instance.interface,
      at,
      `vrrp_instance ${instance.name} could not run`,
      known,
      sink,
    );
  }
  for (const address of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
    if (address.interface === instance.interface) continue;
    checkInterface(
      address.interface,
      address.at,
      `${address.address} could not be added`,
      known,
      sink,
    );
  }
}

function checkInterval(instance: InstanceConfig, sink: Sink): void {
  const { version, advertInterval, name } = instance;
  const at = instance.origins['advert_int'] ?? instance.at;
  const seconds = toSeconds(advertInterval);
  if (version === 2 && advertInterval % MICROS_PER_SECOND !== 0) {
    sink.report('CONFIG_ADVERT_INT', at, {
      message: `vrrp_instance ${name}: VRRP version 2 carries whole seconds only, not ${seconds}`,
      expected: "whole seconds from 1 to 255, or 'version 3'",
    });
  } else if (
    version === 3 &&
    (advertInterval > MAX_V3_INTERVAL || advertInterval % MICROS_PER_CENTISECOND !== 0)
  ) {
    sink.report('CONFIG_ADVERT_INT', at, {
      message: `vrrp_instance ${name}: VRRP version 3 carries up to 40.95 seconds in steps of 0.01, not ${seconds}`,
      expected: 'seconds from 0.01 to 40.95',
    });
  }
}

function checkAddresses(instance: InstanceConfig, sink: Sink): void {
  const { name, family, virtualAddresses, excludedAddresses } = instance;
  const seen = new Map<string, VirtualAddressConfig>();
  for (const address of [...virtualAddresses, ...excludedAddresses]) {
    const key = `${address.interface} ${address.address}/${address.prefixLength}`;
    const earlier = seen.get(key);
    if (earlier) {
      sink.report('CONFIG_DUPLICATE_ADDRESS', address.at, {
        message: `vrrp_instance ${name}: ${address.address} is there already (${renderPosition(earlier.at)})`,
      });
    }
    seen.set(key, address);
  }
  for (const address of virtualAddresses) {
    if (familyOf(address.address) === family) continue;
    sink.report('CONFIG_FAMILY_MISMATCH', address.at, {
      message: `vrrp_instance ${name}: an advert lists addresses of one family, ${address.address} is not of the family of ${virtualAddresses[0]?.address}`,
      expected: "addresses of the other family in 'virtual_ipaddress_excluded'",
    });
  }
  const { sourceAddress } = instance;
  if (sourceAddress !== undefined && familyOf(sourceAddress) !== family) {
    sink.report('CONFIG_FAMILY_MISMATCH', instance.origins['mcast_src_ip'] ?? instance.at, {
      message: `vrrp_instance ${name}: mcast_src_ip ${sourceAddress} is not of the family of the virtual addresses`,
    });
  }
}

/** A virtual router is known by interface, family and id: two of them would answer each other. */
function checkRouterIds(instances: readonly InstanceConfig[], sink: Sink): void {
  const first = new Map<string, InstanceConfig>();
  for (const instance of instances) {
    if (instance.virtualRouterId === 0 || instance.interface === '') continue;
    const key = `${instance.interface} ${instance.family} ${instance.virtualRouterId}`;
    const earlier = first.get(key);
    if (earlier) {
      sink.report('CONFIG_DUPLICATE_VRID', instance.origins['virtual_router_id'] ?? instance.at, {
        message: `virtual_router_id ${instance.virtualRouterId} is used on ${instance.interface} by vrrp_instance ${earlier.name} too (${renderPosition(earlier.origins['virtual_router_id'] ?? earlier.at)}): the two would take each other's adverts for their own`,
        expected: 'another number from 1 to 255',
      });
    } else {
      first.set(key, instance);
    }
  }
}

function checkSharedAddresses(instances: readonly InstanceConfig[], sink: Sink): void {
  const first = new Map<string, { instance: InstanceConfig; address: VirtualAddressConfig }>();
  for (const instance of instances) {
    for (const address of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
      const key = `${address.interface} ${address.address}/${address.prefixLength}`;
      const earlier = first.get(key);
      if (!earlier) first.set(key, { instance, address });
      else if (earlier.instance !== instance) {
        sink.report('CONFIG_DUPLICATE_ADDRESS', address.at, {
          message: `${address.address} belongs to vrrp_instance ${earlier.instance.name} too (${renderPosition(earlier.address.at)}): with the two MASTER on different nodes both nodes would hold it`,
        });
      }
    }
  }
}

function checkSyncGroups(config: Config, names: ReadonlySet<string>, sink: Sink): void {
  const owner = new Map<string, string>();
  for (const group of config.syncGroups) {
    for (const member of group.instances) {
      if (!names.has(member.name)) {
        sink.report('CONFIG_UNKNOWN_REFERENCE', member.at, {
          message: `vrrp_sync_group ${group.name}: there is no vrrp_instance '${member.name}': it would not change state with the others`,
          suggestion: suggest(member.name, names),
        });
        continue;
      }
      const other = owner.get(member.name);
      if (other !== undefined) {
        sink.report('CONFIG_SYNC_GROUP_OVERLAP', member.at, {
          message:
            other === group.name
              ? `vrrp_sync_group ${group.name} lists ${member.name} twice`
              : `vrrp_instance ${member.name} is in vrrp_sync_group ${other} already: an instance can be in one group only`,
          ...(other === group.name ? { severity: 'warning' as const } : {}),
        });
      }
      owner.set(member.name, group.name);
    }
    if (group.instances.length < 2) {
      const count = group.instances.length === 0 ? 'no instance' : 'one instance only';
      sink.report('CONFIG_SYNC_GROUP_SMALL', group.at, {
        message: `vrrp_sync_group ${group.name} has ${count}: there is nothing to keep in step`,
      });
    }
  }
}
