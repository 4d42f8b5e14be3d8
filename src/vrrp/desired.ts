/** What the kernel is to hold, derived from the engine's state. */

import type { SyncDaemonOptions, VirtualAddress } from './settings.js';
import type { EngineState, Instance } from './state.js';

/** One address on one interface. */
export interface DesiredAddress {
  /** The instance that it follows, or followed before a reload; '' for a static address. */
  readonly instance: string;
  readonly address: VirtualAddress;
  /**
   * true: it must be there. false: it must not, whoever put it there: an earlier process of ours
   * may have left it.
   */
  readonly present: boolean;
}

/** The kernel's IPVS connection synchronisation daemon. */
export interface DesiredSyncDaemon extends SyncDaemonOptions {
  readonly state: 'master' | 'backup';
}

export interface DesiredKernel {
  /** Each address (interface, address, prefix length) at most once. */
  readonly addresses: readonly DesiredAddress[];
  /** None: no daemon of ours. One of each state at most. */
  readonly syncDaemons: readonly DesiredSyncDaemon[];
}

/**
 * How many addresses of earlier configurations are remembered as absent, so that a removal that
 * failed is tried again. The oldest is forgotten first; by then its removal has been tried many
 * times over.
 */
export const RETIRED_LIMIT = 4096;

/**
 * Derives the desired kernel state.
 *
 * Every address of the configuration is listed: present while its instance is MASTER, absent
 * otherwise. Addresses that a reload removed are listed as absent (up to {@link RETIRED_LIMIT}).
 * If two instances share an address, one that is MASTER decides. Static addresses are present always.
 * After `shutdown` every address is absent and there is no daemon.
 */
export function desiredKernel(state: EngineState): DesiredKernel {
  const addresses = new Map<string, DesiredAddress>();
  for (const address of state.statics?.addresses ?? []) {
    addresses.set(addressKey(address), { instance: '', address, present: !state.stopped });
  }
  for (const instance of state.instances.values()) {
    const present = instance.state === 'MASTER';
    for (const address of addressesOf(instance)) {
      const key = addressKey(address);
      if (present || !addresses.has(key)) {
        addresses.set(key, { instance: instance.settings.name, address, present });
      }
    }
  }
  for (const [key, retired] of state.retired) {
    if (!addresses.has(key)) addresses.set(key, retired);
  }
  return { addresses: [...addresses.values()], syncDaemons: desiredSyncDaemons(state) };
}

function desiredSyncDaemons({
  syncDaemon,
  instances,
  leaving,
  stopped,
}: EngineState): readonly DesiredSyncDaemon[] {
  if (!syncDaemon || stopped) return [];
  const { instance, ...options } = syncDaemon;
  if (instance === undefined) {
    return [
      { state: 'master', ...options },
      { state: 'backup', ...options },
    ];
  }
  const decides = instances.get(instance);
  const state = decides?.state === 'MASTER' ? 'master' : 'backup';
  // Of a node that is leaving: no other daemon for the moment until `shutdown`.
  return leaving && state === 'backup' ? [] : [{ state, ...options }];
}

/** All addresses that follow an instance: those in its adverts, then the excluded ones. */
export function addressesOf(instance: Instance): readonly VirtualAddress[] {
  const { virtualAddresses, excludedAddresses } = instance.settings;
  return excludedAddresses.length === 0
    ? virtualAddresses
    : [...virtualAddresses, ...excludedAddresses];
}

/** The identity of an address: interface, address and prefix length. */
export function addressKey(address: VirtualAddress): string {
  const known = keys.get(address);
  if (known !== undefined) return known;
  const key = addressKeyOf(address.interface, address);
  keys.set(address, key);
  return key;
}

/** The same of an address of an interface that is not one of the settings'. */
export function addressKeyOf(
  name: string,
  { address, prefixLength }: Pick<VirtualAddress, 'address' | 'prefixLength'>,
): string {
  return `${name} ${address}/${prefixLength}`;
}

/** Of thousands of addresses they are asked for in every pass. */
const keys = new WeakMap<VirtualAddress, string>();

/** Remembers an address that the configuration no longer has. */
export function retire(state: EngineState, instance: string, address: VirtualAddress): void {
  const key = addressKey(address);
  state.retired.delete(key);
  state.retired.set(key, { instance, address, present: false });
  if (state.retired.size > RETIRED_LIMIT) {
    const oldest = state.retired.keys().next();
    if (!oldest.done) state.retired.delete(oldest.value);
  }
}
