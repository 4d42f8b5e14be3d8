/** Addresses from the configuration model to values without positions. */
import { toSeconds } from '../base/time.js';
import type { AddressConfig } from '../config/model/index.js';
import type { VirtualAddress } from '../vrrp/settings.js';

/** An address listed twice (a warning) is one address: the first counts. */
export function withoutRepeats(addresses: readonly AddressConfig[]): VirtualAddress[] {
  const byIdentity = new Map<string, VirtualAddress>();
  for (const address of addresses) {
    const identity = `${address.interface} ${address.address}/${address.prefixLength}`;
    if (!byIdentity.has(identity)) byIdentity.set(identity, addressSettings(address));
  }
  return [...byIdentity.values()];
}

function addressSettings(address: AddressConfig): VirtualAddress {
  const { broadcast, label, preferredLifetime, duplicateDetection, peer } = address;
  const { home, manageTemporary, noPrefixRoute, autoJoin, noTrack } = address;
  return {
    address: address.address,
    prefixLength: address.prefixLength,
    interface: address.interface,
    scope: address.scope,
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(label === undefined ? {} : { label }),
    ...(preferredLifetime === undefined || preferredLifetime === 'forever'
      ? {}
      : { preferredLifetime: toSeconds(preferredLifetime) }),
    ...(duplicateDetection ? { duplicateDetection } : {}),
    ...(peer === undefined ? {} : { peer }),
    ...(home ? { home } : {}),
    ...(manageTemporary ? { manageTemporary } : {}),
    ...(noPrefixRoute ? { noPrefixRoute } : {}),
    ...(autoJoin ? { autoJoin } : {}),
    ...(noTrack ? { noTrack } : {}),
  };
}
