/** What the vrrp process is told of announcements and of its start, out of the configuration model. */
import type { Config, InstanceConfig } from '../config/model/index.js';
import type { GarpSettings, VrrpSettings } from '../vrrp/settings.js';
import type { VirtualInterfaces } from './virtual-interfaces.js';

/** `vrrp_garp_interval`, `vrrp_gna_interval` and `garp_group`; nothing if nothing is paced. */
export function paceOf({ global, garpGroups }: Config): Pick<VrrpSettings, 'pace'> {
  const { garpInterval, gnaInterval } = global.vrrp;
  if (garpInterval === 0 && gnaInterval === 0 && garpGroups.length === 0) return {};
  const groups = garpGroups.map((group) => ({
    interfaces: group.interfaces.map(({ name }) => name),
    shared: group.shared,
    garpInterval: group.garpInterval ?? 0,
    gnaInterval: group.gnaInterval ?? 0,
  }));
  return { pace: { garpInterval, gnaInterval, groups } };
}

/**
 * `garp_extra_if`: the interfaces of an instance's addresses that its adverts do not keep known to the
 * switches; without `all` those among them that are macvlans of ours.
 */
export function extraOf(
  instance: InstanceConfig,
  own: VirtualInterfaces,
): Pick<GarpSettings, 'extra'> {
  const { interval, all } = instance.garpExtra;
  if (interval === 0) return {};
  const { ownInterface, transmitOnBase } = own.instanceFields(instance);
  const speaksOn = transmitOnBase ? instance.interface : (ownInterface ?? instance.interface);
  const macvlans = new Set(
    own.all.filter(({ kind }) => kind === 'macvlan').map(({ name }) => name),
  );
  const addresses = [...instance.virtualAddresses, ...instance.excludedAddresses];
  const used = new Set(addresses.map((address) => own.interfaceOf(instance, address)));
  const interfaces = [...used].filter((name) => name !== speaksOn && (all || macvlans.has(name)));
  return interfaces.length === 0 ? {} : { extra: { interval, interfaces } };
}

/** `vrrp_startup_delay` and `vrrp_delay_after_boot`. */
export function startDelaysOf({ global }: Config): Pick<VrrpSettings, 'startDelays'> {
  const { startupDelay: afterStart, delayAfterBoot: afterBoot } = global.vrrp;
  return afterStart === 0 && afterBoot === 0 ? {} : { startDelays: { afterStart, afterBoot } };
}
