/**
 * FULLNAT's second half as values: IPVS changes where a packet goes to, a rule where it comes from.
 * Pure.
 */
import type { Family, Ip } from '../base/ip.js';
import type { ServiceId } from '../ipvs/model.js';

/** Both ends are included and of one family. */
export interface AddressPool {
  readonly first: Ip;
  readonly last: Ip;
}

/** A server whose connections get another source. */
export interface TranslatedServer {
  readonly address: Ip;
  /** 0: the port of the packet. */
  readonly port: number;
  /** Where they come from; without it, from the outgoing interface's address. */
  readonly pool?: AddressPool;
}

/** A service with FULLNAT. Its servers, those that have failed too, are each named once. */
export interface TranslatedService {
  readonly id: ServiceId;
  readonly family: Family;
  readonly servers: readonly TranslatedServer[];
  /** All that the service sends to is among the servers, with one and the same source. */
  readonly uniform: boolean;
}

/** A map key and a name in words. */
export function poolKey(pool: AddressPool | undefined): string {
  if (!pool) return '';
  return pool.first === pool.last ? pool.first : `${pool.first}-${pool.last}`;
}
