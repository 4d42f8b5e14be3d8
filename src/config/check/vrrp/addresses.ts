/** Virtual addresses: each once, and all that adverts carry of one family. */
import { familyOf, type Ip } from '../../../base/ip.js';
import type { Sink } from '../../diagnostics/diagnostics.js';
import type { InstanceConfig, VirtualAddressConfig } from '../../model/index.js';
import { type Position, renderPosition } from '../../text/source.js';

/** Reports what is wrong with the addresses of each instance, and between them. */
export function checkAddresses(instances: readonly InstanceConfig[], sink: Sink): void {
  for (const instance of instances) {
    checkRepeated(instance, sink);
    checkFamilies(instance, sink);
    checkLinkLocal(instance, sink);
    checkVmac(instance, sink);
  }
  checkShared(instances, sink);
}

function keyOf({ interface: device, address, prefixLength }: VirtualAddressConfig): string {
  return `${device} ${address}/${prefixLength}`;
}

function checkRepeated(instance: InstanceConfig, sink: Sink): void {
  const { name, virtualAddresses, excludedAddresses } = instance;
  if (virtualAddresses.length + excludedAddresses.length < 2) return;
  const seen = new Map<string, VirtualAddressConfig>();
  for (const address of [...virtualAddresses, ...excludedAddresses]) {
    const key = keyOf(address);
    const earlier = seen.get(key);
    if (earlier) {
      sink.report('CONFIG_DUPLICATE_ADDRESS', address.at, {
        message: `vrrp_instance ${name}: ${address.address} is there already (${renderPosition(earlier.at)})`,
      });
    }
    seen.set(key, address);
  }
}

function checkFamilies(instance: InstanceConfig, sink: Sink): void {
  const { name, family, origins, virtualAddresses } = instance;
  for (const address of virtualAddresses) {
    if (familyOf(address.address) === family) continue;
    sink.report('CONFIG_FAMILY_MISMATCH', address.at, {
      message: `vrrp_instance ${name}: an advert lists addresses of one family, ${address.address} is not of the family of ${virtualAddresses[0]?.address}`,
      expected: "addresses of the other family in 'virtual_ipaddress_excluded'",
    });
  }
  const mismatch = (what: string, ip: Ip | undefined, at: Position | undefined): void => {
    if (ip === undefined || familyOf(ip) === family) return;
    sink.report('CONFIG_FAMILY_MISMATCH', at ?? instance.at, {
      message: `vrrp_instance ${name}: ${what} ${ip} is not of the family of the virtual addresses: adverts are IPv${family}`,
      expected: `an IPv${family} address`,
    });
  };
  const source = origins['unicast_src_ip'] ? 'unicast_src_ip' : 'mcast_src_ip';
  mismatch(source, instance.sourceAddress, origins[source]);
  mismatch('mcast_dst_ip', instance.multicastGroup, origins['mcast_dst_ip']);
  for (const { address, at } of instance.unicast?.peers ?? []) {
    mismatch('the unicast peer', address, at);
  }
  if (instance.virtualInterface?.kind === 'ipvlan') {
    const { address } = instance.virtualInterface;
    mismatch('the address of use_ipvlan', address?.address, origins['use_ipvlan']);
  }
}

/** RFC 9568 5.2.9: the first IPv6 address of an advert is the virtual router's link-local one. */
function checkLinkLocal(instance: InstanceConfig, sink: Sink): void {
  const { name, family, strict, unicast, virtualAddresses } = instance;
  const [first] = virtualAddresses;
  if (family !== 6 || unicast || !first || familyOf(first.address) !== 6 || sink.hasErrors) return;
  if (/^fe[89ab]/.test(first.address)) return;
  sink.report('CONFIG_LINK_LOCAL', first.at, {
    message: `vrrp_instance ${name}: the first IPv6 address of an advert should be link-local (RFC 9568 5.2.9): routers of other makers may drop such adverts`,
    expected: 'an address of fe80::/10 first',
    severity: strict ? 'warning' : 'info',
  });
}

/** `use_vmac` of an address is for those that are not on the instance's own macvlan anyway. */
function checkVmac(instance: InstanceConfig, sink: Sink): void {
  const { name, family, virtualInterface, vmacForAddresses } = instance;
  const hasMacvlan = virtualInterface?.kind === 'macvlan';
  if (!hasMacvlan && !vmacForAddresses) return;
  for (const list of [instance.virtualAddresses, instance.excludedAddresses]) {
    for (const { address, interface: device, useVmac, at } of list) {
      if (!useVmac) continue;
      const isOwn = device === instance.interface && familyOf(address) === family;
      const keyword = isOwn ? hasMacvlan && 'use_vmac' : vmacForAddresses && 'use_vmac_addr';
      if (!keyword) continue;
      sink.report('CONFIG_WITHOUT_EFFECT', at, {
        message: `vrrp_instance ${name}: use_vmac of ${address} changes nothing, ${keyword} of the instance puts it on a macvlan already`,
      });
    }
  }
}

function checkShared(instances: readonly InstanceConfig[], sink: Sink): void {
  const first = new Map<string, { instance: InstanceConfig; address: VirtualAddressConfig }>();
  for (const instance of instances) {
    for (const addresses of [instance.virtualAddresses, instance.excludedAddresses]) {
      for (const address of addresses) {
        const key = keyOf(address);
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
}
