/**
 * A virtual address as the kernel is asked for it, and how one that is there is told from it. Pure.
 */
import { familyOf } from '../base/ip.js';
import {
  IFA_F_HOMEADDRESS,
  IFA_F_MANAGETEMPADDR,
  IFA_F_MCAUTOJOIN,
  IFA_F_NOPREFIXROUTE,
} from '../netlink/constants.js';
import { type AddressEntry, type AddressSpec, CHOSEN_FLAGS } from '../netlink/rtnl.js';
import type { VirtualAddress } from '../vrrp/settings.js';

/** INFINITY_LIFE_TIME of the kernel's net/addrconf.h. */
const FOR_EVER = 0xffff_ffff;

/** Flags that the kernel has for addresses of IPv6 only. */
const IPV6_FLAGS = IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR;

/** The request for an address on the interface of that index. */
export function specOf(address: VirtualAddress, interfaceIndex: number): AddressSpec {
  const flags = flagsOf(address);
  return {
    interfaceIndex,
    address: address.address,
    prefixLength: address.prefixLength,
    scope: address.scope,
    ...(address.broadcast === undefined ? {} : { broadcast: address.broadcast }),
    ...(address.label === undefined ? {} : { label: address.label }),
    ...(address.duplicateDetection ? { duplicateDetection: true } : {}),
    ...(address.peer === undefined ? {} : { peer: address.peer }),
    ...(flags === 0 ? {} : { flags }),
    ...(address.preferredLifetime === undefined
      ? {}
      : { lifetime: { valid: FOR_EVER, preferred: address.preferredLifetime } }),
  };
}

/** The request that names an address as it is there: for deleting it, or putting it back. */
export function specOfEntry(entry: AddressEntry): AddressSpec {
  const flags = entry.flags & CHOSEN_FLAGS;
  return {
    interfaceIndex: entry.interfaceIndex,
    address: entry.address,
    prefixLength: entry.prefixLength,
    scope: entry.scope,
    protocol: entry.protocol,
    ...(flags === 0 ? {} : { flags }),
    ...(entry.peer === undefined ? {} : { peer: entry.peer }),
    ...(entry.broadcast === undefined ? {} : { broadcast: entry.broadcast }),
    ...(entry.label === undefined ? {} : { label: entry.label }),
    ...(entry.lifetime === undefined ? {} : { lifetime: entry.lifetime }),
  };
}

/**
 * What of an address that is there is not as it is wanted, in ip(8)'s words; empty: nothing. Whether
 * it was looked for duplicates of is not compared: that is over.
 */
export function differences(wanted: VirtualAddress, entry: AddressEntry): string[] {
  const found: string[] = [];
  const expect = (word: string, is: string | undefined, wants: string | undefined): void => {
    if (is !== wants) found.push(is === undefined ? `no ${word}` : `${word} ${is}`);
  };
  expect('peer', entry.peer, wanted.peer);
  if (familyOf(wanted.address) === 4) {
    expect('scope', String(entry.scope), String(wanted.scope));
    expect('brd', entry.broadcast, wanted.broadcast);
    expect('label', entry.label, wanted.label ?? wanted.interface);
  }
  const flags = flagsOf(wanted);
  for (const [word, bit] of FLAG_WORDS) {
    const is = (entry.flags & bit) !== 0;
    if (is !== ((flags & bit) !== 0)) found.push(is ? word : `no ${word}`);
  }
  if (familyOf(wanted.address) === 4) return found;
  // Of IPv4 the kernel does not tell the preferred lifetime of what is valid for ever.
  const preferred = entry.lifetime?.preferred ?? FOR_EVER;
  const most = wanted.preferredLifetime ?? FOR_EVER;
  // It counts down; that it has become less is how it is meant.
  if (preferred > most || (most === FOR_EVER && preferred !== FOR_EVER)) {
    found.push(`preferred_lft ${preferred === FOR_EVER ? 'forever' : preferred}`);
  }
  return found;
}

const FLAG_WORDS = [
  ['home', IFA_F_HOMEADDRESS],
  ['mngtmpaddr', IFA_F_MANAGETEMPADDR],
  ['noprefixroute', IFA_F_NOPREFIXROUTE],
  ['autojoin', IFA_F_MCAUTOJOIN],
] as const;

function flagsOf(address: VirtualAddress): number {
  const flags =
    (address.home ? IFA_F_HOMEADDRESS : 0) |
    (address.manageTemporary ? IFA_F_MANAGETEMPADDR : 0) |
    (address.noPrefixRoute ? IFA_F_NOPREFIXROUTE : 0) |
    (address.autoJoin ? IFA_F_MCAUTOJOIN : 0);
  return familyOf(address.address) === 6 ? flags : flags & ~IPV6_FLAGS;
}
